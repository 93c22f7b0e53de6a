/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layers.h: the building blocks of the models
 *
 * A model is three structures: its configuration (numbers from the GGUF keys), its weights (made of
 * the structures here, bound once at load, read-only and shared by all streams after that), and for
 * each stream a state (caches and scratch, sized by the *_floats and *_size functions and allocated
 * when the stream begins, zeroed). Nothing here allocates after that, and nothing fails in a step.
 *
 * Shapes. Activations are fp32, one column (frame, token) after the other: x[n][width]. A sentence
 * of n columns goes through a layer in one call where possible: that is several times faster.
 *
 * Errors. The bind functions return those of gguf_bind() and -ENOMEM, and say why in *ret_error;
 * what they failed to bind can be freed. `name` is the tensor's name without ".weight" and ".bias".
 *
 * Memory. Weights are borrowed from the map of the file, which must outlive them, or packed into
 * memory of their own (64-byte aligned), which the *_free functions release.
 */
#ifndef NEURAL_LAYERS_H
#define NEURAL_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "neural/gguf.h"
#include "neural/kernels.h"
#include "neural/threads.h"

/* --- what a stream computes with ----------------------------------------------------------------
 */

/* Owned by one stream, used by one thread at a time. */
struct compute {
    const struct kernels *kernels;
    struct threads *threads;  /* NULL: the caller's thread only; borrowed */
    struct q8_block *scratch; /* for activations that quantised weights multiply */
    size_t scratch_blocks;
};

/*
 * `blocks` is the largest linear_scratch() of the layers that the stream runs; may be 0. -ENOMEM.
 * compute_free() takes zeroed structures and those that compute_init() failed on.
 */
int compute_init(const struct kernels *kernels, struct threads *threads, size_t blocks,
                 struct compute *ret_compute);
void compute_free(struct compute *compute);

/* --- linear -------------------------------------------------------------------------------------
 */

#define LINEAR_BIAS 1u /* there is a tensor "name.bias", F32 [rows] */
/*
 * Packs F32 and F16 weights into panels: two to four times as fast for a few columns, at the price
 * of private memory of the same size. Quantised weights stay as they are in the file.
 */
#define LINEAR_PACK 2u

/* y = W x + b. */
struct linear {
    struct matrix weight; /* [rows][cols] */
    const float *bias;    /* [rows] or NULL */
    void *owned;
};

/*
 * Binds "name.weight", ne = {cols, rows}, of any type in TENSOR_SET_REAL, and "name.bias".
 * linear_bind_shape() takes a weight with more dimensions whose rows lie one after the other: the
 * product of all but the last is cols, the last one is rows (a convolution: {in, kernel, out}).
 */
int linear_bind(const struct gguf *gguf, const char *name, size_t rows, size_t cols, unsigned flags,
                struct linear *ret_linear, struct gguf_error *ret_error);
int linear_bind_shape(const struct gguf *gguf, const char *name, const size_t *ne, size_t n_dims,
                      unsigned flags, struct linear *ret_linear, struct gguf_error *ret_error);
void linear_free(struct linear *linear);

/* Blocks of scratch for n columns: 0 unless the weights are quantised. */
size_t linear_scratch(const struct linear *linear, size_t n);

/*
 * ret_y[i] = W x[i] + b for i < n, or added to ret_y with MATMUL_ADD. Strides in floats from column
 * to column; columns of x may overlap. Large products of raw F32 weights go to OpenBLAS (blas.h).
 */
void linear_forward(const struct linear *linear, const struct compute *compute, const float *x,
                    size_t x_stride, size_t n, float *ret_y, size_t y_stride, unsigned flags);

/*
 * A flag beside MATMUL_ADD: where the weights are quantised, so are activations, to 8 bits in
 * blocks of 32; with this they keep about 15, for twice the work. For small layers that are
 * sensitive.
 */
#define LINEAR_FINE 2u

