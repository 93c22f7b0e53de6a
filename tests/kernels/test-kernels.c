/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix kernels: each instruction set against C, C against double precision; at least 1,000 shapes
 * for each kind of matrix, in memory flush with guard pages on either side. Integers are equal,
 * floats within 1e-5 of the accumulated magnitude.
 */
#include "tests/kernels/kernels-test.h"

enum { SHAPES = 1200, MAX_COLUMNS = 14 };

/* One product: everything random, in guarded memory. */
struct product {
    size_t rows, cols, n, x_stride, y_stride;
    unsigned flags;
    bool behind;
    float *bias, *x;       /* regions 0, 1 */
    float *before;         /* region 2: y before, [n][y_stride] */
    float *expected, *got; /* regions 3, 4 */
};

/* Floats in n columns of `stride`, of which the last is only `size` long. */
static size_t columns_size(size_t n, size_t stride, size_t size)
{
    return n ? (n - 1) * stride + size : 0;
}

static struct product random_product(size_t multiple)
{
    struct product p = {.behind = random_below(2)};
    size_t size;

    p.rows = random_size();
    p.cols = multiple == TENSOR_SUPERBLOCK ? random_below(5) * multiple
                                           : random_size() / multiple * multiple;
    p.n = random_below(4) ? random_below(3) : random_below(MAX_COLUMNS);
    p.x_stride = p.cols + random_below(2) * random_below(9);
    p.y_stride = p.rows + random_below(2) * random_below(9);
    p.flags = random_below(2) ? MATMUL_ADD : 0;
    p.bias = random_below(2) ? guard_floats(0, p.rows, p.behind, 1) : NULL;
    p.x = guard_floats(1, columns_size(p.n, p.x_stride, p.cols), p.behind, 1);
    size = columns_size(p.n, p.y_stride, p.rows);
    p.before = guard_floats(2, size, p.behind, 1);
    p.expected = guard(3, size * sizeof(float), p.behind);
    p.got = guard(4, size * sizeof(float), p.behind);
    memcpy(p.expected, p.before, size * sizeof(float));
    return p;
}

static void reset_result(struct product *p)
{
    memcpy(p->got, p->before, columns_size(p->n, p->y_stride, p->rows) * sizeof(float));
}

/* magnitude: [n][rows], the sum of |w x| + |b| + |y before|; gaps between columns stay as is */
static void compare(const struct product *p, const float *a, const float *b,
                    const double *magnitude, const char *what, const char *name)
{
    size_t size = columns_size(p->n, p->y_stride, p->rows);

    for (size_t k = 0; k < size; k++) {
        size_t i = k / p->y_stride, r = k % p->y_stride;
        if (r >= p->rows ? a[k] != b[k] : !close_to(a[k], b[k], magnitude[i * p->rows + r], 1e-5))
            fail_msg("%s on %s: %zu x %zu, column %zu of %zu, row %zu: %.9g, expected %.9g", what,
                     name, p->rows, p->cols, i, p->n, r, a[k], b[k]);
    }
}

/* Weights as numbers, [rows][cols], for the reference in double precision. */
static double weights[256 * 1024];
static double magnitudes[MAX_COLUMNS * 256];
static float exact[MAX_COLUMNS * 300];

/* The product in double precision of columns x[n][cols] as the kernel sees them. */
static void reference(const struct product *p, const double *x)
{
    memcpy(exact, p->before, columns_size(p->n, p->y_stride, p->rows) * sizeof(float));
    for (size_t i = 0; i < p->n; i++)
        for (size_t r = 0; r < p->rows; r++) {
            float *y = &exact[i * p->y_stride + r];
            double sum = p->bias ? p->bias[r] : 0, magnitude = fabs(sum);
            for (size_t c = 0; c < p->cols; c++) {
                double term = weights[r * p->cols + c] * x[i * p->cols + c];
                sum += term;
                magnitude += fabs(term);
            }
            if (p->flags & MATMUL_ADD) {
                magnitude += fabs((double)*y);
                sum += (double)*y;
            }
            *y = (float)sum;
            magnitudes[i * p->rows + r] = magnitude;
        }
}

