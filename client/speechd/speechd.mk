# sd_sori goes where speech-dispatcher looks for output modules by itself.
speechdmodule_PROGRAMS = sd_sori
sd_sori_SOURCES = \
	client/speechd/command.c client/speechd/command.h \
	client/speechd/daemon.c client/speechd/daemon.h \
	client/speechd/icon.c client/speechd/icon.h \
	client/speechd/link.c client/speechd/link.h \
	client/speechd/main.c \
	client/speechd/reply.c client/speechd/reply.h \
	client/speechd/settings.c client/speechd/settings.h \
	client/speechd/speaker.c client/speechd/speaker.h \
	client/speechd/voices.c client/speechd/voices.h
sd_sori_CFLAGS = $(program_cflags) $(JANSSON_CFLAGS) $(UTF8PROC_CFLAGS) $(SNDFILE_CFLAGS) $(INIH_CFLAGS)
sd_sori_CPPFLAGS = $(AM_CPPFLAGS) -DSORI_BIN_DIR='"$(bindir)"'
sd_sori_LDFLAGS = $(program_ldflags)
sd_sori_LDADD = libworker.la $(JANSSON_LIBS) $(UTF8PROC_LIBS) $(SNDFILE_LIBS) $(INIH_LIBS) -lm
