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
