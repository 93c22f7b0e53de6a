/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernels-math.h: the constants that every instruction set computes exponentials with
 *
 * exp(x) = 2^n exp(r) with n = round(x / ln 2) and |r| <= ln(2) / 2;
 * exp(r) - 1 = r + r^2 (P2 + P3 r + ... + P6 r^4), a minimax fit of relative error 3.1e-9.
 * ln 2 is split so that n * LN2_HIGH is exact. Keeping exp(r) - 1 apart from the 1 gives
 * exp(x) - 1 = 2^n (exp(r) - 1) + (2^n - 1) without cancellation, and from it
 * tanh(x) = e / (e + 2), e = exp(2x) - 1.
 */
#ifndef NEURAL_KERNELS_MATH_H
#define NEURAL_KERNELS_MATH_H

#include "neural/tensor.h"

#define EXP_LOG2E 1.44269504f
#define EXP_LN2_HIGH 0.693359375f
#define EXP_LN2_LOW (-2.12194440e-4f)
#define EXP_P2 0.499999934f
#define EXP_P3 0.166665206f
#define EXP_P4 0.0416683881f
#define EXP_P5 0.00836871693f
#define EXP_P6 0.00138145981f

/* Below this exp is subnormal: it gives 0. Above the other 2^n would be infinite: it stays there.
 */
#define EXP_LOWEST (-87.3365f)
#define EXP_HIGHEST 88.3762f

/* tanh(10) is 1 in single precision; beyond it only overflow could happen. */
#define TANH_LIMIT 20.0f /* of 2x */
/* The gate multiplies two denominators: this keeps the product finite. */
#define GATE_LIMIT 60.0f

/* gelu(x) = x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)), since (1 + tanh(u)) / 2 = sigmoid(2u) */
#define GELU_A 1.59576912f
#define GELU_B 0.0713548163f

#define I8_LIMIT 127.0f
/* A vector whose largest magnitude is below this counts as zero: 127 / max must stay finite. */
#define I8_SMALLEST 1e-30f

/* half_to_float() without branches, so that compilers make vectors of it. */
static inline float half_fast(uint16_t half)
{
    uint32_t rest = half & 0x7fff;
    float value = float_from_bits(rest << 13) * 0x1p112f; /* from bias 15 to 127, subnormals too */
    uint32_t special = rest >= 0x7c00 ? 0x7f800000 : 0;
    return float_from_bits((uint32_t)(half & 0x8000) << 16 | special | float_to_bits(value));
}

#endif
