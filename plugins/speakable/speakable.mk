noinst_LTLIBRARIES += libspeakable.la
libspeakable_la_SOURCES = \
	plugins/speakable/clean.c \
	plugins/speakable/clean.h \
	plugins/speakable/line.c \
	plugins/speakable/line.h \
	plugins/speakable/sentence.c \
	plugins/speakable/sentence.h \
	plugins/speakable/speakable.c \
	plugins/speakable/speakable.h
libspeakable_la_CFLAGS = $(AM_CFLAGS) $(UTF8PROC_CFLAGS)
libspeakable_la_LIBADD = $(UTF8PROC_LIBS)

plugin_LTLIBRARIES += speakable.la
speakable_la_SOURCES = plugins/speakable/plugin.c
speakable_la_LIBADD = libspeakable.la
speakable_la_LDFLAGS = $(plugin_ldflags)
