/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a file: ranges of hyper-parameters from both sides, arrays, shapes, messages. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/gguf-builder.h"

enum { WORDS = 1000, VALUES = 16, TENSORS = 3 };

struct fixture {
    struct builder builder;
    struct gguf *gguf;
    struct gguf_error error;
};

static void put_values(struct builder *b)
{
    put_key_u32(b, "m.layers", 12);
    put_key(b, "m.u64", GGUF_U64);
    put_u64(b, UINT64_MAX);
    put_key(b, "m.i32", GGUF_I32);
    put_u32(b, (uint32_t)-5);
    put_key(b, "m.i8", GGUF_I8);
    put_u8(b, 0x80);
    put_key(b, "m.i64", GGUF_I64);
    put_u64(b, (uint64_t)INT64_MIN);
    put_key(b, "m.epsilon", GGUF_F32);
    put_f32(b, 0.25f);
    put_key(b, "m.nan", GGUF_F32);
    put_f32(b, NAN);
    put_key(b, "m.flag", GGUF_BOOL_TYPE);
    put_u8(b, 1);
    put_key(b, "m.name", GGUF_STRING);
    put_string(b, "Heart");
    put_array(b, "m.ids", GGUF_U32, 3);
    put_u32(b, 1);
    put_u32(b, 2);
    put_u32(b, 70);
    put_array(b, "m.signed", GGUF_I32, 2);
    put_u32(b, 4);
    put_u32(b, (uint32_t)-1);
    put_array(b, "m.slopes", GGUF_F32, 2);
    put_f32(b, 0.5f);
    put_f32(b, 2.0f);
    put_array(b, "m.infinite", GGUF_F32, 1);
    put_f32(b, INFINITY);
    put_array(b, "m.none", GGUF_STRING, 0);
    put_array(b, "m.words", GGUF_STRING, WORDS);
    for (unsigned i = 0; i < WORDS; i++) {
        char word[16];
        snprintf(word, sizeof word, "%.*s%u", (int)(i % 7), "______", i);
        put_string(b, word);
    }
    put_key(b, "m.double", GGUF_F64);
    put_u64(b, 0x3fe0000000000000); /* 0.5 */
}

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    put_header(&fixture.builder, 3, TENSORS, VALUES);
    put_values(&fixture.builder);
    put_tensor(&fixture.builder, "w", TENSOR_F32, 2, NE(3, 2), 0);
    put_tensor(&fixture.builder, "q", TENSOR_Q8_0, 3, NE(64, 2, 1), 32);
    put_tensor(&fixture.builder, "b", TENSOR_F16, 1, NE(5), 32 + 160);
    put_data(&fixture.builder, 32, 32 + 160 + 10);
    *state = &fixture;
    return gguf_open(builder_span(&fixture.builder), &fixture.gguf, &fixture.error);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    gguf_free(f->gguf);
    builder_free(&f->builder);
    return 0;
}

static void assert_refused(struct fixture *f, int r, int expected, enum gguf_rule rule,
                           const char *message)
{
    assert_int_equal(r, expected);
    assert_int_equal(f->error.rule, rule);
    if (!strstr(f->error.message, message))
        fail_msg("'%s' does not say '%s'", f->error.message, message);
}

