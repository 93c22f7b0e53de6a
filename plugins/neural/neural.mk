# The neural library: linked into plugins, exports nothing. Kernels are compiled once for each
# instruction set, with the same rounding everywhere: no contraction of a * b + c behind our back.
noinst_LTLIBRARIES += libneural.la libkernels.la

kernels_cflags = $(AM_CFLAGS) -O3 -ffp-contract=off

libkernels_la_SOURCES = plugins/neural/kernels.c plugins/neural/kernels-c.c \
	plugins/neural/kernels-c-blocks.c plugins/neural/kernels-c-rows.c plugins/neural/kernels-c.h \
	plugins/neural/kernels.h plugins/neural/kernels-math.h
libkernels_la_CFLAGS = $(kernels_cflags)

if X86_64
noinst_LTLIBRARIES += libkernels-avx2.la libkernels-avx512.la
libkernels_la_LIBADD = libkernels-avx2.la libkernels-avx512.la
kernels_x86_headers = plugins/neural/kernels-simd.h plugins/neural/kernels-rows.h plugins/neural/kernels-halves.h plugins/neural/kernels-tiles.h plugins/neural/kernels-blocks.h \
	plugins/neural/kernels-table.h
libkernels_avx2_la_SOURCES = plugins/neural/kernels-avx2.c $(kernels_x86_headers)
libkernels_avx2_la_CFLAGS = $(kernels_cflags) -mavx2 -mfma -mf16c
libkernels_avx512_la_SOURCES = plugins/neural/kernels-avx512.c $(kernels_x86_headers)
libkernels_avx512_la_CFLAGS = $(kernels_cflags) -mavx2 -mfma -mf16c -mavx512f -mavx512bw \
	-mavx512dq -mavx512vl -mavx512vnni -mprefer-vector-width=512
endif

libneural_la_SOURCES = plugins/neural/arena.h plugins/neural/tensor-name.h \
	plugins/neural/threads.c plugins/neural/threads.h \
	plugins/neural/blas.c plugins/neural/blas.h plugins/neural/layers.c \
	plugins/neural/attention.c plugins/neural/conv.c plugins/neural/layers.h
libneural_la_CPPFLAGS = $(AM_CPPFLAGS) $(OPENBLAS_CFLAGS)
libneural_la_LIBADD = libgguf.la libkernels.la $(OPENBLAS_LIBS) -lpthread

# Weights files and weight types: needs nothing but libc and libm.
noinst_LTLIBRARIES += libgguf.la
libgguf_la_SOURCES = \
	plugins/neural/dequantise.c \
	plugins/neural/gguf-config.c \
	plugins/neural/gguf-error.c \
	plugins/neural/gguf-private.h \
	plugins/neural/gguf-query.c \
	plugins/neural/gguf-reader.c \
	plugins/neural/gguf-reader.h \
	plugins/neural/gguf-tensors.c \
	plugins/neural/gguf-values.c \
	plugins/neural/gguf.c \
	plugins/neural/gguf.h \
	plugins/neural/name-table.c \
	plugins/neural/name-table.h \
	plugins/neural/quantise.c \
	plugins/neural/tensor.c \
	plugins/neural/tensor.h
