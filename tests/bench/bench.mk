
EXTRA_PROGRAMS = tests/bench/bench-kernels
CLEANFILES += tests/bench/bench-kernels$(EXEEXT)
tests_bench_bench_kernels_SOURCES = tests/bench/bench-kernels.c
tests_bench_bench_kernels_CFLAGS = $(program_cflags) $(JANSSON_CFLAGS)
tests_bench_bench_kernels_LDADD = libneural.la $(JANSSON_LIBS)
bench-kernels: tests/bench/bench-kernels$(EXEEXT)
	tests/bench/bench-kernels$(EXEEXT)
.PHONY: bench-kernels
