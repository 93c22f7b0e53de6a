/* SPDX-License-Identifier: Apache-2.0 */
#include "neural/blas.h"

#include <cblas.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void single_threaded(void)
{
    openblas_set_num_threads(1);
}

void blas_set_threads(size_t count)
{
    pthread_once(&once, single_threaded);
    openblas_set_num_threads(count < INT_MAX ? (int)count : INT_MAX);
}

int blas_matmul(const float *w, size_t rows, size_t cols, const float *bias, const float *x,
                size_t x_stride, size_t n, float *ret_y, size_t y_stride, int add)
{
    if (rows > INT_MAX || cols > INT_MAX || n > INT_MAX || x_stride > INT_MAX || y_stride > INT_MAX)
        return -ERANGE;
    /* A row of x may not overlap the next one: the library would print a complaint and return. */
    if (x_stride < cols || y_stride < rows)
        return -EINVAL;
    if (!rows || !n)
        return 0;
    for (size_t i = 0; bias && i < n; i++) {
        float *y = ret_y + i * y_stride;
        for (size_t r = 0; r < rows; r++)
            y[r] = bias[r] + (add ? y[r] : 0);
    }
    if (!cols) {
        for (size_t i = 0; !bias && !add && i < n; i++)
            memset(ret_y + i * y_stride, 0, rows * sizeof *ret_y);
        return 0;
    }
    pthread_once(&once, single_threaded);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)rows, (int)cols, 1, x,
                (int)x_stride, w, (int)cols, bias || add ? 1 : 0, ret_y, (int)y_stride);
    return 0;
}
