/* SPDX-License-Identifier: Apache-2.0 */
/* One piece of memory for many arrays, each zeroed and on a cache line of its own. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "neural/arena.h"

enum { ARRAYS = 40 };

struct model {
    size_t extra; /* floats of one more array */
    float *floats[ARRAYS];
    int8_t *bytes[ARRAYS];
};

static void lay_out(void *opaque, struct arena *arena)
{
    struct model *model = opaque;

    for (size_t i = 0; i < ARRAYS; i++) {
        model->floats[i] = arena_take(arena, i);
        model->bytes[i] = arena_take_bytes(arena, i);
    }
    arena_take(arena, model->extra);
}

static void arrays(void **state)
{
    struct model model = {0};
    float *memory = NULL;

    assert_int_equal(arena_lay_out(lay_out, &model, &memory), 0);
    for (size_t i = 0; i < ARRAYS; i++) {
        assert_int_equal((uintptr_t)model.floats[i] % 64, 0);
        assert_int_equal((uintptr_t)model.bytes[i] % 64, 0);
        for (size_t k = 0; k < i; k++) {
            assert_true(model.floats[i][k] == 0 && model.bytes[i][k] == 0);
            model.floats[i][k] = (float)i;
            model.bytes[i][k] = (int8_t)i;
        }
    }
    for (size_t i = 0; i < ARRAYS; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(model.floats[i][k] == (float)i && model.bytes[i][k] == (int8_t)i);
    free(memory);
}

static void too_large(void **state)
{
    struct model model = {.extra = SIZE_MAX / 2};
    float *memory = NULL;

    assert_int_equal(arena_lay_out(lay_out, &model, &memory), -ENOMEM);
    assert_null(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays),
        cmocka_unit_test(too_large),
    };

    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
