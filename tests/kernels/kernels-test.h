/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the kernels share: memory between guard pages, random numbers, and comparison
 * relative to the accumulated magnitude.
 */
#ifndef TESTS_KERNELS_TEST_H
#define TESTS_KERNELS_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <sori/cpu.h>

#include "neural/kernels.h"

/* --- random numbers --------------------------------------------------------------------------- */

static uint64_t random_state = 0x9e3779b97f4a7c15u;

static inline uint32_t random_u32(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32);
}

static inline size_t random_below(size_t n)
{
    return random_u32() % n;
}

static inline float random_float(float limit)
{
    return limit * ((float)random_u32() / 2147483648.0f - 1.0f);
}

/* Around every width that a kernel steps by: 0, 1, w - 1, w, w + 1 and odd ones between. */
static inline size_t random_size(void)
{
    static const size_t widths[] = {4, 8, 16, 32, 64, 128};
    size_t w = widths[random_below(sizeof widths / sizeof *widths)];

    switch (random_below(6)) {
    case 0:
        return random_below(3);
    case 1:
        return w - 1;
    case 2:
        return w;
    case 3:
        return w + 1;
    default:
        return random_below(200);
    }
}

/* --- guarded memory --------------------------------------------------------------------------- */

enum { GUARD_REGIONS = 10, GUARD_PAGE = 65536, GUARD_SIZE = 16 * GUARD_PAGE };

static unsigned char *guard_regions[GUARD_REGIONS];

/* Regions of GUARD_SIZE bytes between pages that may not be touched. */
static inline int guard_setup(void **state)
{
    for (size_t i = 0; i < GUARD_REGIONS; i++) {
        unsigned char *p =
            mmap(NULL, GUARD_SIZE + 2 * GUARD_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED || mprotect(p + GUARD_PAGE, GUARD_SIZE, PROT_READ | PROT_WRITE) < 0)
            return -1;
        guard_regions[i] = p + GUARD_PAGE;
    }
    return 0;
}

/*
 * `size` bytes of region i: flush with the guard page behind (so mostly not aligned beyond `item`),
 * or flush with the one before.
 */
static inline void *guard(size_t i, size_t size, bool behind)
{
    assert_true(i < GUARD_REGIONS && size <= GUARD_SIZE);
    return behind ? guard_regions[i] + GUARD_SIZE - size : guard_regions[i];
}

static inline float *guard_floats(size_t i, size_t n, bool behind, float limit)
{
    float *p = guard(i, n * sizeof *p, behind);
    for (size_t k = 0; k < n; k++)
        p[k] = random_float(limit);
    return p;
}

/* --- comparison ------------------------------------------------------------------------------- */

/* |a - b| <= tolerance magnitude; equal infinities are equal, NaN equals NaN. */
static inline bool close_to(double a, double b, double magnitude, double tolerance)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return a == b || fabs(a - b) <= tolerance * magnitude + 1e-37;
}

/* All tables that this machine (and SORI_CPU) allows; the last one is C. */
__attribute__((unused)) static const struct kernels *tables[4];
__attribute__((unused)) static size_t n_tables;

static inline void list_tables(void)
{
    n_tables = kernels_list(sori_cpu_detect(), tables);
}

#endif
