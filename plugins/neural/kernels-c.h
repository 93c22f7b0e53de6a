/* SPDX-License-Identifier: Apache-2.0 */
/* kernels-c.h: the plain products of block formats, for the table in kernels-c.c */
#ifndef NEURAL_KERNELS_C_H
#define NEURAL_KERNELS_C_H

#include "neural/kernels.h"

kernels_matmul c_matmul_q8_0, c_matmul_q4_0, c_matmul_q4_1, c_matmul_q5_0, c_matmul_q5_1,
    c_matmul_q4_k, c_matmul_q5_k, c_matmul_q6_k;

#endif
