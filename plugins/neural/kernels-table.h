/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernels-table.h: the slots that every x86 instruction set fills with kernels of these names
 *
 * Included by the files of the instruction sets.
 */
#define SIMD_KERNELS                                                                               \
    .matmul =                                                                                      \
        {                                                                                          \
            [MATRIX_F32] = simd_matmul_f32,                                                        \
            [MATRIX_F16] = simd_matmul_f16,                                                        \
            [MATRIX_Q8_0] = simd_matmul_q8_0,                                                      \
            [MATRIX_Q4_0] = simd_matmul_q4_0,                                                      \
            [MATRIX_Q4_1] = simd_matmul_q4_1,                                                      \
            [MATRIX_Q5_0] = simd_matmul_q5_0,                                                      \
            [MATRIX_Q5_1] = simd_matmul_q5_1,                                                      \
            [MATRIX_Q4_K] = simd_matmul_q4_k,                                                      \
            [MATRIX_Q5_K] = simd_matmul_q5_k,                                                      \
            [MATRIX_Q6_K] = simd_matmul_q6_k,                                                      \
            [MATRIX_BF16] = simd_matmul_bf16,                                                      \
            [MATRIX_PACKED_F32] = simd_matmul_packed_f32,                                          \
            [MATRIX_PACKED_F16] = simd_matmul_packed_f16,                                          \
    },                                                                                             \
    .matmul_i8 = simd_matmul_i8, .dot = simd_dot, .axpy = simd_axpy, .scores = simd_scores,        \
    .mix = simd_mix, .scores_f16 = simd_scores_f16, .mix_f16 = simd_mix_f16,                       \
    .exp_online = simd_exp_online, .to_half = simd_to_half, .exp = simd_exp, .tanh = simd_tanh,    \
    .sigmoid = simd_sigmoid, .silu = simd_silu, .gelu = simd_gelu, .relu = simd_relu,              \
    .add = simd_add, .mul = simd_mul, .gate = simd_gate, .gate_i8 = simd_gate_i8,                  \
    .softmax = simd_softmax, .layer_norm = simd_layer_norm, .rms_norm = simd_rms_norm,             \
    .quantise = simd_quantise, .quantise_max = simd_quantise_max, .quantise_q8 = simd_quantise_q8
