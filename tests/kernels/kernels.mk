kernel_tests = tests/kernels/test-functions tests/kernels/test-kernels tests/kernels/test-layers \
	tests/kernels/test-threads
check_PROGRAMS += $(kernel_tests)
TESTS += $(kernel_tests)
EXTRA_DIST += tests/kernels/kernels-test.h

tests_kernels_test_functions_LDADD = libneural.la $(test_libs)
tests_kernels_test_kernels_LDADD = libneural.la $(test_libs)
tests_kernels_test_layers_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=calloc -Wl,--wrap=malloc -Wl,--wrap=aligned_alloc
tests_kernels_test_layers_LDADD = libneural.la $(test_libs)
tests_kernels_test_threads_LDADD = libneural.la $(test_libs)
