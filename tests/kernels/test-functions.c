/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels over vectors: accuracy against double precision, each instruction set against C, sizes
 * around every width, guard pages, special values.
 */
#include "tests/kernels/kernels-test.h"

enum { MAX_SIZE = 1100, ROUNDS = 1200 };

typedef void map_function(const float *x, size_t n, float *ret_y);

static double reference_exp(double x)
{
    return exp(x);
}

static double reference_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double reference_silu(double x)
{
    return x / (1 + exp(-x));
}

static double reference_gelu(double x)
{
    return 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}

static double reference_relu(double x)
{
    return x > 0 ? x : 0;
}

static const struct map {
    const char *name;
    size_t slot;
    double (*reference)(double);
    float limit; /* the range in which the accuracy is promised */
    double ulp;
} maps[] = {
    {"exp", offsetof(struct kernels, exp), reference_exp, 87.3f, 4},
    {"tanh", offsetof(struct kernels, tanh), tanh, 100, 4},
    {"sigmoid", offsetof(struct kernels, sigmoid), reference_sigmoid, 87, 4},
    {"silu", offsetof(struct kernels, silu), reference_silu, 80, 5},
    /* The argument of the sigmoid is rounded: at the far end of the tail that is many ulp. */
    {"gelu", offsetof(struct kernels, gelu), reference_gelu, 3, 40},
    {"relu", offsetof(struct kernels, relu), reference_relu, 1e30f, 0},
};
enum { N_MAPS = sizeof maps / sizeof *maps };

static map_function *slot(const struct kernels *kernels, size_t offset)
{
    return *(map_function *const *)((const char *)kernels + offset);
}

/* Errors in units of the last place, swept over the whole range and close to zero. */
static void test_accuracy(void **state)
{
    enum { STEPS = 40000 };
    static float x[2 * STEPS], y[2 * STEPS];

    for (size_t m = 0; m < N_MAPS; m++) {
        for (size_t i = 0; i < STEPS; i++) {
            float at = 2.0f * (float)i / STEPS - 1;
            x[i] = maps[m].limit * at;
            x[STEPS + i] = at * at * at * at * at;
        }
        for (size_t k = 0; k < n_tables; k++) {
            slot(tables[k], maps[m].slot)(x, 2 * STEPS, y);
            for (size_t i = 0; i < 2 * STEPS; i++) {
                double right = maps[m].reference(x[i]);
                double ulp = fmax(ldexp(1, ilogb(right == 0 ? 1e-38 : right) - 23), 1.2e-38);
                if (fabs(y[i] - right) > maps[m].ulp * ulp)
                    fail_msg("%s(%.9g) on %s: %.9g, %.1f ulp from %.9g", maps[m].name, x[i],
                             tables[k]->name, y[i], fabs(y[i] - right) / ulp, right);
            }
        }
    }
}

static void compare_floats(const float *got, const float *expected, size_t n, double tolerance,
                           const char *what, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!close_to(got[i], expected[i], fmax(1, fabs((double)expected[i])), tolerance))
            fail_msg("%s on %s: value %zu of %zu is %.9g, not %.9g", what, name, i, n, got[i],
                     expected[i]);
}

/* Every map in guarded memory, out of place and in place. */
static void test_maps(void **state)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        bool behind = random_below(2);
        size_t n = random_size();
        const struct map *map = &maps[round % N_MAPS];
        float *x = guard_floats(0, n, behind, 20), *y = guard(1, n * sizeof *y, behind);
        float *expected = guard(2, n * sizeof *y, behind);
        slot(&kernels_c, map->slot)(x, n, expected);
        for (size_t k = 0; k < n_tables; k++) {
            slot(tables[k], map->slot)(x, n, y);
            compare_floats(y, expected, n, 1e-6, map->name, tables[k]->name);
            memcpy(y, x, n * sizeof *y);
            slot(tables[k], map->slot)(y, n, y);
            compare_floats(y, expected, n, 1e-6, map->name, tables[k]->name);
        }
    }
}