static void test_integers(void **state)
{
    struct fixture *f = *state;
    uint32_t value = 99;
    int64_t number;

    assert_int_equal(gguf_get_u32(f->gguf, "m.layers", 12, 12, &value, &f->error), 0);
    assert_int_equal(value, 12);
    value = 99;
    assert_refused(f, gguf_get_u32(f->gguf, "m.layers", 1, 11, &value, &f->error), -ERANGE,
                   GGUF_OUT_OF_RANGE, "key 'm.layers' is 12, expected 1 to 11");
    assert_refused(f, gguf_get_u32(f->gguf, "m.layers", 13, 20, &value, &f->error), -ERANGE,
                   GGUF_OUT_OF_RANGE, "expected 13 to 20");
    assert_refused(f, gguf_get_u32(f->gguf, "m.u64", 0, UINT32_MAX, &value, &f->error), -ERANGE,
                   GGUF_OUT_OF_RANGE, "m.u64");
    assert_refused(f, gguf_get_u32(f->gguf, "m.i32", 0, UINT32_MAX, &value, &f->error), -ERANGE,
                   GGUF_OUT_OF_RANGE, "is -5,");
    assert_refused(f, gguf_get_u32(f->gguf, "m.epsilon", 0, 9, &value, &f->error), -EBADMSG,
                   GGUF_WRONG_TYPE, "key 'm.epsilon' is F32, expected an integer");
    assert_refused(f, gguf_get_u32(f->gguf, "m.ids", 0, 9, &value, &f->error), -EBADMSG,
                   GGUF_WRONG_TYPE, "is an array of U32, expected an integer");
    assert_refused(f, gguf_get_u32(f->gguf, "m.layer", 0, 9, &value, &f->error), -ENOENT,
                   GGUF_NO_KEY, "key 'm.layer' is missing");
    assert_int_equal(value, 99);

    assert_int_equal(gguf_get_i64(f->gguf, "m.i8", -128, 0, &number, NULL), 0);
    assert_int_equal(number, -128);
    assert_int_equal(gguf_get_i64(f->gguf, "m.i64", INT64_MIN, INT64_MIN, &number, NULL), 0);
    assert_true(number == INT64_MIN);
    assert_int_equal(gguf_get_i64(f->gguf, "m.u64", INT64_MIN, INT64_MAX, &number, NULL), -ERANGE);
}

static void test_floats(void **state)
{
    struct fixture *f = *state;
    float value = 9;

    assert_int_equal(gguf_get_f32(f->gguf, "m.epsilon", 0.25f, 0.25f, &value, &f->error), 0);
    assert_true(value == 0.25f);
    assert_int_equal(gguf_get_f32(f->gguf, "m.double", 0, 1, &value, &f->error), 0);
    assert_true(value == 0.5f);
    assert_refused(f, gguf_get_f32(f->gguf, "m.epsilon", 0.26f, 1, &value, &f->error), -ERANGE,
                   GGUF_OUT_OF_RANGE, "key 'm.epsilon' is 0.25, expected 0.26 to 1");
    assert_refused(f, gguf_get_f32(f->gguf, "m.epsilon", 0, 0.24f, &value, &f->error), -ERANGE,
                   GGUF_OUT_OF_RANGE, "m.epsilon");
    assert_refused(f, gguf_get_f32(f->gguf, "m.nan", -INFINITY, INFINITY, &value, &f->error),
                   -ERANGE, GGUF_OUT_OF_RANGE, "m.nan");
    assert_refused(f, gguf_get_f32(f->gguf, "m.layers", 0, 20, &value, &f->error), -EBADMSG,
                   GGUF_WRONG_TYPE, "is U32, expected a float");
    assert_true(value == 0.5f);
}

static void test_bool_and_string(void **state)
{
    struct fixture *f = *state;
    struct sori_span string = {0};
    bool flag = false;

    assert_int_equal(gguf_get_bool(f->gguf, "m.flag", &flag, NULL), 0);
    assert_true(flag);
    assert_refused(f, gguf_get_bool(f->gguf, "m.layers", &flag, &f->error), -EBADMSG,
                   GGUF_WRONG_TYPE, "expected BOOL");
    assert_int_equal(gguf_get_string(f->gguf, "m.name", &string, NULL), 0);
    assert_int_equal(string.size, 5);
    assert_memory_equal(string.data, "Heart", 5);
    assert_refused(f, gguf_get_string(f->gguf, "m.words", &string, &f->error), -EBADMSG,
                   GGUF_WRONG_TYPE, "is an array of STRING, expected STRING");
}

