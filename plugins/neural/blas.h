/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blas.h: large fp32 matrix products through OpenBLAS
 *
 * OpenBLAS calls exit() when it cannot allocate its work buffers and can deadlock in the child of a
 * fork() without exec: it may be used only in processes that may die and that never fork bare (the
 * worker, the command line). It allocates its buffers at the first product of a thread, so a model
 * makes one in load(); after that a step allocates nothing. Small products belong to the kernels,
 * which have no overhead per call.
 */
#ifndef NEURAL_BLAS_H
#define NEURAL_BLAS_H

#include <stddef.h>

/* From here on OpenBLAS is worth its overhead for raw fp32 matrices (measured by bench-kernels). */
#define BLAS_MIN_COLUMNS 8u

/* Threads that one product may use, process-wide; 1 until this is called. */
void blas_set_threads(size_t count);

/*
 * ret_y[i][r] = sum_c w[r][c] x[i][c] + bias[r], i < n, added to y if `add`; bias may be NULL.
 * Strides in floats. Returns 0; -ERANGE when a size does not fit an int; -EINVAL when columns
 * overlap (x_stride < cols or y_stride < rows). SORI_CPU does not reach OpenBLAS: it has its own
 * choice of instruction set (OPENBLAS_CORETYPE).
 */
int blas_matmul(const float *w, size_t rows, size_t cols, const float *bias, const float *x,
                size_t x_stride, size_t n, float *ret_y, size_t y_stride, int add);

#endif
