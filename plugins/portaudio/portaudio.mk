noinst_LTLIBRARIES += libplayer.la
libplayer_la_SOURCES = \
	plugins/portaudio/player.c \
	plugins/portaudio/player.h \
	plugins/portaudio/ring.c \
	plugins/portaudio/ring.h \
	plugins/portaudio/timeline.c \
	plugins/portaudio/timeline.h

plugin_LTLIBRARIES += portaudio.la
portaudio_la_SOURCES = \
	plugins/portaudio/device.c \
	plugins/portaudio/device.h \
	plugins/portaudio/plugin.c \
	plugins/portaudio/quiet.c \
	plugins/portaudio/quiet.h \
	plugins/portaudio/stream.c \
	plugins/portaudio/stream.h
portaudio_la_CFLAGS = $(AM_CFLAGS) $(PORTAUDIO_CFLAGS) $(ALSA_CFLAGS) $(SAMPLERATE_CFLAGS) -pthread
portaudio_la_LIBADD = libplayer.la $(PORTAUDIO_LIBS) $(ALSA_LIBS) $(SAMPLERATE_LIBS) -lm
# Stays in the process: the sound libraries below keep threads, handlers of ours and exit functions.
portaudio_la_LDFLAGS = $(plugin_ldflags) -Wl,-z,nodelete