static void test_number_arrays(void **state)
{
    struct fixture *f = *state;
    struct gguf_value value;

    assert_int_equal(gguf_get_u32s(f->gguf, "m.ids", 3, 3, 1, 70, &value, &f->error), 0);
    assert_int_equal(value.count, 3);
    assert_int_equal(gguf_value_u32(&value, 2), 70);
    assert_refused(f, gguf_get_u32s(f->gguf, "m.ids", 3, 3, 1, 69, &value, &f->error), -ERANGE,
                   GGUF_OUT_OF_RANGE, "member 2 of key 'm.ids' is 70, expected 1 to 69");
    assert_refused(f, gguf_get_u32s(f->gguf, "m.ids", 3, 3, 2, 70, &value, &f->error), -ERANGE,
                   GGUF_OUT_OF_RANGE, "member 0");
    assert_refused(f, gguf_get_u32s(f->gguf, "m.ids", 4, 9, 0, 99, &value, &f->error), -EBADMSG,
                   GGUF_WRONG_COUNT, "key 'm.ids' has 3 members, expected 4 to 9");
    assert_refused(f, gguf_get_u32s(f->gguf, "m.ids", 0, 2, 0, 99, &value, &f->error), -EBADMSG,
                   GGUF_WRONG_COUNT, "expected 0 to 2");
    assert_refused(f, gguf_get_u32s(f->gguf, "m.signed", 0, 9, 0, UINT32_MAX, &value, &f->error),
                   -ERANGE, GGUF_OUT_OF_RANGE, "member 1 of key 'm.signed' is -1");
    assert_refused(f, gguf_get_u32s(f->gguf, "m.layers", 1, 1, 0, 99, &value, &f->error), -EBADMSG,
                   GGUF_WRONG_TYPE, "is U32, expected an array of integers");

    assert_int_equal(gguf_get_f32s(f->gguf, "m.slopes", 1, 4, 0, 2, &value, &f->error), 0);
    assert_true(gguf_value_f32(&value, 0) == 0.5f && gguf_value_f32(&value, 1) == 2.0f);
    assert_refused(f, gguf_get_f32s(f->gguf, "m.slopes", 1, 4, 0, 1, &value, &f->error), -ERANGE,
                   GGUF_OUT_OF_RANGE, "member 1");
    assert_refused(f, gguf_get_f32s(f->gguf, "m.infinite", 1, 1, 0, INFINITY, &value, &f->error),
                   -ERANGE, GGUF_OUT_OF_RANGE, "m.infinite");
}

static void test_string_arrays(void **state)
{
    struct fixture *f = *state;
    struct gguf_value words, none;

    assert_int_equal(gguf_get_strings(f->gguf, "m.words", 1, WORDS, &words, &f->error), 0);
    assert_int_equal(gguf_get_strings(f->gguf, "m.none", 0, 0, &none, &f->error), 0);
    assert_refused(f, gguf_get_strings(f->gguf, "m.none", 1, 1, &none, &f->error), -EBADMSG,
                   GGUF_WRONG_COUNT, "has 0 members");
    assert_refused(f, gguf_get_strings(f->gguf, "m.ids", 1, 9, &none, &f->error), -EBADMSG,
                   GGUF_WRONG_TYPE, "expected an array of strings");
    for (unsigned i = WORDS; i-- > 0;) { /* backwards: access is random */
        struct sori_span word = gguf_value_string(&words, i);
        char expected[16];

        snprintf(expected, sizeof expected, "%.*s%u", (int)(i % 7), "______", i);
        assert_int_equal(word.size, strlen(expected));
        assert_memory_equal(word.data, expected, word.size);
    }
    words.index = NULL; /* an index is a help, not a need */
    assert_memory_equal(gguf_value_string(&words, 700).data, "700", 3);
    assert_null(gguf_value_string(gguf_find(f->gguf, "m.layers"), 0).data);
}

static void test_iteration(void **state)
{
    struct fixture *f = *state;
    uint64_t parameters = 0;

    assert_int_equal(gguf_version(f->gguf), 3);
    assert_int_equal(gguf_value_count(f->gguf), VALUES);
    assert_memory_equal(gguf_value_at(f->gguf, 1)->key.data, "m.u64", 5);
    assert_true(gguf_value_f64(gguf_value_at(f->gguf, 1), 0) == 0x1p64);
    assert_string_equal(gguf_type_name(gguf_value_at(f->gguf, 1)->type), "U64");
    assert_string_equal(gguf_type_name((enum gguf_type)13), "unknown");
    assert_int_equal(gguf_tensor_count(f->gguf), TENSORS);
    assert_memory_equal(gguf_tensor_at(f->gguf, 2)->name.data, "b", 1);
    for (size_t i = 0; i < TENSORS; i++)
        parameters += tensor_values(gguf_tensor_at(f->gguf, i));
    assert_int_equal(gguf_parameters(f->gguf), parameters);
    assert_ptr_equal(gguf_find_tensor(f->gguf, "q"), gguf_tensor_at(f->gguf, 1));
    assert_null(gguf_find_tensor(f->gguf, "qq"));
    assert_null(gguf_find_tensor(f->gguf, ""));
    assert_ptr_equal(gguf_tensor_at(f->gguf, 0)->data, f->builder.data + gguf_data_offset(f->gguf));
}

