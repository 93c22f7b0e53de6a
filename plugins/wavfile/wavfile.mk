plugin_LTLIBRARIES += wavfile.la
wavfile_la_SOURCES = \
	plugins/wavfile/output.c \
	plugins/wavfile/output.h \
	plugins/wavfile/plugin.c \
	plugins/wavfile/writer.c \
	plugins/wavfile/writer.h
wavfile_la_CFLAGS = $(AM_CFLAGS) $(SNDFILE_CFLAGS)
wavfile_la_LIBADD = $(SNDFILE_LIBS) -lm
wavfile_la_LDFLAGS = $(plugin_ldflags)
