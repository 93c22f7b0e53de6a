/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernels.h: the inner loops, once for each instruction set
 *
 * `struct kernels` is a table of functions; kernels_select() gives the best one that the processor
 * may run. The plain C table is last in the selection, complete, and the reference for the others.
 *
 * Threads. All functions are pure: they touch only their arguments and may run on any thread. None
 * allocates, blocks or fails; whoever binds a model checks shapes once, so that these need not.
 *
 * Memory. No pointer needs an alignment (64 bytes is fastest); not one byte beyond the documented
 * sizes is read or written. Inputs may not overlap outputs unless a comment says so. Any size may
 * be zero.
 *
 * Matrices. `y = W x + b` for one or several columns x. x is [n][cols] and y [n][rows], each column
 * contiguous, strides counted in items. A matrix is either *raw*, [rows][cols] just as GGUF stores
 * it, or *packed*: panels of 64 rows, in each panel one column after the other, so that one load of
 * an activation feeds 64 rows and nothing is summed across a register. Hot matrices are packed at
 * load; raw ones are read straight from the map of the file.
 *
 * Reproducibility. Integer results, and everything computed from them by matmul_i8, are identical
 * on every instruction set. Floating-point sums differ by rounding, at most 1e-5 of the accumulated
 * magnitude (sum of |w x| + |b|). With one set, a column's result does not depend on n, on the
 * split of the rows over threads (at multiples of PANEL_ROWS), nor on addresses.
 *
 * Accuracy. exp, tanh and sigmoid are within 4 ulp of the true value, with the same polynomial
 * everywhere. exp gives 0 below -87.33 (also for -inf) and stays at 2.4e38 above 88.37; gate is
 * that accurate while the sigmoid is above 1e-26. NaN gives NaN.
 */
#ifndef NEURAL_KERNELS_H
#define NEURAL_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "neural/tensor.h"

/* Rows of a panel of a packed matrix; the last panel is padded with zeros to a multiple of 16. */
#define PANEL_ROWS 64u
enum matrix_type {
    MATRIX_F32 = 0,  /* float[rows][cols] */
    MATRIX_F16 = 1,  /* IEEE half[rows][cols] */
    MATRIX_Q8_0 = 2, /* struct block_q8_0[rows][cols / 32] */
    MATRIX_Q4_0 = 3, /* struct block_q4_0[rows][cols / 32] */
    MATRIX_Q4_1 = 4, /* struct block_q4_1[rows][cols / 32] */
    MATRIX_PACKED_F32 = 5,
    MATRIX_PACKED_F16 = 6, /* the same panels of halves */
    MATRIX_Q5_0 = 7,       /* struct block_q5_0[rows][cols / 32] */
    MATRIX_Q5_1 = 8,       /* struct block_q5_1[rows][cols / 32] */
    MATRIX_Q4_K = 9,       /* struct block_q4_k[rows][cols / 256] */
    MATRIX_Q5_K = 10,      /* struct block_q5_k[rows][cols / 256] */
    MATRIX_Q6_K = 11,      /* struct block_q6_k[rows][cols / 256] */
    MATRIX_BF16 = 12,      /* upper halves of floats, [rows][cols] */
    N_MATRIX_TYPES = 13,
};

/* Whether x is struct q8_block; cols is then a multiple of the weights' block. */
bool matrix_is_quantised(enum matrix_type type);

/* Weights of one matrix, borrowed from a map or from an arena. */
struct matrix {
    enum matrix_type type;
    size_t rows, cols; /* block types: cols is a multiple of the block, 32 or 256 */
    const void *data;
};

/* 32 activations for the block types: x = scale q with |q| <= 127. */
struct q8_block {
    float scale;
    float sum; /* of scale q */
    int8_t q[TENSOR_BLOCK];
};

/* An int8 matrix with one scale for each row, packed by pack_i8(): w[r][c] = scales[r] q[r][c]. */
struct matrix_i8 {
    size_t rows, cols;
    const int8_t *data;  /* panels of 64 rows: [cols / 4][64][4] */
    const int32_t *sums; /* [rows], of q: what x + 128 adds for sets that multiply u8 by s8 */
    const float *scales; /* [rows] */
};

/* Adds to y instead of overwriting it. */
#define MATMUL_ADD 1u

/*
 * ret_y[i][r] = sum_c w[r][c] x[i][c] + bias[r], i < n; bias may be NULL. x points to floats, or
 * for the block types to struct q8_block (quantise_q8); the strides count these and floats.
 */
typedef void kernels_matmul(const struct matrix *w, const float *bias, const void *x,
                            size_t x_stride, size_t n, float *ret_y, size_t y_stride,
                            unsigned flags);

struct kernels {
    const char *name; /* "c", "avx2", "avx512" */
    uint64_t cpu;     /* SORI_CPU_* that it needs */

    kernels_matmul *matmul[N_MATRIX_TYPES];

    /* ret_y[i][r] = (scales[r] x_scales[i]) sum_c q[r][c] x[i][c] + bias[r]; |x| <= 127. */
    void (*matmul_i8)(const struct matrix_i8 *w, const float *bias, const int8_t *x,
                      size_t x_stride, const float *x_scales, size_t n, float *ret_y,
                      size_t y_stride, unsigned flags);

    float (*dot)(const float *a, const float *b, size_t n);
    void (*axpy)(float *y, float a, const float *x, size_t n); /* y += a x */

