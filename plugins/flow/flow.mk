# What streaming stages share: events that wait, and all of a vocoder but its model. Linked into
# plugins, exports nothing.
noinst_LTLIBRARIES += libflow.la
libflow_la_SOURCES = \
	plugins/flow/event-queue.c \
	plugins/flow/event-queue.h \
	plugins/flow/vocoding.c \
	plugins/flow/vocoding.h