static const struct {
    enum tensor_type type;
    size_t values; /* a block */
    size_t d, min; /* bytes where the halves stand; SIZE_MAX: none */
    float d_limit; /* moderate scales */
} blocks[N_MATRIX_TYPES] = {
    [MATRIX_Q8_0] = {TENSOR_Q8_0, TENSOR_BLOCK, 0, SIZE_MAX, 0.1f},
    [MATRIX_Q4_0] = {TENSOR_Q4_0, TENSOR_BLOCK, 0, SIZE_MAX, 0.1f},
    [MATRIX_Q4_1] = {TENSOR_Q4_1, TENSOR_BLOCK, 0, 2, 0.1f},
    [MATRIX_Q5_0] = {TENSOR_Q5_0, TENSOR_BLOCK, 0, SIZE_MAX, 0.1f},
    [MATRIX_Q5_1] = {TENSOR_Q5_1, TENSOR_BLOCK, 0, 2, 0.1f},
    [MATRIX_Q4_K] = {TENSOR_Q4_K, TENSOR_SUPERBLOCK, 0, 2, 0.01f},
    [MATRIX_Q5_K] = {TENSOR_Q5_K, TENSOR_SUPERBLOCK, 0, 2, 0.01f},
    [MATRIX_Q6_K] = {TENSOR_Q6_K, TENSOR_SUPERBLOCK, 208, SIZE_MAX, 0.001f},
};

static void put_half(uint8_t *to, float limit)
{
    uint16_t value = half_from_float(random_float(limit));
    memcpy(to, &value, sizeof value);
}

/* Block types: random bytes with moderate scales; what they mean by the reference. */
static void random_blocks(enum matrix_type type, size_t n, size_t size, uint8_t *data)
{
    static float floats[256 * 1024];
    size_t count = n / blocks[type].values, block = count ? size / count : 0;

    for (size_t k = 0; k < size; k++)
        data[k] = (uint8_t)random_u32();
    for (size_t b = 0; b < count; b++) {
        put_half(data + b * block + blocks[type].d, blocks[type].d_limit);
        if (blocks[type].min != SIZE_MAX)
            put_half(data + b * block + blocks[type].min,
                     type == MATRIX_Q4_K || type == MATRIX_Q5_K ? blocks[type].d_limit : 1);
    }
    tensor_to_float(blocks[type].type, data, n, floats);
    for (size_t k = 0; k < n; k++)
        weights[k] = (double)floats[k];
}

/* Random weights of one type, at the end or the start of region 5; fills `weights`. */
static struct matrix random_matrix(const struct product *p, enum matrix_type type)
{
    static float floats[256 * 1024];
    static uint16_t halves[256 * 1024];
    size_t n = p->rows * p->cols, packed = packed_size(p->rows, p->cols);
    size_t raw = p->rows * matrix_row_size(type, p->cols);
    struct matrix m = {type, p->rows, p->cols, guard(5, raw, p->behind)};

    for (size_t k = 0; k < n; k++) {
        floats[k] = random_float(1);
        halves[k] = half_from_float(floats[k]);
        weights[k] =
            type == MATRIX_F16 || type == MATRIX_PACKED_F16 ? half_to_float(halves[k]) : floats[k];
    }
    switch (type) {
    case MATRIX_F32:
        memcpy((void *)m.data, floats, raw);
        return m;
    case MATRIX_F16:
        memcpy((void *)m.data, halves, raw);
        return m;
    case MATRIX_PACKED_F32:
        return pack_f32(floats, p->cols, p->rows, p->cols,
                        guard(5, packed * sizeof(float), p->behind));
    case MATRIX_PACKED_F16:
        return pack_f16(halves, p->cols, p->rows, p->cols,
                        guard(5, packed * sizeof(uint16_t), p->behind));
    case MATRIX_BF16:
        for (size_t k = 0; k < n; k++) {
            ((uint16_t *)m.data)[k] = (uint16_t)(float_to_bits(floats[k]) >> 16);
            weights[k] = (double)bfloat_to_float(((uint16_t *)m.data)[k]);
        }
        return m;
    default:
        break;
    }
    random_blocks(type, n, raw, (uint8_t *)m.data);
    return m;
}

/* Columns as numbers, [n][cols], and for block types as blocks in region 6. */
static const void *random_columns(struct product *p, enum matrix_type type, double *ret_x)
{
    bool quantised = matrix_is_quantised(type);
    size_t stride = p->cols / TENSOR_BLOCK;
    struct q8_block *q = guard(6, quantised ? p->n * stride * sizeof *q : 0, p->behind);

    for (size_t i = 0; i < p->n; i++) {
        if (quantised)
            kernels_c.quantise_q8(p->x + i * p->x_stride, p->cols, q + i * stride);
        for (size_t c = 0; c < p->cols; c++) {
            const struct q8_block *block = q + i * stride + c / TENSOR_BLOCK;
            ret_x[i * p->cols + c] = quantised ? (double)block->scale * block->q[c % TENSOR_BLOCK]
                                               : p->x[i * p->x_stride + c];
        }
    }
    if (!quantised)
        return p->x;
    p->x_stride = stride;
    return q;
}

