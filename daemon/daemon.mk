# sorid: the event loop, the queue and the supervision of workers. It opens no plugin.
noinst_LTLIBRARIES += libdaemon.la
libdaemon_la_SOURCES = \
	daemon/client.c \
	daemon/daemon.c daemon/daemon.h \
	daemon/frame.c daemon/frame.h \
	daemon/loop.c daemon/loop.h \
	daemon/notify.c daemon/notify.h \
	daemon/player.c daemon/player.h \
	daemon/pool.c \
	daemon/queue.c daemon/queue.h \
	daemon/queue-rules.c daemon/queue-rules.h \
	daemon/request.c daemon/request.h \
	daemon/request-front.c daemon/request-worker.c \
	daemon/request-private.h \
	daemon/run.c daemon/run.h \
	daemon/schedule.c \
	daemon/sound.c daemon/sound.h \
	daemon/voice-choice.c daemon/voice-choice.h \
	daemon/station.c daemon/station.h daemon/station-private.h \
	daemon/voices.c daemon/voices.h \
	daemon/voices-watch.c daemon/voices-watch.h \
	daemon/worker-link.c daemon/worker-link.h
libdaemon_la_CPPFLAGS = $(AM_CPPFLAGS) -DSORI_WORKER_PATH='"$(libexecdir)/sori-worker"'
libdaemon_la_CFLAGS = $(program_cflags)
libdaemon_la_LIBADD = libvoice.la -lm

bin_PROGRAMS += sorid
sorid_SOURCES = daemon/main.c
sorid_CFLAGS = $(program_cflags)
sorid_LDFLAGS = $(program_ldflags)
sorid_LDADD = libfront.la libdaemon.la
