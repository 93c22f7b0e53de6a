/* SPDX-License-Identifier: Apache-2.0 */
/* kernels-c.h: the plain products, for the table in kernels-c.c */
#ifndef NEURAL_KERNELS_C_H
#define NEURAL_KERNELS_C_H

#include "neural/kernels.h"

kernels_matmul c_matmul_f32, c_matmul_f16, c_matmul_bf16, c_matmul_packed_f32, c_matmul_packed_f16;
kernels_matmul c_matmul_q8_0, c_matmul_q4_0, c_matmul_q4_1, c_matmul_q5_0, c_matmul_q5_1,
    c_matmul_q4_k, c_matmul_q5_k, c_matmul_q6_k;

void c_matmul_i8(const struct matrix_i8 *w, const float *bias, const int8_t *x, size_t x_stride,
                 const float *x_scales, size_t n, float *ret_y, size_t y_stride, unsigned flags);

#endif