static void check_matmul(enum matrix_type type, size_t multiple, const char *what)
{
    static double x[MAX_COLUMNS * 1024];

    for (size_t shape = 0; shape < SHAPES; shape++) {
        struct product p = random_product(multiple);
        struct matrix w = random_matrix(&p, type);
        const void *columns = random_columns(&p, type, x);

        kernels_c.matmul[type](&w, p.bias, columns, p.x_stride, p.n, p.expected, p.y_stride,
                               p.flags);
        reference(&p, x);
        compare(&p, p.expected, exact, magnitudes, what, "c");
        for (size_t k = 0; k < n_tables; k++) {
            reset_result(&p);
            tables[k]->matmul[type](&w, p.bias, columns, p.x_stride, p.n, p.got, p.y_stride,
                                    p.flags);
            compare(&p, p.got, p.expected, magnitudes, what, tables[k]->name);
        }
    }
}

static void test_f32(void **state)
{
    check_matmul(MATRIX_F32, 1, "f32");
}

static void test_f16(void **state)
{
    check_matmul(MATRIX_F16, 1, "f16");
}

static void test_packed_f32(void **state)
{
    check_matmul(MATRIX_PACKED_F32, 1, "packed f32");
}

static void test_packed_f16(void **state)
{
    check_matmul(MATRIX_PACKED_F16, 1, "packed f16");
}

static void test_q8_0(void **state)
{
    check_matmul(MATRIX_Q8_0, TENSOR_BLOCK, "q8_0");
}

static void test_q4_0(void **state)
{
    check_matmul(MATRIX_Q4_0, TENSOR_BLOCK, "q4_0");
}

static void test_q4_1(void **state)
{
    check_matmul(MATRIX_Q4_1, TENSOR_BLOCK, "q4_1");
}

static void test_q5_0(void **state)
{
    check_matmul(MATRIX_Q5_0, TENSOR_BLOCK, "q5_0");
}

static void test_q5_1(void **state)
{
    check_matmul(MATRIX_Q5_1, TENSOR_BLOCK, "q5_1");
}

static void test_q4_k(void **state)
{
    check_matmul(MATRIX_Q4_K, TENSOR_SUPERBLOCK, "q4_k");
}

static void test_q5_k(void **state)
{
    check_matmul(MATRIX_Q5_K, TENSOR_SUPERBLOCK, "q5_k");
}

static void test_q6_k(void **state)
{
    check_matmul(MATRIX_Q6_K, TENSOR_SUPERBLOCK, "q6_k");
}

static void test_bf16(void **state)
{
    check_matmul(MATRIX_BF16, 1, "bf16");
}

/* int8: the integers, and what is made of them, are the same bits everywhere. */
static void test_i8(void **state)
{
    static float floats[256 * 256], scales[MAX_COLUMNS];
    static int8_t copy[256 * 256];

    for (size_t shape = 0; shape < SHAPES; shape++) {
        struct product p = random_product(1);
        size_t size = columns_size(p.n, p.x_stride, p.cols);
        int8_t *x = guard(6, size, p.behind);
        struct matrix_i8 w;
        bool extreme = !random_below(4);

        for (size_t k = 0; k < p.rows * p.cols; k++)
            floats[k] = extreme ? (random_below(2) ? 1.0f : -1.0f) : random_float(1);
        for (size_t k = 0; k < size; k++)
            x[k] =
                (int8_t)(extreme ? (random_below(2) ? 127 : -127) : (int)random_below(255) - 127);
        for (size_t i = 0; i < p.n; i++)
            scales[i] = random_float(0.01f);
        w = pack_i8(floats, p.cols, p.rows, p.cols,
                    guard(5, packed_i8_size(p.rows, p.cols), p.behind));
        /* The weights as pack_i8() documents them. */
        for (size_t r = 0; r < p.rows; r++) {
            float max = 0;
            for (size_t c = 0; c < p.cols; c++)
                max = fmaxf(max, fabsf(floats[r * p.cols + c]));
            for (size_t c = 0; c < p.cols; c++)
                copy[r * p.cols + c] = (int8_t)lrintf(floats[r * p.cols + c] * (127 / max));
        }
        for (size_t i = 0; i < p.n; i++)
            for (size_t r = 0; r < p.rows; r++) {
                float *y = &p.expected[i * p.y_stride + r], v;
                int32_t sum = 0;
                for (size_t c = 0; c < p.cols; c++)
                    sum += copy[r * p.cols + c] * x[i * p.x_stride + c];
                v = w.scales[r] * scales[i];
                v *= (float)sum;
                v += p.bias ? p.bias[r] : 0;
                *y = p.flags & MATMUL_ADD ? *y + v : v;
            }
        for (size_t k = 0; k < n_tables; k++) {
            reset_result(&p);
            tables[k]->matmul_i8(&w, p.bias, x, p.x_stride, scales, p.n, p.got, p.y_stride,
                                 p.flags);
            for (size_t j = 0; j < columns_size(p.n, p.y_stride, p.rows); j++)
                if (p.got[j] != p.expected[j])
                    fail_msg("i8 on %s: %zu x %zu, %zu columns, place %zu: %.9g, not %.9g",
                             tables[k]->name, p.rows, p.cols, p.n, j, p.got[j], p.expected[j]);
        }
    }
}

