/* SPDX-License-Identifier: Apache-2.0 */
/* What is UTF-8: every sequence against a decoder, pieces cut anywhere, and where it goes wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utf8.h"

/* The reference: decodes a whole character and judges its number, by RFC 3629. */
static bool is_character(const unsigned char *bytes, size_t size)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t number = size == 1 ? bytes[0] : bytes[0] & (0x7fu >> size);

    if (size == 1)
        return bytes[0] < 0x80;
    if ((bytes[0] & (0xff00u >> (size + 1) & 0xff)) != (0xff00u >> size & 0xff))
        return false;
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
        number = number << 6 | (bytes[i] & 0x3f);
    }
    return number >= least[size] && number <= 0x10ffff && (number < 0xd800 || number > 0xdfff);
}

/* All of one to three bytes, and of four with the edges of the last. */
static void every_sequence(void **state)
{
    static const unsigned char last[] = {0, 0x7f, 0x80, 0xa5, 0xbf, 0xc0, 0xff};

    for (uint32_t n = 0; n < 1u << 24; n++) {
        unsigned char bytes[4] = {(unsigned char)(n >> 16), (unsigned char)(n >> 8),
                                  (unsigned char)n};
        size_t wanted = 0;
        for (size_t size = 1; size <= 3 && !wanted; size++)
            wanted = is_character(bytes, size) ? size : 0;
        if (utf8_length(bytes, 3) != wanted)
            fail_msg("%02x %02x %02x", bytes[0], bytes[1], bytes[2]);
        for (size_t i = 0; bytes[0] >= 0xf0 && i < sizeof last; i++) {
            bytes[3] = last[i];
            if (utf8_length(bytes, 4) != (is_character(bytes, 4) ? 4 : 0))
                fail_msg("%02x %02x %02x %02x", bytes[0], bytes[1], bytes[2], bytes[3]);
        }
    }
}

static void pieces(void **state)
{
    static const char text[] = "a\xc3\xb6\xe2\x82\xac\xf0\x9f\x98\x80z\xff";
    const size_t good = sizeof text - 2;

    for (size_t cut = 0; cut <= good; cut++) {
        struct utf8 utf8 = {0};
        assert_int_equal(utf8_check(&utf8, text, cut), cut);
        assert_int_equal(utf8_check(&utf8, text + cut, sizeof text - 1 - cut), good - cut);
    }
}

static void end_within(void **state)
{
    struct utf8 utf8 = {0};

    assert_int_equal(utf8_check(&utf8, "\xf0\x9f\x98", 3), 3);
    assert_int_equal(utf8.left, 1);
    assert_int_equal(utf8_check(&utf8, "\x80", 1), 1);
    assert_int_equal(utf8.left, 0);
}

static void validity(void **state)
{
    size_t bad = 99;

    assert_true(utf8_is_valid(NULL, 0, &bad));
    assert_true(utf8_is_valid("a\0\xc3\xb6", 4, &bad));
    assert_int_equal(bad, 99);
    assert_false(utf8_is_valid("ab\xe2\x82", 4, &bad)); /* the whole character is missing */
    assert_int_equal(bad, 2);
    assert_false(utf8_is_valid("\xff", 1, &bad));
    assert_int_equal(bad, 0);
    assert_int_equal(utf8_length("", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sequence),
        cmocka_unit_test(pieces),
        cmocka_unit_test(end_within),
        cmocka_unit_test(validity),
    };

    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
