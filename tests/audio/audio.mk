audio_tests = \
	tests/audio/test-delivery \
	tests/audio/test-player \
	tests/audio/test-portaudio \
	tests/audio/test-portaudio-restart \
	tests/audio/test-portaudio-server \
	tests/audio/test-ring \
	tests/audio/test-sonic \
	tests/audio/test-wavfile
check_PROGRAMS += $(audio_tests)
TESTS += $(audio_tests)
EXTRA_DIST += tests/audio/device-test.h tests/audio/server-test.h tests/audio/sink-test.h

# The parts of the loudspeaker, without a device.
tests_audio_test_player_LDADD = libplayer.la $(test_libs)
tests_audio_test_ring_LDADD = libplayer.la $(test_libs)

# Plugins behind the real host; the pipeline's last step, without a voice.
tests_audio_test_delivery_LDADD = libworker.la $(test_libs)
tests_audio_test_portaudio_LDADD = libworker.la $(test_libs)
tests_audio_test_portaudio_restart_LDADD = libworker.la $(test_libs)
tests_audio_test_portaudio_server_LDADD = libworker.la $(test_libs)
tests_audio_test_sonic_LDADD = libworker.la $(test_libs)
tests_audio_test_wavfile_LDADD = libworker.la $(SNDFILE_LIBS) $(test_libs)
