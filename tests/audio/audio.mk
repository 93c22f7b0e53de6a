check_PROGRAMS += test-wavfile
TESTS += test-wavfile
test_wavfile_SOURCES = tests/audio/test-wavfile.c tests/audio/sink-test.h
test_wavfile_CFLAGS = $(test_cflags) $(SNDFILE_CFLAGS)
test_wavfile_LDADD = libworker.la $(SNDFILE_LIBS) $(test_libs)

check_PROGRAMS += tests/audio/test-ring
TESTS += tests/audio/test-ring
tests_audio_test_ring_SOURCES = tests/audio/test-ring.c
tests_audio_test_ring_CFLAGS = $(test_cflags) -pthread
tests_audio_test_ring_LDADD = libplayer.la $(test_libs)

check_PROGRAMS += tests/audio/test-player
TESTS += tests/audio/test-player
tests_audio_test_player_SOURCES = tests/audio/test-player.c
tests_audio_test_player_CFLAGS = $(test_cflags) -pthread
tests_audio_test_player_LDADD = libplayer.la $(test_libs)

check_PROGRAMS += tests/audio/test-portaudio
TESTS += tests/audio/test-portaudio
tests_audio_test_portaudio_SOURCES = tests/audio/test-portaudio.c tests/audio/device-test.h \
	tests/audio/sink-test.h
tests_audio_test_portaudio_CFLAGS = $(test_cflags)
tests_audio_test_portaudio_LDADD = libworker.la $(test_libs)

check_PROGRAMS += tests/audio/test-portaudio-server
TESTS += tests/audio/test-portaudio-server
tests_audio_test_portaudio_server_SOURCES = tests/audio/test-portaudio-server.c \
	tests/audio/device-test.h tests/audio/server-test.h tests/audio/sink-test.h
tests_audio_test_portaudio_server_CFLAGS = $(test_cflags) -pthread
tests_audio_test_portaudio_server_LDADD = libworker.la $(test_libs)

check_PROGRAMS += tests/audio/test-portaudio-restart
TESTS += tests/audio/test-portaudio-restart
tests_audio_test_portaudio_restart_SOURCES = tests/audio/test-portaudio-restart.c \
	tests/audio/device-test.h tests/audio/server-test.h tests/audio/sink-test.h
tests_audio_test_portaudio_restart_CFLAGS = $(test_cflags)
tests_audio_test_portaudio_restart_LDADD = libworker.la $(test_libs)

check_PROGRAMS += tests/audio/test-sonic
TESTS += tests/audio/test-sonic
tests_audio_test_sonic_SOURCES = tests/audio/test-sonic.c
tests_audio_test_sonic_CFLAGS = $(test_cflags)
tests_audio_test_sonic_LDADD = libworker.la $(test_libs)

# The pipeline's last step, without a voice.
check_PROGRAMS += tests/audio/test-delivery
TESTS += tests/audio/test-delivery
tests_audio_test_delivery_SOURCES = tests/audio/test-delivery.c
tests_audio_test_delivery_CFLAGS = $(test_cflags)
tests_audio_test_delivery_LDADD = libworker.la $(test_libs) -lm