    /* Attention. ret_scores[i] = q . keys[i], i < n; keys has `stride` floats from row to row. */
    void (*scores)(const float *q, const float *keys, size_t stride, size_t n, size_t size,
                   float *ret_scores);
    /* y[j] += sum_i weights[i] values[i][j], j < size */
    void (*mix)(const float *weights, const float *values, size_t stride, size_t n, size_t size,
                float *y);

    /*
     * Attention over keys and values of halves, [n][size] each, for m queries that share them.
     * scores_f16: ret_scores[m][i] = q[m] . keys[i]. mix_f16: y[m][j] += sum_i weights[m][i]
     * values[i][j]. What a query gets does not depend on m.
     */
    void (*scores_f16)(const float *q, size_t q_stride, size_t m, const uint16_t *keys, size_t n,
                       size_t size, float *ret_scores, size_t scores_stride);
    void (*mix_f16)(const float *weights, size_t weights_stride, size_t m, const uint16_t *values,
                    size_t n, size_t size, float *y, size_t y_stride);
    /*
     * One part of a softmax whose other parts come before and after: *max becomes the larger of
     * itself and all scale x[i], then x[i] = exp(scale x[i] - *max). Returns the sum of these.
     */
    float (*exp_online)(float *x, size_t n, float scale, float *max);
    /* To nearest, ties to even; a NaN stays one. */
    void (*to_half)(const float *x, size_t n, uint16_t *ret_halves);

    /* Element by element; ret_y may be x. */
    void (*exp)(const float *x, size_t n, float *ret_y);
    void (*tanh)(const float *x, size_t n, float *ret_y);
    void (*sigmoid)(const float *x, size_t n, float *ret_y);
    void (*silu)(const float *x, size_t n, float *ret_y); /* x sigmoid(x) */
    void (*gelu)(const float *x, size_t n, float *ret_y); /* the tanh form, as GPT-2 */
    void (*relu)(const float *x, size_t n, float *ret_y); /* NaN gives 0 */
    void (*add)(const float *a, const float *b, size_t n, float *ret_y); /* ret_y may be a or b */
    void (*mul)(const float *a, const float *b, size_t n, float *ret_y);

    /* The gated unit of WaveNet: ret_h[i] = tanh(z[i]) sigmoid(z[n + i]); ret_h may be z. */
    void (*gate)(const float *z, size_t n, float *ret_h);
    /* The same, as round(127 h): the scale of ret_h is 1/127. */
    void (*gate_i8)(const float *z, size_t n, int8_t *ret_h);

    /* ret_y may be x. softmax of nothing is nothing; all -inf gives NaN. */
    void (*softmax)(const float *x, size_t n, float *ret_y);
    /* (x - mean) / sqrt(variance + epsilon) weight + bias; bias may be NULL */
    void (*layer_norm)(const float *x, const float *weight, const float *bias, float epsilon,
                       size_t n, float *ret_y);
    /* x / sqrt(mean of x^2 + epsilon) weight */
    void (*rms_norm)(const float *x, const float *weight, float epsilon, size_t n, float *ret_y);

    /*
     * Quantising rounds to nearest even and clamps to -127..127. Finite input only.
     * quantise: ret_q = round(x inverse_scale). quantise_max: the scale is max |x| / 127, returned
     * (0, as are all ret_q, when max |x| < 1e-30). quantise_q8: n / 32 blocks, n a multiple of 32.
     */
    void (*quantise)(const float *x, float inverse_scale, size_t n, int8_t *ret_q);
    float (*quantise_max)(const float *x, size_t n, int8_t *ret_q);
    void (*quantise_q8)(const float *x, size_t n, struct q8_block *ret_q);
};

/* The best table for the given SORI_CPU_* flags; never NULL. */
const struct kernels *kernels_select(uint64_t cpu);

/*
 * All tables compiled in whose flags are in `cpu`, best first, the C one last. Returns their number
 * (at most 4), for tests and benches.
 */
size_t kernels_list(uint64_t cpu, const struct kernels *ret_list[4]);

/* Values in a packed fp32 or fp16 matrix; 0 when that many floats do not fit size_t. */
size_t packed_size(size_t rows, size_t cols);
/* Packs w[rows][stride], the first cols of each row, into ret_data[packed_size(rows, cols)]. */
struct matrix pack_f32(const float *w, size_t stride, size_t rows, size_t cols, float *ret_data);
struct matrix pack_f16(const uint16_t *w, size_t stride, size_t rows, size_t cols,
                       uint16_t *ret_data);

/*
 * Bytes in a packed int8 matrix with its sums and scales; 0 when that does not fit size_t. The
 * memory given to pack_i8 must be aligned to 4 bytes (64 is fastest) and live as long as the
 * matrix.
 */
size_t packed_i8_size(size_t rows, size_t cols);
/* Quantises each row of w[rows][stride] to -127..127 with the scale max |w| / 127 and packs it. */
struct matrix_i8 pack_i8(const float *w, size_t stride, size_t rows, size_t cols, void *ret_data);

/* Rows first..first + rows - 1 of w: both multiples of PANEL_ROWS, except that the last part of w
 * takes the rows that are left. */
struct matrix matrix_rows(const struct matrix *w, size_t first, size_t rows);
struct matrix_i8 matrix_i8_rows(const struct matrix_i8 *w, size_t first, size_t rows);

/* Bytes of one row, of a panel on average. */
size_t matrix_row_size(enum matrix_type type, size_t cols);

extern const struct kernels kernels_c;
#if defined(__x86_64__)
extern const struct kernels kernels_avx2, kernels_avx512;
#endif

#endif
