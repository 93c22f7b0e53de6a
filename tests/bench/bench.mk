EXTRA_PROGRAMS += tests/bench/bench-kernels tests/bench/bench-bandwidth
CLEANFILES += tests/bench/bench-kernels$(EXEEXT) tests/bench/bench-bandwidth$(EXEEXT)
EXTRA_DIST += tests/bench/llm-side-by-side.py

tests_bench_bench_kernels_LDADD = libneural.la $(JANSSON_LIBS)
bench-kernels: tests/bench/bench-kernels$(EXEEXT)
	tests/bench/bench-kernels$(EXEEXT)

# How many bytes a second can be read; llm-side-by-side.py sets tokens a second in relation to it.
tests_bench_bench_bandwidth_CFLAGS = $(AM_CFLAGS) -O3
tests_bench_bench_bandwidth_LDADD = -lpthread
bench-bandwidth: tests/bench/bench-bandwidth$(EXEEXT)

.PHONY: bench-kernels bench-bandwidth
