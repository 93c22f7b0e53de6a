# sori(1)
bin_PROGRAMS += sori
sori_SOURCES = \
	client/bench.c \
	client/inspect.c \
	client/interrupt.c client/interrupt.h \
	client/main.c \
	client/options.c client/options.h \
	client/progress.c client/progress.h \
	client/say.c \
	client/source.c client/source.h \
	client/speaking.c client/speaking.h \
	client/suggest.c client/suggest.h \
	client/text.c \
	client/utf8.c client/utf8.h \
	client/voices.c
sori_CFLAGS = $(program_cflags) $(JANSSON_CFLAGS) $(UTF8PROC_CFLAGS)
sori_LDFLAGS = $(program_ldflags)
# `sori inspect` reads weights files with the reader alone: no kernels, no models.
sori_LDADD = libworker.la libgguf.la $(JANSSON_LIBS) $(UTF8PROC_LIBS)
