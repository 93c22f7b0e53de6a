# sorid: the event loop, the queue and the supervision of workers. It opens no plugin.
noinst_LTLIBRARIES += libdaemon.la
libdaemon_la_SOURCES = \
	daemon/config.h \
	daemon/daemon.h \
	daemon/loop.c daemon/loop.h \
	daemon/queue.h \
	daemon/request.h \
	daemon/voices.h
libdaemon_la_CFLAGS = $(program_cflags)
