# Everything but the entry is a convenience library, so that tests can link the forward pass.
noinst_LTLIBRARIES += libwavenet.la
libwavenet_la_SOURCES = \
	plugins/wavenet/comb.c \
	plugins/wavenet/comb.h \
	plugins/wavenet/condition.c \
	plugins/wavenet/config.c \
	plugins/wavenet/config.h \
	plugins/wavenet/filterbank.c \
	plugins/wavenet/filterbank.h \
	plugins/wavenet/infer.c \
	plugins/wavenet/lowpass.c \
	plugins/wavenet/lowpass.h \
	plugins/wavenet/noise.c \
	plugins/wavenet/noise.h \
	plugins/wavenet/pitch.c \
	plugins/wavenet/pitch.h \
	plugins/wavenet/state.c \
	plugins/wavenet/state.h \
	plugins/wavenet/step.c \
	plugins/wavenet/stream.c \
	plugins/wavenet/stream.h \
	plugins/wavenet/weights.c \
	plugins/wavenet/weights.h
libwavenet_la_LIBADD = libflow.la libneural.la

plugin_LTLIBRARIES += wavenet.la
wavenet_la_SOURCES = plugins/wavenet/plugin.c
wavenet_la_LIBADD = libwavenet.la
wavenet_la_LDFLAGS = $(plugin_ldflags)
