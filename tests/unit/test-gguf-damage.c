/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every truncation and every byte value at every offset of a valid file of about 4 KiB: the reader
 * loads the file or says what is wrong with it, and whatever it loads can be read to the last byte.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/gguf-whole.h"

enum { LEAST = 4000, MOST = 4200 };

static volatile unsigned sink;

static void read_span(struct sori_span span)
{
    for (size_t i = 0; i < span.size; i++)
        sink += span.data[i];
}

/* Touches every byte that the reader hands out. */
static void read_all(const struct gguf *gguf)
{
    for (size_t i = 0; i < gguf_value_count(gguf); i++) {
        const struct gguf_value *value = gguf_value_at(gguf, i);
        char key[257] = {0};

        memcpy(key, value->key.data, value->key.size);
        assert_ptr_equal(gguf_find(gguf, key), value);
        for (size_t k = 0; k < value->count; k++) {
            sink += gguf_value_u32(value, k);
            sink += gguf_value_f64(value, k) > 1;
            read_span(gguf_value_string(value, k));
        }
    }
    for (size_t i = 0; i < gguf_tensor_count(gguf); i++) {
        const struct tensor *tensor = gguf_tensor_at(gguf, i);

        for (size_t row = 0; row < tensor_rows(tensor); row++)
            read_span((struct sori_span){tensor_row(tensor, row), tensor_row_stride(tensor)});
    }
}

/* Opens and reads; true if it loaded. */
static bool survives(struct sori_span file)
{
    struct gguf_error error = {0};
    struct gguf *gguf = NULL;
    int r = gguf_open(file, &gguf, &error);

    if (r < 0) {
        assert_true(r == -EBADMSG || r == -ENOTSUP);
        assert_true(error.rule != GGUF_OK && error.message[0]);
        assert_true(error.offset <= file.size);
        assert_null(gguf);
        return false;
    }
    read_all(gguf);
    gguf_free(gguf);
    return true;
}

static void test_truncation(void **state)
{
    struct builder whole = {0};
    struct sori_span file = gguf_whole(&whole);
    size_t loaded = 0;

    assert_in_range(file.size, LEAST, MOST);
    assert_true(survives(file));
    for (size_t size = 0; size < file.size; size++) {
        struct builder cut = {0};

        put(&cut, file.data, size);
        loaded += survives(builder_span(&cut));
        builder_free(&cut);
    }
    /* Only padding behind the last tensor may go. */
    assert_in_range(loaded, 0, 15);
    builder_free(&whole);
}

static void test_bytes(void **state)
{
    struct builder builder = {0};
    struct sori_span file = gguf_whole(&builder);
    size_t loaded = 0;

    for (size_t at = 0; at < file.size; at++) {
        unsigned char good = builder.data[at];

        for (unsigned value = 0; value < 256; value++) {
            builder.data[at] = (unsigned char)value;
            loaded += survives(file);
        }
        builder.data[at] = good;
    }
    print_message("# %zu of %zu damaged files load\n", loaded, 256 * file.size);
    assert_in_range(loaded, file.size, 255 * file.size);
    builder_free(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_bytes),
    };

    return cmocka_run_group_tests_name("gguf damage", tests, NULL, NULL);
}