/*
 * Several layers of the same cols on the same columns, ret_y[k] from linears[k]: quantised once,
 * and one loop for the threads.
 */
void linear_forward_many(const struct linear *const *linears, size_t count,
                         const struct compute *compute, const float *x, size_t x_stride, size_t n,
                         float *const *ret_y, size_t y_stride, unsigned flags);

/* One column. */
static inline void linear_step(const struct linear *linear, const struct compute *compute,
                               const float *x, float *ret_y, unsigned flags)
{
    linear_forward(linear, compute, x, linear->weight.cols, 1, ret_y, linear->weight.rows, flags);
}

/* --- embedding ----------------------------------------------------------------------------------
 */

/* A table of `count` rows of `width` values, any type that tensor_to_float() knows. */
struct embedding {
    struct tensor table;
};

/* Binds "name.weight", ne = {width, count}. */
int embedding_bind(const struct gguf *gguf, const char *name, size_t count, size_t width,
                   struct embedding *ret_embedding, struct gguf_error *ret_error);
/* Writes row `id` < count. */
void embedding_row(const struct embedding *embedding, size_t id, float *ret_row);

/* --- norms --------------------------------------------------------------------------------------
 */

/* Layer norm where there is a bias, else RMS norm. */
struct norm {
    const float *weight, *bias; /* [width]; bias NULL: RMS norm */
    size_t width;
    float epsilon;
};

/* "name.weight" and "name.bias", or for RMS only "name.weight"; F32 {width}. */
int layer_norm_bind(const struct gguf *gguf, const char *name, size_t width, float epsilon,
                    struct norm *ret_norm, struct gguf_error *ret_error);
int rms_norm_bind(const struct gguf *gguf, const char *name, size_t width, float epsilon,
                  struct norm *ret_norm, struct gguf_error *ret_error);
/* n columns, one after the other; ret_y may be x. */
void norm_forward(const struct norm *norm, const struct compute *compute, const float *x, size_t n,
                  float *ret_y);

/* --- attention ----------------------------------------------------------------------------------
 */

/*
 * Multi-head attention: for each head softmax(q . k_i scale + bias_i) over the keys i, then the
 * weighted sum of the values. The bias falls linearly with the distance of the key, with a slope of
 * each head's own (ALiBi); a slope of 0 gives none. Head h has rows h size .. (h + 1) size - 1 of
 * q, k, v and of the output. (Groups of heads that share keys, and rotary positions, belong here
 * too, once a model needs them.)
 */
struct attention {
    size_t heads, size;  /* width = heads size */
    float scale;         /* 1 / sqrt(size) */
    const float *slopes; /* [heads], or NULL for no bias */
};

/*
 * Keys and values of `capacity` positions, [heads][capacity][size] each. As the cache of causal
 * self-attention it is a ring that holds the last `capacity` positions (the window); as a memory
 * for cross-attention or a bidirectional encoder it holds all positions of a sentence.
 */
struct attention_cache {
    float *keys, *values;
    float *scores; /* [capacity], scratch */
    size_t capacity;
    size_t count; /* positions appended since the last reset */
};

/* Floats that a cache needs, with the scores of one query; 0 when that does not fit a size_t. */
size_t attention_cache_floats(const struct attention *attention, size_t capacity);
/* An empty cache over memory of attention_cache_floats(), which it borrows. capacity >= 1. */
void attention_cache_init(const struct attention *attention, size_t capacity, float *memory,
                          struct attention_cache *ret_cache);
/* Forgets all positions. */
void attention_cache_reset(struct attention_cache *cache);
/* Appends n positions, whose keys and values start at k and v, `stride` floats apart. */
void attention_append(const struct attention *attention, const float *k, const float *v,
                      size_t stride, size_t n, struct attention_cache *cache);

/*
 * Causal: the query is that of the last position appended; keys are that one and those before it,
 * as far as the window reaches. bias = -slope (last - i). At least one position must be there.
 */
