# The chain of stages: what the worker runs, and the command line in its own process.
noinst_LTLIBRARIES += libworker.la
libworker_la_SOURCES = \
	daemon/worker/ahead.c daemon/worker/ahead.h \
	daemon/worker/error.c daemon/worker/error.h \
	daemon/worker/host.c daemon/worker/host.h \
	daemon/worker/log.c daemon/worker/log.h \
	daemon/worker/pipeline.c daemon/worker/pipeline.h \
	daemon/worker/plugin.c daemon/worker/plugin.h \
	daemon/worker/sink.c \
	daemon/worker/stage.c daemon/worker/stage.h \
	daemon/worker/voice.c daemon/worker/voice.h \
	daemon/worker/voice-find.c
libworker_la_CFLAGS = $(program_cflags) $(INIH_CFLAGS)
libworker_la_LIBADD = $(INIH_LIBS) -ldl -lpthread
