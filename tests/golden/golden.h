/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golden.h: reference vectors (made by voices/golden.py) and the models they belong to, for tests.
 * Files are mapped for the life of the process; a missing one fails the test.
 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <sori/cpu.h>

#include "neural/gguf.h"

/* `name` is relative to the source tree. */
static inline struct gguf *golden_open(const char *name)
{
    char path[4096];
    const char *top = getenv("top_srcdir");
    struct gguf_error error = {0};
    struct gguf *gguf;
    struct stat info;
    struct sori_span span;
    int fd;

    snprintf(path, sizeof path, "%s/%s", top ? top : ".", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) < 0)
        fail_msg("%s: cannot be opened", path);
    span.size = (size_t)info.st_size;
    span.data = mmap(NULL, span.size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    assert_true(span.data != MAP_FAILED);
    if (gguf_open(span, &gguf, &error) < 0)
        fail_msg("%s: %s", path, error.message);
    return gguf;
}

/* The values of a vector and how many there are. */
static inline const void *golden_vector(const struct gguf *gguf, const char *name,
                                        enum tensor_type type, size_t *ret_count)
{
    const struct tensor *tensor = gguf_find_tensor(gguf, name);

    if (!tensor || tensor->type != type)
        fail_msg("vector %s is missing or of another type", name);
    *ret_count = tensor_values(tensor);
    return tensor->data;
}

static inline const float *golden_floats(const struct gguf *gguf, const char *name,
                                         size_t *ret_count)
{
    return golden_vector(gguf, name, TENSOR_F32, ret_count);
}

/* RMS of the difference over RMS of the expected values. */
static inline double golden_difference(const float *got, const float *expected, size_t count)
{
    double error = 0, power = 0;

    for (size_t i = 0; i < count; i++) {
        double d = (double)got[i] - expected[i];
        error += d * d;
        power += (double)expected[i] * expected[i];
    }
    return sqrt(error / power);
}

/* Prints as a TAP comment and fails when the relative difference exceeds the limit. */
static inline void golden_compare(const char *name, const float *got, const float *expected,
                                  size_t count, double limit)
{
    double difference = golden_difference(got, expected, count);

    print_message("# %-24s %zu values, relative RMS %.2e (limit %.0e)\n", name, count, difference,
                  limit);
    if (!(difference <= limit))
        fail_msg("%s differs by %g", name, difference);
}

#endif
