/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speed of the kernels, as JSON: for each instruction set and product the median, over many short
 * rounds, of billions of multiply-adds a second; for functions of vectors, nanoseconds a value.
 *
 *     make bench-kernels            on a quiet machine: taskset -c 1 tests/bench/bench-kernels
 *
 * "wavenet" is the pattern of the default vocoder: twelve layers of a 128 x 128 gate (past and
 * current input), its non-linearity and a 128 x 64 output, then 128 x 64 and 8 x 128, each step.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sori/cpu.h>

#include "base/checked.h"
#include "base/random.h"
#include "neural/blas.h"
#include "neural/kernels.h"

enum { ROUNDS = 41, LAYERS = 12, GATE = 128, RESIDUAL = 64, OUT = 8 };
static const double ROUND_SECONDS = 0.004;

struct bench {
    const struct kernels *kernels;
    struct matrix w;
    struct matrix_i8 w8, gate8, output8, out8, last8;
    struct matrix gate, output, out, last;
    size_t n, size;
    const void *x;
    size_t x_stride;
    float *floats, *y;
    int8_t *bytes;
};

static void *need(void *memory)
{
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Seconds a call, the median of ROUNDS rounds. */
static double measure(void (*call)(const struct bench *), const struct bench *b)
{
    double rounds[ROUNDS], start = now(), once;
    size_t calls = 1;

    do {
        call(b);
        once = (now() - start) / (double)calls++;
    } while (now() - start < ROUND_SECONDS);
    calls = (size_t)(ROUND_SECONDS / once) + 1;
    for (size_t i = 0; i < ROUNDS; i++) {
        start = now();
        for (size_t k = 0; k < calls; k++)
            call(b);
        rounds[i] = (now() - start) / (double)calls;
    }
    qsort(rounds, ROUNDS, sizeof *rounds, compare_doubles);
    return rounds[ROUNDS / 2];
}

static struct random_bits bits;

/* A whole number from -limit to limit. */
static int random_within(int limit)
{
    return (int)(random_next(&bits) % (2 * (unsigned)limit + 1)) - limit;
}

static float *random_floats(size_t n)
{
    float *x = need(aligned_calloc(n, sizeof *x));
    for (size_t i = 0; i < n; i++)
        x[i] = (float)random_within(1000) / 8000.0f;
    return x;
}

static void report(json_t *results, const struct bench *b, const char *what, size_t rows,
                   size_t cols, double macs, double seconds)
{
    json_array_append_new(results, json_pack("{s:s, s:s, s:I, s:I, s:I, s:f, s:f}", "kernel", what,
                                             "set", b->kernels->name, "rows", (json_int_t)rows,
                                             "cols", (json_int_t)cols, "columns", (json_int_t)b->n,
                                             "gmac_s", macs / seconds / 1e9, "us", seconds * 1e6));
}

/* --- single products -----------------------------------------------------------------------------
 */

static void call_matmul(const struct bench *b)
{
    b->kernels->matmul[b->w.type](&b->w, NULL, b->x, b->x_stride, b->n, b->y, b->w.rows, 0);
}

static void call_i8(const struct bench *b)
{
    static const float scales[64] = {1};
    b->kernels->matmul_i8(&b->w8, NULL, b->bytes, b->w8.cols, scales, b->n, b->y, b->w8.rows, 0);
}

static void call_blas(const struct bench *b)
{
    blas_matmul(b->w.data, b->w.rows, b->w.cols, NULL, b->x, b->x_stride, b->n, b->y, b->w.rows, 0);
}

static const char *const type_names[N_MATRIX_TYPES] = {"f32",  "f16",        "q8_0",      "q4_0",
                                                       "q4_1", "packed_f32", "packed_f16"};

static void bench_type(json_t *results, struct bench *b, enum matrix_type type, size_t rows,
                       size_t cols)
{
    void *data = need(aligned_calloc(packed_size(rows, cols), sizeof(float)));
    struct q8_block *q = need(aligned_calloc(b->n * (cols / TENSOR_BLOCK), sizeof *q));
    bool blocks = type == MATRIX_Q8_0 || type == MATRIX_Q4_0 || type == MATRIX_Q4_1;

    b->w = (struct matrix){type, rows, cols, data};
    for (size_t i = 0; i < b->n; i++)
        b->kernels->quantise_q8(b->floats + i * cols, cols, q + i * (cols / TENSOR_BLOCK));
    b->x = blocks ? (const void *)q : b->floats;
    b->x_stride = blocks ? cols / TENSOR_BLOCK : cols;
    report(results, b, type_names[type], rows, cols, (double)(rows * cols * b->n),
           measure(call_matmul, b));
    if (type == MATRIX_F32 && b->kernels == kernels_select(sori_cpu_detect()))
        report(results, b, "openblas", rows, cols, (double)(rows * cols * b->n),
               measure(call_blas, b));
    free(data);
    free(q);
}

static void bench_i8(json_t *results, struct bench *b, size_t rows, size_t cols)
{
    float *w = random_floats(rows * cols);
    void *data = need(aligned_calloc(packed_i8_size(rows, cols), 1));

    b->w8 = pack_i8(w, cols, rows, cols, data);
    report(results, b, "i8", rows, cols, (double)(rows * cols * b->n), measure(call_i8, b));
    free(w);
    free(data);
}

/* --- the vocoder's pattern -----------------------------------------------------------------------
 */

static void call_wavenet_f32(const struct bench *b)
{
    const struct kernels *k = b->kernels;
    kernels_matmul *product = k->matmul[MATRIX_PACKED_F32];
    float z[GATE], h[RESIDUAL], y[GATE] = {0}, o[GATE], last[OUT];

    for (size_t l = 0; l < LAYERS; l++) {
        struct matrix gate = b->gate, output = b->output;
        gate.data = (const float *)gate.data + l * GATE * GATE;
        output.data = (const float *)output.data + l * GATE * RESIDUAL;
        product(&gate, b->floats, b->floats + l, GATE, 1, z, GATE, 0);
        k->gate(z, RESIDUAL, h);
        product(&output, NULL, h, RESIDUAL, 1, y, GATE, MATMUL_ADD);
    }
    k->relu(y + RESIDUAL, RESIDUAL, h);
    product(&b->out, b->floats, h, RESIDUAL, 1, o, GATE, 0);
    k->relu(o, GATE, o);
    product(&b->last, b->floats, o, GATE, 1, last, OUT, 0);
    b->y[0] = last[0];
}

static void call_wavenet_i8(const struct bench *b)
{
    const struct kernels *k = b->kernels;
    float z[GATE], y[GATE] = {0}, o[GATE], last[OUT], scale = 1.0f / 127;
    int8_t x[GATE], h[GATE];

    for (size_t l = 0; l < LAYERS; l++) {
        struct matrix_i8 gate = b->gate8, output = b->output8;
        gate.data += l * GATE * GATE;
        output.data += l * GATE * RESIDUAL;
        memcpy(x, b->bytes + l, RESIDUAL);
        k->quantise(y, 127, RESIDUAL, x + RESIDUAL);
        k->matmul_i8(&gate, b->floats, x, GATE, &scale, 1, z, GATE, 0);
        k->gate_i8(z, RESIDUAL, h);
        k->matmul_i8(&output, NULL, h, RESIDUAL, &scale, 1, y, GATE, MATMUL_ADD);
    }
    k->relu(y + RESIDUAL, RESIDUAL, o);
    scale = k->quantise_max(o, RESIDUAL, h);
    k->matmul_i8(&b->out8, b->floats, h, RESIDUAL, &scale, 1, o, GATE, 0);
    k->relu(o, GATE, o);
    scale = k->quantise_max(o, GATE, h);
    k->matmul_i8(&b->last8, b->floats, h, GATE, &scale, 1, last, OUT, 0);
    b->y[0] = last[0];
}

/* The weights of all layers lie one after the other; the int8 sums and scales are shared. */
static void bench_wavenet(json_t *results, struct bench *b)
{
    const double macs = LAYERS * (GATE * GATE + GATE * RESIDUAL) + GATE * RESIDUAL + OUT * GATE;
    float *gate = random_floats(LAYERS * GATE * GATE),
          *output = random_floats(LAYERS * GATE * GATE);
    void *packed[8];

    for (size_t i = 0; i < 8; i++)
        packed[i] = need(aligned_calloc(LAYERS * GATE * GATE, sizeof(float)));
    b->gate = pack_f32(gate, GATE, LAYERS * GATE, GATE, packed[0]);
    b->output = pack_f32(output, RESIDUAL, LAYERS * GATE, RESIDUAL, packed[1]);
    b->out = pack_f32(output, RESIDUAL, GATE, RESIDUAL, packed[2]);
    b->last = pack_f32(output, GATE, OUT, GATE, packed[3]);
    b->gate8 = pack_i8(gate, GATE, LAYERS * GATE, GATE, packed[4]);
    b->output8 = pack_i8(output, RESIDUAL, LAYERS * GATE, RESIDUAL, packed[5]);
    b->out8 = pack_i8(output, RESIDUAL, GATE, RESIDUAL, packed[6]);
    b->last8 = pack_i8(output, GATE, OUT, GATE, packed[7]);
    b->gate.rows = b->output.rows = b->gate8.rows = b->output8.rows = GATE;
    report(results, b, "wavenet_f32", 0, 0, macs, measure(call_wavenet_f32, b));
    report(results, b, "wavenet_i8", 0, 0, macs, measure(call_wavenet_i8, b));
    for (size_t i = 0; i < 8; i++)
        free(packed[i]);
    free(gate);
    free(output);
}

/* --- functions -----------------------------------------------------------------------------------
 */

static void call_exp(const struct bench *b)
{
    b->kernels->exp(b->floats, b->size, b->y);
}

static void call_gate(const struct bench *b)
{
    b->kernels->gate(b->floats, b->size, b->y);
}

static void call_softmax(const struct bench *b)
{
    b->kernels->softmax(b->floats, b->size, b->y);
}

static void call_layer_norm(const struct bench *b)
{
    b->kernels->layer_norm(b->floats, b->floats, b->floats, 1e-5f, b->size, b->y);
}

static void call_quantise_max(const struct bench *b)
{
    b->kernels->quantise_max(b->floats, b->size, b->bytes);
}

static void bench_functions(json_t *results, struct bench *b)
{
    static const struct {
        const char *name;
        void (*call)(const struct bench *);
        size_t size;
    } functions[] = {
        {"exp", call_exp, 1024},
        {"gate", call_gate, 64},
        {"softmax", call_softmax, 160},
        {"layer_norm", call_layer_norm, 192},
        {"quantise_max", call_quantise_max, 64},
    };

    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        double seconds;
        b->size = functions[i].size;
        seconds = measure(functions[i].call, b);
        json_array_append_new(
            results, json_pack("{s:s, s:s, s:I, s:f, s:f}", "kernel", functions[i].name, "set",
                               b->kernels->name, "values", (json_int_t)b->size, "ns_value",
                               seconds * 1e9 / (double)b->size, "us", seconds * 1e6));
    }
}

