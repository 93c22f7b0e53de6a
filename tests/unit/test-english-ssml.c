/* SPDX-License-Identifier: Apache-2.0 */
/* The analyser reads SSML: what is said, the events, and their places in the markup. */
#include "unit/english-test.h"

static void check(void *model, const char *markup, const char *said)
{
    struct heard heard;

    assert_int_equal(analyse(model, markup, strlen(markup), 7, &heard), 0);
    if (strcmp(heard.text, said) != 0)
        fail_msg("%s\n says '%s'\n not  '%s'", markup, heard.text, said);
    for (size_t i = 0; i < heard.n_events; i++)
        assert_true(heard.events[i].text_end <= strlen(markup));
    forget(&heard);
}

static void test_words(void **state)
{
    static const char *const cases[][2] = {
        {"<speak>Hello <emphasis>big</emphasis> world</speak>", "Hello big world"},
        {"<speak><p>One</p><p>two</p></speak>", "One | two"},
        {"<speak><s>Dr. Who</s><s>is in.</s></speak>", "Doctor Who | is in."},
        {"<speak>x <break/> y</speak>", "x | y"},
        {"<speak>the <sub alias=\"World Wide Web\">WWW</sub>.</speak>", "the World Wide Web."},
        {"<say-as interpret-as=\"characters\">AB1</say-as>", "A B one"},
        {"<say-as interpret-as='spell-out'>a-b</say-as>", "a dash b"},
        {"<say-as interpret-as=\"cardinal\">2024</say-as>", "two thousand twenty four"},
        {"<say-as interpret-as=\"ordinal\">21</say-as> x", "twenty first x"},
        {"<say-as interpret-as=\"telephone\">555-12</say-as>", "five five five, one two"},
        {"<say-as interpret-as='date' format='dmy'>1.2.2003</say-as>",
         "February first, two thousand three"},
        {"<say-as interpret-as='date' format='ymd'>2003-02-01</say-as>",
         "February first, two thousand three"},
        {"<say-as interpret-as='date' format='my'>2/1999</say-as>",
         "February nineteen ninety nine"},
        {"<say-as interpret-as='date' format='dmy'>99.99.99</say-as>", NULL},
        {"<say-as interpret-as='time'>3:30pm</say-as>", NULL},
        {"<say-as interpret-as='currency'>$3.50</say-as>", "three dollars and fifty cents"},
        {"<speak>a < b</speak>", "a less than b"},
    };
    void *model = load("words");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct heard heard;
        if (cases[i][1]) {
            check(model, cases[i][0], cases[i][1]);
            continue;
        }
        assert_int_equal(analyse(model, cases[i][0], strlen(cases[i][0]), 100, &heard), 0);
        assert_true(heard.n);
        forget(&heard);
    }
    stage()->unload(model);
}

static void test_phonemes(void **state)
{
    void *model = load("phonemes");

    check(model, "<speak><phoneme alphabet=\"ipa\" ph=\"pɪˈkɑːn\">pecan</phoneme></speak>",
          "pɪkˈɑn");
    check(model, "<phoneme ph=\"təˈmeɪtoʊ\">tomato</phoneme>", "təmˈAtO");
    check(model, "<phoneme ph=\"dʒʌdʒ\">x</phoneme>", "ʤʌʤ");
    stage()->unload(model);
}

static const struct sori_event *nth(const struct heard *heard, unsigned type, size_t n)
{
    for (size_t i = 0; i < heard->n_events; i++)
        if (heard->events[i].type == type && !n--)
            return &heard->events[i];
    fail_msg("no event %u", type);
    return NULL;
}

static void test_events(void **state)
{
    static const char markup[] = "<speak><mark name=\"0\"/>One <mark name=\"1\"/>two<break "
                                 "time=\"300ms\"/><prosody rate=\"50%\">three.</prosody><mark "
                                 "name=\"2\"/></speak>";
    static const char *const words[] = {"One", "two", "three"};
    void *model = load("phonemes");
    struct heard heard;
    uint64_t last = 0;

    assert_int_equal(analyse(model, markup, sizeof markup - 1, 1000, &heard), 0);
    for (size_t i = 0; i < 3; i++) {
        const struct sori_event *word = nth(&heard, SORI_EVENT_WORD, i);
        assert_int_equal(word->text_start, strstr(markup, words[i]) - markup);
        assert_int_equal(word->text_end - word->text_start, strlen(words[i]));
    }
    for (size_t i = 0; i < heard.n_events; i++) {
        assert_true(heard.events[i].position >= last);
        last = heard.events[i].position;
    }
    assert_true(nth(&heard, SORI_EVENT_MARK, 0)->position ==
                nth(&heard, SORI_EVENT_WORD, 0)->position);
    assert_true(nth(&heard, SORI_EVENT_MARK, 1)->position ==
                nth(&heard, SORI_EVENT_WORD, 1)->position);
    assert_true(nth(&heard, SORI_EVENT_MARK, 2)->position >
                nth(&heard, SORI_EVENT_WORD, 2)->position);
    assert_int_equal(nth(&heard, SORI_EVENT_PAUSE, 0)->pause_ms, 300);
    assert_true(nth(&heard, SORI_EVENT_PROSODY, 0)->prosody.rate == 0.5f);
    assert_true(nth(&heard, SORI_EVENT_PROSODY, 0)->position ==
                nth(&heard, SORI_EVENT_WORD, 2)->position);
    assert_true(nth(&heard, SORI_EVENT_PROSODY, 1)->prosody.rate == 1);
    forget(&heard);
    stage()->unload(model);
}

static void test_nothing(void **state)
{
    static const char *const cases[] = {"", "<speak/>", "<speak> </speak>", "<", "<speak>"};
    static const char only[] = "<speak><mark name='a'/><break time='1s'/></speak>";
    void *model = load("phonemes");
    struct heard heard;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(analyse(model, cases[i], strlen(cases[i]), 100, &heard), 0);
        forget(&heard);
    }
    assert_int_equal(analyse(model, only, sizeof only - 1, 100, &heard), 0);
    assert_int_equal(heard.n_events, 2);
    forget(&heard);
    stage()->unload(model);
}

static int set_up_ssml(void **state)
{
    how.text_format = SORI_TEXT_SSML;
    return set_up(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_phonemes),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, set_up_ssml, tear_down);
}
