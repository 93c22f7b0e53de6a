check_PROGRAMS += tests/kernels/test-kernels
TESTS += tests/kernels/test-kernels
tests_kernels_test_kernels_SOURCES = tests/kernels/test-kernels.c tests/kernels/kernels-test.h
tests_kernels_test_kernels_CFLAGS = $(test_cflags)
tests_kernels_test_kernels_LDADD = libneural.la $(test_libs)

check_PROGRAMS += tests/kernels/test-functions
TESTS += tests/kernels/test-functions
tests_kernels_test_functions_SOURCES = tests/kernels/test-functions.c tests/kernels/kernels-test.h
tests_kernels_test_functions_CFLAGS = $(test_cflags)
tests_kernels_test_functions_LDADD = libneural.la $(test_libs)

check_PROGRAMS += tests/kernels/test-threads
TESTS += tests/kernels/test-threads
tests_kernels_test_threads_SOURCES = tests/kernels/test-threads.c tests/kernels/kernels-test.h
tests_kernels_test_threads_CFLAGS = $(test_cflags)
tests_kernels_test_threads_LDADD = libneural.la $(test_libs)

check_PROGRAMS += tests/kernels/test-layers
TESTS += tests/kernels/test-layers
tests_kernels_test_layers_SOURCES = tests/kernels/test-layers.c tests/kernels/kernels-test.h
tests_kernels_test_layers_CFLAGS = $(test_cflags)
tests_kernels_test_layers_LDFLAGS = $(program_ldflags) \
	-Wl,--wrap=calloc -Wl,--wrap=malloc -Wl,--wrap=aligned_alloc
tests_kernels_test_layers_LDADD = libneural.la $(test_libs)