/* --- all of it -----------------------------------------------------------------------------------
 */

static void bench_set(json_t *results, struct bench *b)
{
    static const struct {
        size_t rows, cols, n;
    } shapes[] = {
        {128, 64, 1},  {128, 128, 1},  {192, 192, 1},  {576, 192, 1},   {768, 192, 1},
        {192, 768, 1}, {576, 576, 1},  {1536, 576, 1}, {49152, 576, 1}, {192, 192, 4},
        {768, 192, 8}, {768, 192, 64}, {192, 960, 64}, {1536, 576, 32},
    };

    bench_wavenet(results, b);
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        b->n = shapes[s].n;
        for (enum matrix_type type = 0; type < N_MATRIX_TYPES; type++)
            bench_type(results, b, type, shapes[s].rows, shapes[s].cols);
        bench_i8(results, b, shapes[s].rows, shapes[s].cols);
    }
    bench_functions(results, b);
}

int main(void)
{
    const struct kernels *sets[4];
    size_t n = kernels_list(sori_cpu_detect(), sets);
    json_t *results = json_array();
    struct bench b = {
        .n = 1,
        .y = need(aligned_calloc(64 * 49152, sizeof(float))),
        .bytes = need(aligned_calloc(64 * 1536, 1)),
    };

    random_seed(&bits, 1);
    b.floats = random_floats(64 * 1536);
    for (size_t i = 0; i < 64 * 1536; i++)
        b.bytes[i] = (int8_t)random_within(127);
    for (size_t i = 0; i < n; i++) {
        b.kernels = sets[i];
        b.n = 1;
        bench_set(results, &b);
    }
    json_dumpf(results, stdout, JSON_INDENT(0) | JSON_REAL_PRECISION(4));
    putchar('\n');
    json_decref(results);
    free(b.floats);
    free(b.y);
    free(b.bytes);
    return 0;
}
