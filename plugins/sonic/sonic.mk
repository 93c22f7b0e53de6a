noinst_LTLIBRARIES += libstretch.la
libstretch_la_SOURCES = plugins/sonic/stretch.c plugins/sonic/stretch.h
libstretch_la_LIBADD = $(SONIC_LIBS) -lm

plugin_LTLIBRARIES += sonic.la
sonic_la_SOURCES = plugins/sonic/plugin.c
sonic_la_LIBADD = libflow.la libstretch.la
sonic_la_LDFLAGS = $(plugin_ldflags)
