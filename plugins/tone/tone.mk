plugin_LTLIBRARIES += tone.la
tone_la_SOURCES = plugins/tone/tone.c
tone_la_LDFLAGS = $(plugin_ldflags)
tone_la_LIBADD = libtext.la
