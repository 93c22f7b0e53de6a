# Everything but the entry is a convenience library, so that tests can link the forward pass.
noinst_LTLIBRARIES += libtacotron.la
libtacotron_la_SOURCES = \
	plugins/tacotron/config.c \
	plugins/tacotron/config.h \
	plugins/tacotron/decoder.c \
	plugins/tacotron/encoder.c \
	plugins/tacotron/postnet.c \
	plugins/tacotron/state.c \
	plugins/tacotron/state.h \
	plugins/tacotron/stream.c \
	plugins/tacotron/stream.h \
	plugins/tacotron/text.c \
	plugins/tacotron/text.h \
	plugins/tacotron/weights.c \
	plugins/tacotron/weights.h
libtacotron_la_LIBADD = libflow.la libneural.la

plugin_LTLIBRARIES += tacotron.la
tacotron_la_SOURCES = plugins/tacotron/plugin.c
tacotron_la_LIBADD = libtacotron.la
tacotron_la_LDFLAGS = $(plugin_ldflags)
