/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown to speech: a corpus of cases, text in pieces of any size, early first chunks, rubbish.
 */
#include "tests/llm/llm-test.h"

#include <utf8proc.h>

#include "base/limits.h"
#include "base/random.h"
#include "speakable/speakable.h"

enum { MAX_TEXT = 8192 };

static char got[2 * MAX_TEXT];

/* Collects the chunks as "[a] [b]". */
static size_t take(struct speakable *speakable)
{
    const char *text;
    size_t size, n = 0;

    while (speakable_next(speakable, &text, &size)) {
        utf8proc_int32_t code;
        for (size_t i = 0; i < size;) {
            utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
                                                      (utf8proc_ssize_t)(size - i), &code);
            assert_true(bytes > 0);
            i += (size_t)bytes;
        }
        assert_true(size > 1 && text[size - 1] == ' ' && text[0] != ' ');
        if (strlen(got) + size + 4 < sizeof got) {
            append_text(got, sizeof got, *got ? " [" : "[", *got ? 2 : 1);
            append_text(got, sizeof got, text, size - 1);
            append_text(got, sizeof got, "]", 1);
        }
        n++;
    }
    return n;
}

/* Feeds pieces of `step` bytes, or fewer to end between characters. */
static void speak(const char *text, size_t size, size_t step)
{
    struct speakable *speakable = speakable_new("Code block.");

    assert_non_null(speakable);
    *got = 0;
    for (size_t at = 0; at < size;) {
        size_t n = step < size - at ? step : size - at;
        while (at + n < size && ((unsigned char)text[at + n] & 0xc0) == 0x80)
            n++;
        assert_int_equal(speakable_add(speakable, text + at, n), 0);
        take(speakable);
        at += n;
    }
    speakable_end(speakable);
    take(speakable);
    speakable_free(speakable);
}

/* "] [" only says where the chunks end: that may depend on how fast the text comes. */
static void join(char *text)
{
    char *to = text;

    for (const char *from = text; *from;) {
        if (!strncmp(from, "] [", 3)) {
            *to++ = ' ';
            from += 3;
        } else {
            *to++ = *from++;
        }
    }
    *to = 0;
}

static size_t unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from && *from != '\n';) {
        bool line_break = from[0] == '\\' && from[1] == 'n';
        *to++ = line_break ? '\n' : *from;
        from += line_break ? 2 : 1;
    }
    *to = 0;
    return (size_t)(to - text);
}

static void test_corpus(void **state)
{
    FILE *file = fopen(source_path("speakable.txt"), "r");
    static char text[MAX_TEXT], expected[MAX_TEXT];
    size_t n = 0;
    int bad = 0;

    assert_non_null(file);
    for (int i = 0; i < 2; i++)
        assert_non_null(fgets(text, sizeof text, file)); /* what it is */
    while (fgets(text, sizeof text, file) && fgets(expected, sizeof expected, file)) {
        size_t size = unescape(text);
        expected[strcspn(expected, "\n")] = 0;
        speak(text, size, size + 1);
        if (strcmp(got, expected) && ++bad)
            print_error("'%s':\n  %s, not\n  %s\n", text, got, expected);
        join(expected);
        for (size_t step = 1; step < 12; step += 2) {
            speak(text, size, step);
            join(got);
            if (strcmp(got, expected) && ++bad)
                print_error("'%s' in steps of %zu:\n  %s\n", text, step, got);
        }
        n++;
    }
    fclose(file);
    assert_int_equal(bad, 0);
    assert_true(n >= 60);
}

/* A chunk is there as soon as the text that proves it. */
static void check_early(const char *text, const char *expected)
{
    struct speakable *speakable = speakable_new(NULL);

    *got = 0;
    assert_int_equal(speakable_add(speakable, text, strlen(text)), 0);
    take(speakable);
    assert_string_equal(got, expected);
    speakable_free(speakable);
}

static void test_early(void **state)
{
    check_early("Hello there. H", "[Hello there.]");
    check_early("Hello there.\n", "[Hello there.]");
    check_early("Dr", "");
    check_early("Dr. S", "");
    check_early("In the U.S. Th", "");
    check_early("In the U.S. The ", "[In the U.S.]");
    check_early("## Title\nA", "[Title.]");
    check_early("- item\n", "[item.]");
    check_early("A long first sentence begins here, and it goes on and on until",
                "[A long first sentence begins here,]");
    check_early("This is short, and", "");
    check_early("**bold, and long enough to be cut at a comma if it were not for**", "");
}

static void test_rubbish(void **state)
{
    static const char pool[] = "[]()`*_~#>-|<!.?,:;\\&\n\n  aA1http://x";
    struct random_bits bits;

    random_seed(&bits, 1);
    for (int round = 0; round < 4000; round++) {
        char text[300];
        size_t size = random_next(&bits) % sizeof text;
        for (size_t i = 0; i < size; i++)
            text[i] = round % 8 ? pool[random_next(&bits) % (sizeof pool - 1)]
                                : (char)(random_next(&bits) & 0x7f);
        speak(text, size, 1 + random_next(&bits) % 40);
    }
}

/* Long runs neither pile up nor take time that grows with their square. */
static void test_long_runs(void **state)
{
    static const char *const runs[] = {"a",  " ", ".",       "[",   "`",   "*",  "|",
                                       "\n", "<", "가",      "a, ", "- ",  "](", "#",
                                       ">",  "1", "http://", "\\",  "\0a", "A. "};
    static char text[256 << 10];

    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        size_t n = *runs[i] ? strlen(runs[i]) : 2, size = sizeof text - sizeof text % n;
        for (size_t at = 0; at < size; at++)
            text[at] = runs[i][at % n];
        speak(text, size, 16 << 10);
        assert_true(strlen(got) < sizeof got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus),
        cmocka_unit_test(test_early),
        cmocka_unit_test(test_rubbish),
        cmocka_unit_test(test_long_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
