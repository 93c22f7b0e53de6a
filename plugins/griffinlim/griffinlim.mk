# All of it is a convenience library, so that tests can link it.
noinst_LTLIBRARIES += libgriffinlim.la
libgriffinlim_la_SOURCES = \
	plugins/griffinlim/invert.c \
	plugins/griffinlim/invert.h \
	plugins/griffinlim/plugin.c \
	plugins/griffinlim/stream.c \
	plugins/griffinlim/stream.h
# Square roots of sums of squares set no errno.
libgriffinlim_la_CFLAGS = $(AM_CFLAGS) -O3 -fno-math-errno
libgriffinlim_la_LIBADD = libflow.la libsignal.la

plugin_LTLIBRARIES += griffinlim.la
griffinlim_la_SOURCES =
griffinlim_la_LIBADD = libgriffinlim.la
griffinlim_la_LDFLAGS = $(plugin_ldflags)
