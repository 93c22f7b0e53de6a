check_PROGRAMS += tests/golden/test-tacotron tests/golden/test-wavenet
TESTS += tests/golden/test-tacotron tests/golden/test-wavenet
EXTRA_DIST += tests/golden/golden.h tests/golden/heart-1.bin tests/golden/heart-2.bin

tests_golden_test_tacotron_LDADD = libtacotron.la $(test_libs)
tests_golden_test_wavenet_LDADD = libwavenet.la $(test_libs)