static void test_special_values(void **state)
{
    float x[20], y[20];

    for (size_t i = 0; i < 20; i++)
        x[i] = (const float[]){-INFINITY, INFINITY, NAN, -1000, 1000, 0, -87.4f, 88.5f}[i % 8];
    for (size_t k = 0; k < n_tables; k++) {
        const struct kernels *t = tables[k];
        t->exp(x, 20, y);
        for (size_t i = 0; i < 20; i += 8) {
            assert_true(y[i] == 0 && y[i + 3] == 0);
            assert_true(i > 15 || (isfinite(y[i + 1]) && y[i + 1] > 2.3e38f));
        }
        assert_true(isnan(y[2]) && isnan(y[18]) && y[5] == 1 && y[6] == 0 && y[7] > 2.3e38f);
        t->tanh(x, 20, y);
        assert_true(y[0] == -1 && y[1] == 1 && isnan(y[2]) && y[3] == -1 && y[4] == 1 && y[5] == 0);
        t->sigmoid(x, 20, y);
        assert_true(y[0] < 1e-38f && y[1] == 1 && isnan(y[2]) && y[4] == 1 && y[5] == 0.5f);
        t->relu(x, 20, y);
        assert_true(y[0] == 0 && y[1] == INFINITY && y[2] == 0 && y[18] == 0 && y[4] == 1000);
        t->softmax((const float[]){-INFINITY, 0, -INFINITY, 0}, 4, y);
        assert_true(y[0] == 0 && y[1] == 0.5f && y[2] == 0 && y[3] == 0.5f);
        t->softmax((const float[]){-INFINITY, -INFINITY}, 2, y);
        assert_true(isnan(y[0]) && isnan(y[1]));
        t->softmax(NULL, 0, NULL);
        t->softmax((const float[]){1e30f, 3e38f, -3e38f}, 3, y);
        assert_true(y[0] == 0 && y[1] == 1 && y[2] == 0);
    }
}

static void test_gate(void **state)
{
    static double right[MAX_SIZE];
    static float got[MAX_SIZE];
    static int8_t q[MAX_SIZE];

    for (size_t round = 0; round < ROUNDS; round++) {
        bool behind = random_below(2);
        size_t n = random_size();
        float limit = (const float[]){3, 58, 200}[round % 3], *h = guard(1, 4 * n, behind);
        float *z = guard_floats(0, 2 * n, behind, limit);
        double smallest = limit > 60 ? 1e-19 : 0; /* the sigmoid is clamped there */
        int8_t *h8 = guard(2, n, behind);
        for (size_t i = 0; i < n; i++)
            right[i] = tanh(z[i]) / (1 + exp(-(double)z[n + i]));
        for (size_t k = 0; k < n_tables; k++) {
            tables[k]->gate(z, n, h);
            tables[k]->gate_i8(z, n, h8);
            for (size_t i = 0; i < n; i++) {
                assert_true(close_to(h[i], right[i], fmax(fabs(right[i]), smallest), 6e-7));
                assert_true(fabs(h8[i] - 127 * right[i]) <= 0.5001);
            }
            memcpy(got, h, n * sizeof *h);
            memcpy(q, h8, n);
            tables[k]->gate(z, n, h);
            assert_memory_equal(got, h, n * sizeof *h);
        }
    }
}

static void test_quantise(void **state)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        bool behind = random_below(2);
        size_t n = random_size(), blocks = n / TENSOR_BLOCK;
        float *x = guard_floats(0, n, behind, round % 7 ? 10 : 0), scale, inverse = 127 / 9.0f;
        int8_t *q = guard(1, n, behind), *expected = guard(2, n, behind);
        struct q8_block *b = guard(3, blocks * sizeof *b, behind);
        struct q8_block *expected_b = guard(4, blocks * sizeof *b, behind);
        kernels_c.quantise_q8(x, blocks * TENSOR_BLOCK, expected_b);
        for (size_t k = 0; k < n_tables; k++) {
            tables[k]->quantise(x, inverse, n, q);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(q[i], lrintf(fminf(fmaxf(x[i] * inverse, -127), 127)));
            scale = kernels_c.quantise_max(x, n, expected);
            assert_true(tables[k]->quantise_max(x, n, q) == scale);
            assert_memory_equal(q, expected, n);
            for (size_t i = 0; i < n; i++)
                assert_true(fabsf(scale * q[i] - x[i]) <= 0.5001f * scale);
            tables[k]->quantise_q8(x, blocks * TENSOR_BLOCK, b);
            assert_memory_equal(b, expected_b, blocks * sizeof *b);
            for (size_t i = 0; i < blocks; i++) {
                int32_t sum = 0;
                for (size_t j = 0; j < TENSOR_BLOCK; j++)
                    sum += b[i].q[j];
                assert_float_equal((float)sum * b[i].scale, b[i].sum, 0);
            }
        }
    }
}

