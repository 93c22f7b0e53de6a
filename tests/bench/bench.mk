
EXTRA_PROGRAMS += tests/bench/bench-kernels
CLEANFILES += tests/bench/bench-kernels$(EXEEXT)
tests_bench_bench_kernels_SOURCES = tests/bench/bench-kernels.c
tests_bench_bench_kernels_CFLAGS = $(program_cflags) $(JANSSON_CFLAGS)
tests_bench_bench_kernels_LDADD = libneural.la $(JANSSON_LIBS)
bench-kernels: tests/bench/bench-kernels$(EXEEXT)
	tests/bench/bench-kernels$(EXEEXT)
.PHONY: bench-kernels

# How many bytes a second can be read; llm-side-by-side.py sets tokens a second in relation to it.
EXTRA_DIST += tests/bench/llm-side-by-side.py
EXTRA_PROGRAMS += tests/bench/bench-bandwidth
CLEANFILES += tests/bench/bench-bandwidth$(EXEEXT)
tests_bench_bench_bandwidth_SOURCES = tests/bench/bench-bandwidth.c
tests_bench_bench_bandwidth_CFLAGS = $(program_cflags) -O3
tests_bench_bench_bandwidth_LDADD = -lpthread
bench-bandwidth: tests/bench/bench-bandwidth$(EXEEXT)
.PHONY: bench-bandwidth