static void test_bind(void **state)
{
    struct fixture *f = *state;
    struct tensor t = {.n_dims = 77};

    assert_refused(f, gguf_bind(f->gguf, "x", TENSOR_SET_ANY, GGUF_SHAPE(3, 2), &t, &f->error),
                   -ENOENT, GGUF_NO_TENSOR, "tensor 'x' is missing");
    assert_refused(f, gguf_bind(f->gguf, "w", TENSOR_SET_ANY, GGUF_SHAPE(2, 3), &t, &f->error),
                   -EBADMSG, GGUF_WRONG_SHAPE, "tensor 'w' has shape [3, 2], expected [2, 3]");
    assert_refused(f, gguf_bind(f->gguf, "w", TENSOR_SET_ANY, GGUF_SHAPE(6), &t, &f->error),
                   -EBADMSG, GGUF_WRONG_SHAPE, "expected [6]");
    assert_refused(f, gguf_bind(f->gguf, "w", TENSOR_SET_ANY, GGUF_SHAPE(3, 2, 2), &t, &f->error),
                   -EBADMSG, GGUF_WRONG_SHAPE, "expected [3, 2, 2]");
    assert_refused(f, gguf_bind(f->gguf, "w", TENSOR_SET_BLOCKS, GGUF_SHAPE(3, 2), &t, &f->error),
                   -EBADMSG, GGUF_WRONG_WEIGHTS, "tensor 'w' has weights of type F32");
    assert_int_equal(t.n_dims, 77);

    assert_int_equal(
        gguf_bind(f->gguf, "w", TENSOR_SET(TENSOR_F32), GGUF_SHAPE(3, 2), &t, &f->error), 0);
    assert_int_equal(t.size, 24);
    assert_int_equal(tensor_rows(&t), 2);
    assert_int_equal(tensor_values(&t), 6);
    assert_ptr_equal(tensor_row(&t, 1), (const char *)t.data + 12);
    assert_int_equal(gguf_bind(f->gguf, "q", TENSOR_SET_REAL, GGUF_SHAPE(64, 2), &t, &f->error), 0);
    assert_int_equal(tensor_row_stride(&t), 68);
    assert_int_equal(gguf_bind(f->gguf, "b", TENSOR_SET_HALVES, GGUF_SHAPE(5, 1, 1, 1), &t, NULL),
                     0);
}

/* A name from a file shows without control characters and is cut where it is too long. */
static void test_message(void **state)
{
    struct builder b = {0};
    struct gguf_error error;
    struct gguf *gguf;

    put_header(&b, 3, 0, 1);
    put_u64(&b, 200);
    put_fill(&b, 0xff, 200);
    put_u32(&b, 99);
    put_u64(&b, 0);
    assert_int_equal(gguf_open(builder_span(&b), &gguf, &error), -EBADMSG);
    assert_non_null(strstr(error.message, "key '?????"));
    assert_non_null(strstr(error.message, "...' has a value of type 99, which does not exist"));
    assert_non_null(strstr(error.message, "(at byte 232)"));
    assert_int_equal(error.offset, 232);
    builder_free(&b);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_integers),
        TEST(test_floats),
        TEST(test_bool_and_string),
        TEST(test_number_arrays),
        TEST(test_string_arrays),
        TEST(test_iteration),
        TEST(test_bind),
        cmocka_unit_test(test_message),
    };

    return cmocka_run_group_tests_name("gguf-query", tests, NULL, NULL);
}
