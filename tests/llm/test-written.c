/* SPDX-License-Identifier: Apache-2.0 */
/* Whole characters, replaced bytes and stop strings, however the text is cut into pieces. */
#include "tests/llm/llm-test.h"

#include <errno.h>

#include <utf8proc.h>

#include "base/random.h"
#include "llm/written.h"

static char shown[4096];

static void take(struct written *written)
{
    const char *text;
    size_t size;
    utf8proc_int32_t code;

    written_take(written, &text, &size);
    for (size_t i = 0; i < size;) {
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
                                              (utf8proc_ssize_t)(size - i), &code);
        assert_true(n > 0);
        i += (size_t)n;
    }
    append_text(shown, sizeof shown, text, size);
}

/* Writes in pieces of 1..max bytes. */
static void write_all(struct written *written, const char *text, size_t size, size_t max,
                      struct random_bits *bits)
{
    *shown = 0;
    for (size_t at = 0; at < size;) {
        size_t n = 1 + random_next(bits) % max;
        n = n < size - at ? n : size - at;
        assert_int_equal(written_add(written, text + at, n, false), 0);
        take(written);
        at += n;
    }
    assert_int_equal(written_add(written, NULL, 0, true), 0);
    take(written);
}

static void test_characters(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"plain", "plain"},
        {"안녕 👍🏽 é", "안녕 👍🏽 é"},
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xe2\x82"
         "x",
         "\xef\xbf\xbd\xef\xbf\xbdx"},
        {"\xed\xa0\x80.", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd."},
        {"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"", ""},
    };
    struct random_bits bits;

    random_seed(&bits, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t max = 1; max < 8; max++) {
            struct written written = {0};
            write_all(&written, cases[i].text, strlen(cases[i].text), max, &bits);
            assert_string_equal(shown, cases[i].expected);
            written_clear(&written);
        }
}

static void test_stops(void **state)
{
    static const struct {
        const char *text, *expected;
        bool stopped;
    } cases[] = {
        {"Hello.\nUser: hi", "Hello.", true},
        {"Hello.\nUse", "Hello.\nUse", false},
        {"a\n\nUser:", "a\n", true},
        {"### b", "", true},
        {"a ## b", "a ## b", false},
        {"aab", "", true},
        {"xaaab", "xa", true},
        {"\nUser\nUser:", "\nUser", true},
    };
    struct random_bits bits;

    random_seed(&bits, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t max = 1; max < 8; max++) {
            struct written written = {0};
            assert_int_equal(written_stop_at(&written, "\nUser:", 6), 0);
            assert_int_equal(written_stop_at(&written, "###", 3), 0);
            assert_int_equal(written_stop_at(&written, "aab", 3), 0);
            write_all(&written, cases[i].text, strlen(cases[i].text), max, &bits);
            assert_string_equal(shown, cases[i].expected);
            assert_int_equal(written.stopped, cases[i].stopped);
            written_clear(&written);
        }
}

/* Nothing is held that cannot become a stop string or a character. */
static void test_at_once(void **state)
{
    struct written written = {0};

    *shown = 0;
    assert_int_equal(written_stop_at(&written, "\nUser:", 6), 0);
    assert_int_equal(written_add(&written, "Hello", 5, false), 0);
    take(&written);
    assert_string_equal(shown, "Hello");
    assert_int_equal(written_add(&written, " \xea\xb0", 3, false), 0);
    take(&written);
    assert_string_equal(shown, "Hello ");
    written_reset(&written);
    assert_int_equal(written_add(&written, "\n", 1, false), 0);
    take(&written);
    assert_string_equal(shown, "Hello ");
    assert_int_equal(written_stop_at(&written, "", 0), -EINVAL);
    written_clear(&written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