/* A column's result depends neither on its neighbours nor on how rows are split over threads. */
static void test_same_bits(void **state)
{
    enum { COLS = 512 };
    static float x[MAX_COLUMNS * COLS], all[MAX_COLUMNS * 200], one[200];
    static double unused[MAX_COLUMNS * COLS];

    for (size_t k = 0; k < n_tables; k++)
        for (enum matrix_type type = 0; type < N_MATRIX_TYPES; type++) {
            struct product p = {
                .rows = 200, .cols = COLS, .n = MAX_COLUMNS, .x = x, .x_stride = COLS};
            struct matrix w = random_matrix(&p, type), part;
            const unsigned char *columns;
            size_t item;
            for (size_t i = 0; i < MAX_COLUMNS * COLS; i++)
                x[i] = random_float(1);
            columns = random_columns(&p, type, unused);
            item = columns == (const unsigned char *)x ? sizeof(float) : sizeof(struct q8_block);
            tables[k]->matmul[w.type](&w, NULL, columns, p.x_stride, p.n, all, 200, 0);
            for (size_t i = 0; i < p.n; i++) {
                for (size_t first = 0; first < 200; first += PANEL_ROWS) {
                    part = matrix_rows(&w, first, 200 - first < 64 ? 200 - first : 64);
                    tables[k]->matmul[w.type](&part, NULL, columns + i * p.x_stride * item,
                                              p.x_stride, 1, one + first, 200, 0);
                }
                assert_memory_equal(one, all + i * 200, sizeof one);
            }
        }
}

static void test_select(void **state)
{
    const struct kernels *list[4];

    assert_ptr_equal(kernels_select(0), &kernels_c);
    assert_int_equal(kernels_list(0, list), 1);
    for (size_t i = 0; i < n_tables; i++) {
        const void *const *slots = (const void *const *)tables[i]->matmul;
        assert_ptr_equal(kernels_select(tables[i]->cpu), tables[i]);
        for (size_t k = 0;
             k < (sizeof(struct kernels) - offsetof(struct kernels, matmul)) / sizeof(void *); k++)
            assert_non_null(slots[k]);
    }
    assert_ptr_equal(tables[n_tables - 1], &kernels_c);
    assert_int_equal(packed_size(SIZE_MAX, 2), 0);
    assert_int_equal(packed_size(SIZE_MAX / 64, 64), 0);
    assert_int_equal(packed_i8_size(SIZE_MAX - 15, 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_select),     cmocka_unit_test(test_f32),
        cmocka_unit_test(test_f16),        cmocka_unit_test(test_packed_f32),
        cmocka_unit_test(test_packed_f16), cmocka_unit_test(test_q8_0),
        cmocka_unit_test(test_q4_0),       cmocka_unit_test(test_q4_1),
        cmocka_unit_test(test_q5_0),       cmocka_unit_test(test_q5_1),
        cmocka_unit_test(test_q4_k),       cmocka_unit_test(test_q5_k),
        cmocka_unit_test(test_q6_k),       cmocka_unit_test(test_bf16),
        cmocka_unit_test(test_i8),         cmocka_unit_test(test_same_bits),
    };

    list_tables();
    return cmocka_run_group_tests(tests, guard_setup, NULL);
}
