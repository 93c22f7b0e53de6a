# What sorid shares with those who open plugins: how voices are found, settings read, errors told.
noinst_LTLIBRARIES += libvoice.la
libvoice_la_SOURCES = \
	daemon/config.c daemon/config.h \
	daemon/config-table.c \
	daemon/worker/error.c daemon/worker/error.h \
	daemon/worker/log.c daemon/worker/log.h \
	daemon/worker/model-find.c daemon/worker/model-find.h \
	daemon/worker/voice.c daemon/worker/voice.h \
	daemon/worker/voice-find.c
libvoice_la_CFLAGS = $(program_cflags) $(INIH_CFLAGS)
libvoice_la_LIBADD = $(INIH_LIBS) -lm

# The chain of stages: what the worker runs, and the command line in its own process.
noinst_LTLIBRARIES += libworker.la
libworker_la_SOURCES = \
	daemon/worker/ahead.c daemon/worker/ahead.h \
	daemon/worker/delivery.c daemon/worker/delivery.h \
	daemon/worker/host.c daemon/worker/host.h \
	daemon/worker/pipeline.c daemon/worker/pipeline.h \
	daemon/worker/plugin.c daemon/worker/plugin.h \
	daemon/worker/sink.c \
	daemon/worker/stage.c daemon/worker/stage.h
libworker_la_CFLAGS = $(program_cflags) $(INIH_CFLAGS)
libworker_la_LIBADD = libvoice.la -ldl -lpthread

# The process that opens plugins, started by sorid.
libexec_PROGRAMS += sori-worker
sori_worker_SOURCES = \
	daemon/frame.c daemon/frame.h \
	daemon/worker/gate.c daemon/worker/gate.h \
	daemon/worker/main.c \
	daemon/worker/playback.c daemon/worker/playback.h \
	daemon/worker/playback-thread.c daemon/worker/playback-private.h \
	daemon/worker/sandbox.c daemon/worker/sandbox.h \
	daemon/worker/synthesis.c daemon/worker/synthesis.h \
	daemon/worker/synthesis-stream.c daemon/worker/synthesis-private.h
sori_worker_CFLAGS = $(program_cflags) $(SECCOMP_CFLAGS)
sori_worker_LDFLAGS = $(program_ldflags)
sori_worker_LDADD = libworker.la $(SECCOMP_LIBS) -lm -lpthread
