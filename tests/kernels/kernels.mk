check_PROGRAMS += tests/kernels/test-kernels
TESTS += tests/kernels/test-kernels
tests_kernels_test_kernels_SOURCES = tests/kernels/test-kernels.c tests/kernels/kernels-test.h
tests_kernels_test_kernels_CFLAGS = $(test_cflags)
tests_kernels_test_kernels_LDADD = libneural.la $(test_libs)