static void test_sums(void **state)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        bool behind = random_below(2);
        size_t n = random_size();
        float *a = guard_floats(0, n, behind, 1), *b = guard_floats(1, n, behind, 1);
        float *y = guard(2, n * sizeof *y, behind), factor = random_float(2);
        double dot = 0, magnitude = 0;
        for (size_t i = 0; i < n; i++) {
            dot += (double)a[i] * b[i];
            magnitude += fabs((double)a[i] * b[i]);
        }
        for (size_t k = 0; k < n_tables; k++) {
            assert_true(close_to(tables[k]->dot(a, b, n), dot, magnitude, 1e-5));
            memcpy(y, a, n * sizeof *y);
            tables[k]->axpy(y, factor, b, n);
            for (size_t i = 0; i < n; i++)
                assert_true(close_to(y[i], (double)a[i] + (double)factor * b[i], 3, 1e-6));
            tables[k]->add(a, b, n, y);
            for (size_t i = 0; i < n; i++)
                assert_true(y[i] == a[i] + b[i]);
            tables[k]->mul(a, b, n, y);
            for (size_t i = 0; i < n; i++)
                assert_true(y[i] == a[i] * b[i]);
        }
    }
}

static void test_scores_and_mix(void **state)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        bool behind = random_below(2);
        size_t size = random_size(), n = random_below(12), stride = size + random_below(5);
        size_t span = n ? (n - 1) * stride + size : 0;
        float *q = guard_floats(0, size, behind, 1), *rows = guard_floats(1, span, behind, 1);
        float *scores = guard(2, n * sizeof *scores, behind);
        float *weights = guard_floats(3, n, behind, 1), *y = guard(4, size * sizeof *y, behind);
        for (size_t k = 0; k < n_tables; k++) {
            tables[k]->scores(q, rows, stride, n, size, scores);
            for (size_t i = 0; i < n; i++) {
                double dot = 0;
                for (size_t j = 0; j < size; j++)
                    dot += (double)q[j] * rows[i * stride + j];
                assert_true(close_to(scores[i], dot, (double)size, 1e-6));
            }
            memcpy(y, q, size * sizeof *y);
            tables[k]->mix(weights, rows, stride, n, size, y);
            for (size_t j = 0; j < size; j++) {
                double sum = q[j];
                for (size_t i = 0; i < n; i++)
                    sum += (double)weights[i] * rows[i * stride + j];
                assert_true(close_to(y[j], sum, (double)n + 1, 1e-6));
            }
        }
    }
}

static void test_softmax(void **state)
{
    static double e[MAX_SIZE];

    for (size_t round = 0; round < ROUNDS; round++) {
        bool behind = random_below(2);
        size_t n = random_size();
        float *x = guard_floats(0, n, behind, round % 2 ? 5 : 200), *y = guard(1, 4 * n, behind);
        double max = -INFINITY, sum = 0;
        for (size_t i = 0; i < n; i++)
            max = fmax(max, x[i]);
        for (size_t i = 0; i < n; i++)
            sum += e[i] = exp(x[i] - max);
        for (size_t k = 0; k < n_tables; k++) {
            memcpy(y, x, n * sizeof *y);
            tables[k]->softmax(y, n, y);
            for (size_t i = 0; i < n; i++)
                assert_true(close_to(y[i], e[i] / sum, fmax(e[i] / sum, 1e-30), 2e-5));
        }
    }
}

static void test_norms(void **state)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        bool behind = random_below(2);
        size_t n = random_size() + 1;
        float *x = guard_floats(0, n, behind, 3), *w = guard_floats(1, n, behind, 1);
        float *b = random_below(2) ? guard_floats(2, n, behind, 1) : NULL;
        float *y = guard(3, n * sizeof *y, behind);
        double mean = 0, variance = 0, square = 0, right;
        for (size_t i = 0; i < n; i++) {
            mean += x[i] / (double)n;
            square += (double)x[i] * x[i] / (double)n;
        }
        for (size_t i = 0; i < n; i++)
            variance += (x[i] - mean) * (x[i] - mean) / (double)n;
        for (size_t k = 0; k < n_tables; k++) {
            memcpy(y, x, n * sizeof *y);
            tables[k]->layer_norm(y, w, b, 1e-5f, n, y);
            for (size_t i = 0; i < n; i++) {
                right = (x[i] - mean) / sqrt(variance + 1e-5) * w[i] + (b ? b[i] : 0);
                /* With two or three values nearly alike the deviation itself has lost digits. */
                assert_true(close_to(y[i], right, 3 + 1 / sqrt(variance + 1e-5), 1e-5));
            }
            tables[k]->rms_norm(x, w, 1e-5f, n, y);
            for (size_t i = 0; i < n; i++) {
                right = x[i] / sqrt(square + 1e-5) * w[i];
                assert_true(close_to(y[i], right, fabs(right), 1e-5));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accuracy), cmocka_unit_test(test_maps),
        cmocka_unit_test(test_gate),     cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_quantise), cmocka_unit_test(test_sums),
        cmocka_unit_test(test_softmax),  cmocka_unit_test(test_scores_and_mix),
        cmocka_unit_test(test_norms),
    };

    list_tables();
    return cmocka_run_group_tests(tests, guard_setup, NULL);
}
