# sori(1)
bin_PROGRAMS += sori
sori_SOURCES = \
	client/answering.c client/answering.h \
	client/ask.c \
	client/bench.c \
	client/bench-llm.c \
	client/chat.c \
	client/complete.c \
	client/control.c \
	client/inspect.c \
	client/interrupt.c client/interrupt.h \
	client/main.c \
	client/median.c client/median.h \
	client/models.c \
	client/options.c client/options.h \
	client/progress.c client/progress.h \
	client/remote.c client/remote.h \
	client/say.c \
	client/settings.c client/settings.h \
	client/sound.c client/sound.h \
	client/source.c client/source.h \
	client/speaking.c client/speaking.h \
	client/suggest.c client/suggest.h \
	client/text.c \
	client/voices.c
sori_CFLAGS = $(program_cflags) $(JANSSON_CFLAGS) $(UTF8PROC_CFLAGS) $(DBUS_CFLAGS)
sori_LDFLAGS = $(program_ldflags)
# `sori inspect` reads weights files with the reader alone: no kernels, no models.
sori_LDADD = libworker.la libgguf.la $(JANSSON_LIBS) $(UTF8PROC_LIBS) $(DBUS_LIBS)
sori_CPPFLAGS = $(AM_CPPFLAGS) -DSORI_INSTALL_MODEL='"$(modelsdir)/install-model"'
