EXTRA_DIST += tests/golden/heart-1.bin tests/golden/heart-2.bin

check_PROGRAMS += tests/golden/test-tacotron
TESTS += tests/golden/test-tacotron
tests_golden_test_tacotron_SOURCES = tests/golden/test-tacotron.c tests/golden/golden.h
tests_golden_test_tacotron_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_golden_test_tacotron_CFLAGS = $(test_cflags)
tests_golden_test_tacotron_LDADD = libtacotron.la $(test_libs)

check_PROGRAMS += tests/golden/test-wavenet
TESTS += tests/golden/test-wavenet
tests_golden_test_wavenet_SOURCES = tests/golden/test-wavenet.c tests/golden/golden.h
tests_golden_test_wavenet_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_golden_test_wavenet_CFLAGS = $(test_cflags)
tests_golden_test_wavenet_LDADD = libwavenet.la $(test_libs)
