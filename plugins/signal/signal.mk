# The signal library: linked into plugins, exports nothing.
noinst_LTLIBRARIES += libsignal.la
libsignal_la_SOURCES = \
	plugins/signal/logmel.c \
	plugins/signal/logmel.h \
	plugins/signal/mel.c \
	plugins/signal/mel.h \
	plugins/signal/pqmf.c \
	plugins/signal/pqmf.h \
	plugins/signal/stft.c \
	plugins/signal/stft.h \
	plugins/signal/window.c \
	plugins/signal/window.h
libsignal_la_CPPFLAGS = $(AM_CPPFLAGS) $(FFTW_CFLAGS)
# The threads part only for its lock around the planner.
libsignal_la_LIBADD = -lfftw3f_threads $(FFTW_LIBS) -lm
