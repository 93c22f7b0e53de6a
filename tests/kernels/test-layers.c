/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers against plain implementations in double precision, with weights of every type bound from a
 * GGUF file in memory, on every instruction set, with one and with three threads. Nothing may be
 * allocated outside the bind and begin functions.
 */
#include <errno.h>

#include "base/checked.h"
#include "neural/layers.h"
#include "tests/kernels/kernels-test.h"
#include "tests/unit/gguf-builder.h"

enum { MAX_WIDTH = 320, MAX_COLUMNS = 40 };

/* --- allocations are counted ---------------------------------------------------------------------
 */

static size_t allocations;
static size_t failing_allocation; /* the n-th from now fails; 0: none */

void *__real_calloc(size_t n, size_t size);
void *__real_malloc(size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

static bool count_allocation(void)
{
    allocations++;
    return failing_allocation && !--failing_allocation;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return count_allocation() ? NULL : __real_calloc(n, size);
}

void *__wrap_malloc(size_t size)
{
    return count_allocation() ? NULL : __real_malloc(size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return count_allocation() ? NULL : __real_aligned_alloc(alignment, size);
}

/* --- a file with random weights ------------------------------------------------------------------
 */

struct file {
    struct builder tensors, data, whole;
    uint32_t n;
    struct gguf *gguf;
};

static void add_tensor(struct file *f, const char *name, enum tensor_type type, uint32_t n_dims,
                       const uint64_t *ne)
{
    static float values[MAX_WIDTH * MAX_WIDTH * 8];
    static unsigned char bytes[sizeof values];
    size_t n = 1, size;

    for (uint32_t i = 0; i < n_dims; i++)
        n *= ne[i];
    assert_true(n <= sizeof values / sizeof *values && tensor_row_size(type, n, &size));
    for (size_t i = 0; i < n; i++)
        values[i] = random_float(1);
    if (type == TENSOR_F32)
        memcpy(bytes, values, size);
    for (size_t i = 0; i < n && type == TENSOR_F16; i++) {
        uint16_t half = half_from_float(values[i]);
        memcpy(bytes + 2 * i, &half, sizeof half);
    }
    if (type == TENSOR_Q8_0)
        tensor_quantise_q8_0(values, n, (void *)bytes);
    if (type == TENSOR_Q4_0)
        tensor_quantise_q4_0(values, n, (void *)bytes);
    if (type == TENSOR_Q4_1)
        tensor_quantise_q4_1(values, n, (void *)bytes);
    put_tensor(&f->tensors, name, type, n_dims, ne, f->data.size);
    put(&f->data, bytes, size);
    put_fill(&f->data, 0, -f->data.size & 31);
    f->n++;
}

static void open_file(struct file *f)
{
    struct gguf_error error;
    unsigned char *aligned;

    put_header(&f->whole, 3, f->n, 0);
    put(&f->whole, f->tensors.data, f->tensors.size);
    put_fill(&f->whole, 0, -f->whole.size & 31);
    put(&f->whole, f->data.data, f->data.size);
    aligned = aligned_calloc(f->whole.size, 1);
    assert_non_null(aligned);
    memcpy(aligned, f->whole.data, f->whole.size);
    free(f->whole.data);
    f->whole.data = aligned;
    if (gguf_open((struct sori_span){aligned, f->whole.size}, &f->gguf, &error) < 0)
        fail_msg("%s", error.message);
}

static void close_file(struct file *f)
{
    gguf_free(f->gguf);
    builder_free(&f->tensors);
    builder_free(&f->data);
    builder_free(&f->whole);
    *f = (struct file){0};
}

/* The weights of a tensor as numbers. */
static const float *numbers(const struct file *f, const char *name)
{
    static float values[MAX_WIDTH * MAX_WIDTH * 8];
    const struct tensor *t = gguf_find_tensor(f->gguf, name);

    assert_non_null(t);
    for (size_t row = 0; row < tensor_rows(t); row++)
        tensor_to_float(t->type, tensor_row(t, row), t->ne[0], values + row * t->ne[0]);
    return values;
}

/* --- everything on every instruction set, with one thread and with three
 * --------------------------- */

static struct threads *pool;

typedef void check_function(struct compute *compute);

static void on_all(check_function *check)
{
    for (size_t k = 0; k < n_tables; k++)
        for (size_t threaded = 0; threaded < 2; threaded++) {
            struct compute compute;
            assert_int_equal(compute_init(tables[k], threaded ? pool : NULL, 200, &compute), 0);
            check(&compute);
            compute_free(&compute);
        }
}

static float *random_columns(size_t n)
{
    static float x[MAX_WIDTH * (MAX_COLUMNS + 8) * 4];

    assert_true(n <= sizeof x / sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = random_float(1);
    return x;
}

/* --- linear
 * ---------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum tensor_type type;
} types[] = {
    {"f32", TENSOR_F32},   {"f16", TENSOR_F16},   {"q8_0", TENSOR_Q8_0},
    {"q4_0", TENSOR_Q4_0}, {"q4_1", TENSOR_Q4_1},
};
enum { N_TYPES = sizeof types / sizeof *types };

/* What quantised weights are multiplied by. */
static void as_multiplied(enum tensor_type type, const float *x, size_t n, double *ret_x)
{
    struct q8_block q[MAX_WIDTH / TENSOR_BLOCK];

    for (size_t i = 0; i < n; i++)
        ret_x[i] = x[i];
    if (type == TENSOR_F32 || type == TENSOR_F16)
        return;
    kernels_c.quantise_q8(x, n, q);
    for (size_t i = 0; i < n; i++)
        ret_x[i] = (double)q[i / TENSOR_BLOCK].scale * q[i / TENSOR_BLOCK].q[i % TENSOR_BLOCK];
}

static void check_linear_type(struct compute *compute, size_t rows, size_t cols, size_t t)
{
    static float y[MAX_COLUMNS * (MAX_WIDTH + 3)];
    static double x_seen[MAX_WIDTH];
    struct file f = {0};
    struct gguf_error error;
    unsigned flags = (random_below(2) ? LINEAR_BIAS : 0) | (random_below(2) ? LINEAR_PACK : 0);
    size_t n = random_below(4) ? random_below(12) : MAX_COLUMNS, before;
    size_t x_stride = cols + random_below(5), y_stride = rows + random_below(4);
    unsigned add = random_below(2) ? MATMUL_ADD : 0;
    const float *x = random_columns(n * x_stride), *w, *bias;
    struct linear linear;

    add_tensor(&f, "l.weight", types[t].type, 2, NE(cols, rows));
    add_tensor(&f, "l.bias", TENSOR_F32, 1, NE(rows));
    open_file(&f);
    assert_int_equal(linear_bind(f.gguf, "l", rows, cols, flags, &linear, &error), 0);
    assert_true((linear.owned != NULL) == (flags & LINEAR_PACK && t < 2));
    assert_int_equal((uintptr_t)linear.owned % 64, 0);
    for (size_t i = 0; i < n * y_stride; i++)
        y[i] = (float)i;
    before = allocations;
    linear_forward(&linear, compute, x, x_stride, n, y, y_stride, add);
    assert_int_equal(allocations, before);

    w = numbers(&f, "l.weight");
    bias = gguf_find_tensor(f.gguf, "l.bias")->data;
    for (size_t i = 0; i < n; i++) {
        as_multiplied(types[t].type, x + i * x_stride, cols, x_seen);
        for (size_t r = 0; r < rows; r++) {
            double sum = flags & LINEAR_BIAS ? bias[r] : 0, magnitude = fabs(sum);
            for (size_t c = 0; c < cols; c++) {
                sum += (double)w[r * cols + c] * x_seen[c];
                magnitude += fabs((double)w[r * cols + c] * x_seen[c]);
            }
            if (add) {
                sum += (double)(i * y_stride + r);
                magnitude += (double)(i * y_stride + r);
            }
            if (!close_to(y[i * y_stride + r], sum, magnitude, 1e-5))
                fail_msg("%s on %s: %zu x %zu, column %zu, row %zu: %.9g, not %.9g", types[t].name,
                         compute->kernels->name, rows, cols, i, r, y[i * y_stride + r], sum);
        }
    }
    linear_free(&linear);
    close_file(&f);
}

static void check_linear(struct compute *compute)
{
    for (size_t round = 0; round < 60; round++) {
        size_t t = round % N_TYPES, rows = 1 + random_below(MAX_WIDTH);
        size_t cols = 1 + random_below(MAX_WIDTH);
        if (t >= 2)
            cols = TENSOR_BLOCK * (1 + random_below(MAX_WIDTH / TENSOR_BLOCK));
        check_linear_type(compute, rows, cols, t);
    }
}

static void test_linear(void **state)
{
    on_all(check_linear);
}

/* With quantised weights as many columns at once as there is scratch for. */
static void test_scratch(void **state)
{
    struct file f = {0};
    struct gguf_error error;
    struct linear linear;
    struct compute small, large;
    static float a[20 * 70], b[20 * 70];
    const float *x = random_columns(20 * 64);

    add_tensor(&f, "l.weight", TENSOR_Q4_1, 2, NE(64, 70));
    open_file(&f);
    assert_int_equal(linear_bind(f.gguf, "l", 70, 64, 0, &linear, &error), 0);
    assert_int_equal(linear_scratch(&linear, 20), 40);
    assert_int_equal(compute_init(tables[0], NULL, linear_scratch(&linear, 3), &small), 0);
    assert_int_equal(compute_init(tables[0], NULL, linear_scratch(&linear, 20), &large), 0);
    linear_forward(&linear, &small, x, 64, 20, a, 70, 0);
    linear_forward(&linear, &large, x, 64, 20, b, 70, 0);
    assert_memory_equal(a, b, sizeof a);
    compute_free(&small);
    compute_free(&large);
    linear_free(&linear);
    close_file(&f);
}

static void test_bind_errors(void **state)
{
    struct file f = {0};
    struct gguf_error error;
    struct linear linear = {.owned = &f}, before = linear;
    struct norm norm = {0};
    struct embedding embedding;
    struct conv1d conv;
    struct dilated_conv dilated;
    char long_name[300] = {0};

    add_tensor(&f, "l.weight", TENSOR_F32, 2, NE(32, 48));
    add_tensor(&f, "l.bias", TENSOR_F32, 1, NE(47));
    add_tensor(&f, "i.weight", TENSOR_I32, 2, NE(32, 48));
    add_tensor(&f, "half.bias", TENSOR_F16, 1, NE(48));
    open_file(&f);
    memset(long_name, 'x', sizeof long_name - 1);
    assert_int_equal(linear_bind(f.gguf, "no", 48, 32, 0, &linear, &error), -ENOENT);
    assert_int_equal(error.rule, GGUF_NO_TENSOR);
    assert_int_equal(linear_bind(f.gguf, long_name, 48, 32, 0, &linear, &error), -ENOENT);
    assert_int_equal(linear_bind(f.gguf, "l", 32, 48, 0, &linear, &error), -EBADMSG);
    assert_int_equal(error.rule, GGUF_WRONG_SHAPE);
    assert_int_equal(linear_bind(f.gguf, "l", 48, 32, LINEAR_BIAS, &linear, &error), -EBADMSG);
    assert_int_equal(linear_bind(f.gguf, "i", 48, 32, 0, &linear, &error), -EBADMSG);
    assert_int_equal(error.rule, GGUF_WRONG_WEIGHTS);
    failing_allocation = 1;
    assert_int_equal(linear_bind(f.gguf, "l", 48, 32, LINEAR_PACK, &linear, &error), -ENOMEM);
    assert_memory_equal(&linear, &before, sizeof linear);
    assert_int_equal(layer_norm_bind(f.gguf, "l", 48, 1e-5f, &norm, &error), -EBADMSG);
    assert_int_equal(rms_norm_bind(f.gguf, "half", 48, 1e-5f, &norm, &error), -ENOENT);
    assert_null(norm.weight);
    assert_int_equal(embedding_bind(f.gguf, "l", 32, 48, &embedding, &error), -EBADMSG);
    assert_int_equal(conv1d_bind(f.gguf, "l", 32, 48, 3, 0, &conv, &error), -EBADMSG);
    assert_int_equal(dilated_conv_bind(f.gguf, "l", "no", 32, 48, 2, LINEAR_PACK, &dilated, &error),
                     -ENOENT);
    close_file(&f);
}

static void check_embedding_and_norms(struct compute *compute)
{
    enum { WIDTH = 96, COUNT = 7 };
    struct file f = {0};
    struct gguf_error error;
    struct norm layer, rms;
    struct embedding embedding;
    float row[WIDTH], y[3 * WIDTH], *x;
    const float *weight, *bias;

    add_tensor(&f, "e.weight", TENSOR_Q8_0, 2, NE(WIDTH, COUNT));
    add_tensor(&f, "n.weight", TENSOR_F32, 1, NE(WIDTH));
    add_tensor(&f, "n.bias", TENSOR_F32, 1, NE(WIDTH));
    open_file(&f);
    assert_int_equal(embedding_bind(f.gguf, "e", COUNT, WIDTH, &embedding, &error), 0);
    assert_int_equal(layer_norm_bind(f.gguf, "n", WIDTH, 1e-5f, &layer, &error), 0);
    assert_int_equal(rms_norm_bind(f.gguf, "n", WIDTH, 1e-5f, &rms, &error), 0);
    for (size_t i = 0; i < COUNT; i++) {
        embedding_row(&embedding, i, row);
        assert_memory_equal(row, numbers(&f, "e.weight") + i * WIDTH, sizeof row);
    }
    weight = layer.weight;
    bias = layer.bias;
    for (size_t kind = 0; kind < 2; kind++) {
        x = random_columns(3 * WIDTH);
        norm_forward(kind ? &rms : &layer, compute, x, 3, y);
        for (size_t i = 0; i < 3; i++, x += WIDTH) {
            double mean = 0, square = 0;
            for (size_t c = 0; c < WIDTH; c++)
                mean += kind ? 0 : x[c] / (double)WIDTH;
            for (size_t c = 0; c < WIDTH; c++)
                square += (x[c] - mean) * (x[c] - mean) / WIDTH;
            for (size_t c = 0; c < WIDTH; c++) {
                double right = (x[c] - mean) / sqrt(square + 1e-5) * weight[c];
                assert_true(close_to(y[i * WIDTH + c], right + (kind ? 0 : bias[c]), 3, 1e-5));
            }
        }
    }
    close_file(&f);
}

static void test_embedding_and_norms(void **state)
{
    on_all(check_embedding_and_norms);
}

/* --- attention
 * ------------------------------------------------------------------------------------- */

enum { HEADS = 4, HEAD_SIZE = 24, HEADS_WIDTH = HEADS * HEAD_SIZE, STEPS = 40 };

static const float slopes[HEADS] = {0.5f, 0.125f, 0.03125f, 0};

/* One query over the positions first..end - 1 of k and v; distances from `centre`. */
static void naive_attention(const float *q, const float *k, const float *v, size_t first,
                            size_t end, size_t centre, const float *slope, double *ret_y)
{
    for (size_t h = 0; h < HEADS; h++) {
        double weight[STEPS], sum = 0, *y = ret_y + h * HEAD_SIZE;
        memset(y, 0, HEAD_SIZE * sizeof *y);
        for (size_t i = first; i < end; i++) {
            double score = 0;
            for (size_t j = 0; j < HEAD_SIZE; j++)
                score += (double)q[h * HEAD_SIZE + j] * k[i * HEADS_WIDTH + h * HEAD_SIZE + j];
            score =
                score / sqrt(HEAD_SIZE) - (slope ? slope[h] * fabs((double)i - (double)centre) : 0);
            sum += weight[i] = exp(score);
        }
        for (size_t i = first; i < end; i++)
            for (size_t j = 0; j < HEAD_SIZE; j++)
                y[j] += weight[i] / sum * v[i * HEADS_WIDTH + h * HEAD_SIZE + j];
    }
}

static void assert_near(const float *got, const double *right, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!close_to(got[i], right[i], 1, 1e-5))
            fail_msg("value %zu is %.9g, not %.9g", i, got[i], right[i]);
}

static void check_attention(struct compute *compute)
{
    static const size_t windows[] = {1, 2, 13, STEPS, STEPS + 5};
    double right[HEADS_WIDTH];
    float y[5 * HEADS_WIDTH];

    for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
        struct attention a = {HEADS, HEAD_SIZE, 1 / sqrtf(HEAD_SIZE), w % 2 ? slopes : NULL};
        size_t window = windows[w], floats = attention_cache_floats(&a, window), before;
        float *memory = aligned_calloc(floats, sizeof *memory);
        float *q = random_columns(3 * STEPS * HEADS_WIDTH);
        const float *k = q + STEPS * HEADS_WIDTH, *v = k + STEPS * HEADS_WIDTH;
        struct attention_cache cache;
        attention_cache_init(&a, window, memory, &cache);
        before = allocations;
        for (size_t round = 0; round < 2; round++) {
            attention_cache_reset(&cache);
            for (size_t t = 0; t < STEPS; t++) {
                size_t first = t + 1 > window ? t + 1 - window : 0;
                attention_append(&a, k + t * HEADS_WIDTH, v + t * HEADS_WIDTH, 0, 1, &cache);
                attention_causal(&a, compute, q + t * HEADS_WIDTH, &cache, y);
                naive_attention(q + t * HEADS_WIDTH, k, v, first, t + 1, t, a.slopes, right);
                assert_near(y, right, HEADS_WIDTH);
            }
        }
        assert_int_equal(allocations, before);
        free(memory);
    }
}

static void check_full_attention(struct compute *compute)
{
    double right[HEADS_WIDTH];
    float y[5 * (HEADS_WIDTH + 2)];

    for (size_t n = 1; n <= STEPS; n += 13) {
        struct attention a = {HEADS, HEAD_SIZE, 1 / sqrtf(HEAD_SIZE), n % 2 ? slopes : NULL};
        float *memory = aligned_calloc(attention_cache_floats(&a, STEPS), sizeof *memory);
        /* keys and values side by side, as a linear layer for both gives them */
        float *q = random_columns(5 * HEADS_WIDTH + 2 * STEPS * HEADS_WIDTH);
        const float *kv = q + 5 * HEADS_WIDTH;
        static float k[STEPS * HEADS_WIDTH], v[STEPS * HEADS_WIDTH];
        struct attention_cache cache;
        for (size_t i = 0; i < STEPS; i++) {
            memcpy(k + i * HEADS_WIDTH, kv + 2 * i * HEADS_WIDTH, HEADS_WIDTH * sizeof *k);
            memcpy(v + i * HEADS_WIDTH, kv + (2 * i + 1) * HEADS_WIDTH, HEADS_WIDTH * sizeof *v);
        }
        attention_cache_init(&a, STEPS, memory, &cache);
        attention_append(&a, kv, kv + HEADS_WIDTH, 2 * HEADS_WIDTH, n, &cache);
        attention_full(&a, compute, q, HEADS_WIDTH, 5, n / 2, &cache, y, HEADS_WIDTH + 2);
        for (size_t j = 0; j < 5; j++) {
            naive_attention(q + j * HEADS_WIDTH, k, v, 0, n, n / 2, a.slopes, right);
            assert_near(y + j * (HEADS_WIDTH + 2), right, HEADS_WIDTH);
        }
        free(memory);
    }
}

static void test_attention(void **state)
{
    struct attention huge = {.heads = 8, .size = 64};

    on_all(check_attention);
    on_all(check_full_attention);
    assert_int_equal(attention_cache_floats(&huge, SIZE_MAX / 600), 0);
}

/* --- convolutions
 * ---------------------------------------------------------------------------------- */

/* ret_y[t] = sum of the last out channels; x[n][in] without its borders */
static void naive_conv(const float *w, const float *bias, const float *x, size_t n,
                       const struct conv1d *conv, double *ret_y)
{
    size_t half = (conv->kernel - 1) / 2;

    for (size_t t = 0; t < n; t++)
        for (size_t o = 0; o < conv->out; o++) {
            double sum = bias ? bias[o] : 0;
            for (size_t k = 0; k < conv->kernel; k++)
                for (size_t i = 0; t + k >= half && t + k - half < n && i < conv->in; i++)
                    sum += (double)w[(o * conv->kernel + k) * conv->in + i] *
                           x[(t + k - half) * conv->in + i];
            ret_y[t * conv->out + o] = sum / 100;
        }
}

static void check_conv_type(struct compute *compute, size_t kernel, enum tensor_type type)
{
    enum { IN = 64, OUT = 48, FRAMES = 23, CHUNK = 5 };
    static double right[FRAMES * OUT];
    static float padded[(FRAMES + 8) * IN], y[FRAMES * OUT];
    size_t half = (kernel - 1) / 2, given = 0, got = 0, before;
    struct file f = {0};
    struct gguf_error error;
    struct conv1d conv;
    struct conv1d_state stream;
    float *x = random_columns(FRAMES * IN), *memory;

    add_tensor(&f, "c.weight", type, 3, NE(IN, kernel, OUT));
    add_tensor(&f, "c.bias", TENSOR_F32, 1, NE(OUT));
    open_file(&f);
    assert_int_equal(
        conv1d_bind(f.gguf, "c", IN, OUT, kernel, LINEAR_BIAS | LINEAR_PACK, &conv, &error), 0);
    naive_conv(numbers(&f, "c.weight"), conv.linear.bias, x, FRAMES, &conv, right);
    memset(padded, 0, sizeof padded);
    memcpy(padded + half * IN, x, FRAMES * IN * sizeof *x);
    conv1d_forward(&conv, compute, padded, FRAMES, y);
    for (size_t i = 0; i < FRAMES * OUT; i++)
        y[i] /= 100;
    assert_near(y, right, FRAMES * OUT);

    memory = aligned_calloc(conv1d_state_floats(&conv, CHUNK), sizeof *memory);
    conv1d_state_init(&conv, CHUNK, memory, &stream);
    before = allocations;
    while (given < FRAMES) {
        size_t n = random_below(CHUNK + 1);
        n = n < FRAMES - given ? n : FRAMES - given;
        got += conv1d_push(&conv, compute, &stream, x + given * IN, n, y + got * OUT);
        given += n;
        assert_int_equal(got, given > half ? given - half : 0);
    }
    got += conv1d_push(&conv, compute, &stream, NULL, half, y + got * OUT);
    assert_int_equal(got, FRAMES);
    assert_int_equal(allocations, before);
    for (size_t i = 0; i < FRAMES * OUT; i++)
        y[i] /= 100;
    assert_near(y, right, FRAMES * OUT);
    free(memory);
    conv1d_free(&conv);
    close_file(&f);
}

static void check_conv(struct compute *compute)
{
    for (size_t kernel = 1; kernel <= 5; kernel += 2) {
        check_conv_type(compute, kernel, TENSOR_F32);
        check_conv_type(compute, kernel, TENSOR_F16);
    }
}

static void check_dilated(struct compute *compute)
{
    enum { IN = 40, OUT = 80, FRAMES = 30 };

    for (size_t dilation = 1; dilation <= 16; dilation = 2 * dilation + (dilation == 2)) {
        struct file f = {0};
        struct gguf_error error;
        struct dilated_conv conv;
        struct dilated_state stream;
        float y[OUT], *x = random_columns(FRAMES * IN), *memory;
        static float past[OUT * IN];
        const float *current;
        add_tensor(&f, "past.weight", TENSOR_F32, 2, NE(IN, OUT));
        add_tensor(&f, "cur.weight", TENSOR_F32, 2, NE(IN, OUT));
        open_file(&f);
        assert_int_equal(
            dilated_conv_bind(f.gguf, "past", "cur", IN, OUT, dilation, LINEAR_PACK, &conv, &error),
            0);
        memcpy(past, numbers(&f, "past.weight"), sizeof past);
        current = numbers(&f, "cur.weight");
        memory = aligned_calloc(dilated_state_floats(&conv), sizeof *memory);
        dilated_state_init(&conv, memory, &stream);
        for (size_t t = 0; t < FRAMES; t++) {
            double right[OUT];
            for (size_t o = 0; o < OUT; o++) {
                right[o] = y[o] = (float)o;
                for (size_t i = 0; i < IN; i++)
                    right[o] +=
                        (double)current[o * IN + i] * x[t * IN + i] +
                        (t < dilation ? 0 : (double)past[o * IN + i] * x[(t - dilation) * IN + i]);
                right[o] /= 100;
            }
            dilated_conv_step(&conv, compute, &stream, x + t * IN, y, MATMUL_ADD);
            for (size_t o = 0; o < OUT; o++)
                y[o] /= 100;
            assert_near(y, right, OUT);
        }
        free(memory);
        dilated_conv_free(&conv);
        close_file(&f);
    }
}

static void test_convolutions(void **state)
{
    on_all(check_conv);
    on_all(check_dilated);
}

static int start(void **state)
{
    list_tables();
    return threads_new(3, &pool);
}

static int stop(void **state)
{
    pool = threads_free(pool);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear),      cmocka_unit_test(test_scratch),
        cmocka_unit_test(test_bind_errors), cmocka_unit_test(test_embedding_and_norms),
        cmocka_unit_test(test_attention),   cmocka_unit_test(test_convolutions),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