void attention_causal(const struct attention *attention, const struct compute *compute,
                      const float *q, struct attention_cache *cache, float *ret_y);
/*
 * Full: all positions are keys, count <= capacity. bias = -slope |centre - i|. n queries, q_stride
 * and y_stride floats apart, with the same centre.
 */
void attention_full(const struct attention *attention, const struct compute *compute,
                    const float *q, size_t q_stride, size_t n, size_t centre,
                    struct attention_cache *cache, float *ret_y, size_t y_stride);

/* --- convolutions over time ---------------------------------------------------------------------
 */

/*
 * y[t] = b + sum_k W_k x[t + k - (kernel - 1) / 2], zeros outside the sentence; kernel is odd. The
 * weight is {in, kernel, out} ([out][kernel][in]), so that a window of frames is one column.
 */
struct conv1d {
    struct linear linear; /* cols = kernel in */
    size_t in, out, kernel;
};

int conv1d_bind(const struct gguf *gguf, const char *name, size_t in, size_t out, size_t kernel,
                unsigned flags, struct conv1d *ret_conv, struct gguf_error *ret_error);
void conv1d_free(struct conv1d *conv);

/*
 * The whole sentence: x holds n + kernel - 1 frames, of which the first and the last
 * (kernel - 1) / 2 are the zeros outside. ret_y[n][out].
 */
void conv1d_forward(const struct conv1d *conv, const struct compute *compute, const float *x,
                    size_t n, float *ret_y);

/* The frames that a stream still needs, and room for `chunk` new ones. */
struct conv1d_state {
    float *frames; /* [kernel - 1 + chunk][in] */
    size_t chunk, count;
};

size_t conv1d_state_floats(const struct conv1d *conv, size_t chunk);
/* A state at the start of a sentence over memory of conv1d_state_floats(), which it borrows. */
void conv1d_state_init(const struct conv1d *conv, size_t chunk, float *memory,
                       struct conv1d_state *ret_state);
void conv1d_state_reset(const struct conv1d *conv, struct conv1d_state *state);
/*
 * Takes n <= chunk frames (NULL: zeros, to flush (kernel - 1) / 2 frames at the end) and writes the
 * frames that are complete now: the output lags by (kernel - 1) / 2. Returns their number, <= n.
 */
size_t conv1d_push(const struct conv1d *conv, const struct compute *compute,
                   struct conv1d_state *state, const float *x, size_t n, float *ret_y);

/* --- dilated causal convolution -----------------------------------------------------------------
 */

/* y[n] = b + W_past x[n - dilation] + W_current x[n], x[< 0] = 0: one tap of a WaveNet layer. */
struct dilated_conv {
    struct linear past, current; /* the bias, if any, is current's */
    size_t in, out, dilation;
};

/* Binds "PAST.weight", "CURRENT.weight" and, with LINEAR_BIAS, "CURRENT.bias"; dilation >= 1. */
int dilated_conv_bind(const struct gguf *gguf, const char *past, const char *current, size_t in,
                      size_t out, size_t dilation, unsigned flags, struct dilated_conv *ret_conv,
                      struct gguf_error *ret_error);
void dilated_conv_free(struct dilated_conv *conv);

/* The last `dilation` inputs of one stream. */
struct dilated_state {
    float *ring; /* [dilation][in], zeroed */
    size_t at;
};

size_t dilated_state_floats(const struct dilated_conv *conv);
void dilated_state_init(const struct dilated_conv *conv, float *memory,
                        struct dilated_state *ret_state);
void dilated_state_reset(const struct dilated_conv *conv, struct dilated_state *state);
/* One step; MATMUL_ADD adds to ret_y. */
void dilated_conv_step(const struct dilated_conv *conv, const struct compute *compute,
                       struct dilated_state *state, const float *x, float *ret_y, unsigned flags);

#endif
