/* SPDX-License-Identifier: Apache-2.0 */
/* What was meant by a word that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/suggest.h"

static void distances(void **state)
{
    assert_int_equal(suggest_distance("", ""), 0);
    assert_int_equal(suggest_distance("say", "say"), 0);
    assert_int_equal(suggest_distance("say", ""), 3);
    assert_int_equal(suggest_distance("sya", "say"), 1);
    assert_int_equal(suggest_distance("sa", "say"), 1);
    assert_int_equal(suggest_distance("sayy", "say"), 1);
    assert_int_equal(suggest_distance("kitten", "sitting"), 3);
    assert_int_equal(suggest_distance("sitting", "kitten"), 3);
}

static const char *nearest(const char *word)
{
    static struct suggestion suggestion;

    suggest_start(&suggestion, word);
    suggest_offer(&suggestion, "voices");
    suggest_offer(&suggestion, "say");
    suggest_offer(&suggestion, "a name much longer than anybody would ever type on purpose");
    return suggestion.best;
}

static void suggestions(void **state)
{
    assert_string_equal(nearest("sya"), "say");
    assert_string_equal(nearest("voiecs"), "voices");
    assert_string_equal(nearest("vocies"), "voices");
    assert_string_equal(nearest("xyz"), "");
    assert_string_equal(nearest(""), "");
    assert_string_equal(nearest("a word much longer than anybody would ever type on purpose"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances),
        cmocka_unit_test(suggestions),
    };

    return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
