check_PROGRAMS += test-wavfile
TESTS += test-wavfile
test_wavfile_SOURCES = tests/audio/test-wavfile.c tests/audio/sink-test.h
test_wavfile_CFLAGS = $(test_cflags) $(SNDFILE_CFLAGS)
test_wavfile_LDADD = libworker.la $(SNDFILE_LIBS) $(test_libs)
