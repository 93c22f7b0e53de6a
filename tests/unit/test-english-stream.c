/* SPDX-License-Identifier: Apache-2.0 */
/* The stream: pieces of any size, places in the text, errors, cancel, the end, no memory. */
#include "unit/english-test.h"

static const char story[] =
    "Dr. Smith paid $3.50 on Jan. 5, 2024. \xe2\x80\x9cReally?\xe2\x80\x9d she asked "
    "\xe2\x80\x94 caf\xc3\xa9 and \xf0\x9f\x98\x80!\n\nA heading\n- one\n- two\nHe moved to the "
    "U.S. "
    "The weather... was 72\xc2\xb0"
    "F. Wait\xe2\x80\xa6 no?! \xe4\xbd\xa0\xe5\xa5\xbd\xe3\x80\x82 The end";

static void test_pieces(void **state)
{
    static const char *const outputs[] = {"words", "phonemes"};

    for (int i = 0; i < 2; i++) {
        void *model = load(outputs[i]);
        struct heard whole, pieces;
        assert_int_equal(analyse(model, story, sizeof story - 1, sizeof story, &whole), 0);
        assert_true(whole.n_sentences >= 8);
        for (size_t piece = 1; piece < 40; piece++) {
            assert_int_equal(analyse(model, story, sizeof story - 1, piece, &pieces), 0);
            assert_string_equal(pieces.text, whole.text);
            assert_int_equal(pieces.n_events, whole.n_events);
            assert_memory_equal(pieces.events, whole.events, whole.n_events * sizeof *whole.events);
            forget(&pieces);
        }
        forget(&whole);
        stage()->unload(model);
    }
}

static const struct sori_event *word_at(const struct heard *heard, const char *text,
                                        const char *word)
{
    size_t at = (size_t)(strstr(text, word) - text);

    for (size_t i = 0; i < heard->n_events; i++)
        if (heard->events[i].type == SORI_EVENT_WORD && heard->events[i].text_start == at)
            return &heard->events[i];
    return NULL;
}

/* Each word is told where it stands; what is rewritten, as a whole. */
static void test_offsets(void **state)
{
    static const char *const words[] = {"Dr.",
                                        "Smith",
                                        "paid",
                                        "$3.50",
                                        "Jan. 5, 2024",
                                        "Really",
                                        "she",
                                        "caf\xc3\xa9",
                                        "\xf0\x9f\x98\x80",
                                        "72\xc2\xb0"
                                        "F",
                                        "\xe4\xbd\xa0\xe5\xa5\xbd",
                                        "U.S",
                                        "end"};
    void *model = load("phonemes");
    struct heard heard;
    uint64_t last = 0;
    uint32_t start = 0;

    assert_int_equal(analyse(model, story, sizeof story - 1, 7, &heard), 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const struct sori_event *event = word_at(&heard, story, words[i]);
        if (!event)
            fail_msg("no event for %s", words[i]);
        assert_true(event->text_end - event->text_start >= strlen(words[i]));
        assert_true(event->text_end - event->text_start <= strlen(words[i]) + 1);
    }
    for (size_t i = 0; i < heard.n_events; i++) {
        const struct sori_event *event = &heard.events[i];
        assert_true(event->position >= last);
        assert_true(event->text_start >= start || event->type == SORI_EVENT_SENTENCE);
        assert_true(event->text_end <= sizeof story - 1 && event->text_start < event->text_end);
        last = event->position;
        start = event->text_start;
    }
    forget(&heard);
    stage()->unload(model);
}

static void test_sentences(void **state)
{
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {
        {"One. Two. Three.", 3},
        {"Mr. Jones met Mrs. Lee at 5 p.m. today.", 1},
        {"It was 3.14. Then 2.71.", 2},
        {"Is it? Yes! Good.", 3},
        {"He said \"Go.\" She went.", 2},
        {"\"Go!\" he said.", 1},
        {"Wait... what?", 1},
        {"I saw J. K. Rowling.", 1},
        {"The U.S. army. The end.", 2},
        {"He came from the U.S. He stayed.", 2},
        {"First line\nsecond line goes on", 1},
        {"Heading\n\nText.", 2},
        {"Heading\nText here.", 2},
        {"- one\n- two\n- three", 3},
        {"1. one\n2. two", 2},
        {"A line that is wrapped by someone at about sixty columns and\ngoes on here.", 1},
        {"No. 5 is alive. No. I do not.", 3},
        {"See e.g. this, i.e. that, etc. and more.", 1},
        {"What?! No way.", 2},
        {"(It ended.) Next.", 2},
        {"\xe4\xbd\xa0\xe5\xa5\xbd\xe3\x80\x82\xe4\xbd\xa0\xe5\xa5\xbd\xe3\x80\x82", 2},
        {"", 0},
        {"   \n\n  \t ", 0},
        {"One.  \n\n\n  Two.", 2},
        {"Version 2.0 is out. Get it at example.com. Now.", 3},
        {"Am I? I am.", 2},
        {"It is Jan. 5. We left.", 2},
    };
    void *model = load("words");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct heard heard;
        assert_int_equal(analyse(model, cases[i].text, strlen(cases[i].text), 4096, &heard), 0);
        if (heard.n_sentences != cases[i].n)
            fail_msg("%s: %zu sentences, %s", cases[i].text, heard.n_sentences, heard.text);
        forget(&heard);
    }
    stage()->unload(model);
}

static void test_bad_utf8(void **state)
{
    static const struct {
        const char *text;
        size_t at;
    } cases[] = {
        {"ab\xff", 2},           {"\xc0\x80", 0},         {"a\xc3(", 2}, {"\xed\xa0\x80", 1},
        {"\xf4\x90\x80\x80", 1}, {"\xe0\x80\x80", 1},     {"x\x80", 1},  {"ok\xe2\x82", 4},
        {"\xf5\x80\x80\x80", 0}, {"caf\xc3\xa9 \xe9", 7},
    };
    void *model = load("words");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece < 6; piece++) {
            struct heard heard;
            char place[32];
            snprintf(place, sizeof place, "at byte %zu", cases[i].at);
            assert_int_equal(analyse(model, cases[i].text, strlen(cases[i].text), piece, &heard),
                             -EILSEQ);
            if (!strstr(message, place))
                fail_msg("'%s' does not say '%s'", message, place);
            forget(&heard);
        }
    stage()->unload(model);
}

static void test_cancel(void **state)
{
    void *model = load("phonemes"), *stream = NULL;
    struct sori_block block = {.media = SORI_MEDIA_TEXT, .data = "One. Two. ", .count = 10}, out;

    assert_int_equal(begin(model, &stream), 0);
    assert_int_equal(stage()->feed(stream, &block), 0);
    assert_int_equal(stage()->drain(stream, &out), 0);
    stage()->cancel(stream);
    assert_int_equal(stage()->drain(stream, &out), -ECANCELED);
    assert_int_equal(stage()->feed(stream, &block), -ECANCELED);
    stage()->end(stream);
    stage()->end(NULL);
    stage()->unload(model);
    stage()->unload(NULL);
}

static void test_refusals(void **state)
{
    static const struct {
        struct sori_setting settings[2];
        size_t n;
        const char *says;
    } cases[] = {
        {{{"lexicon", ""}}, 1, "lexicon=FILE"},
        {{{"model", "x"}}, 1, "unknown setting 'model'"},
        {{{"lexicon", "x"}, {"output", "sounds"}}, 2, "'sounds'"},
        {{{"output", "words"}}, 1, "lexicon=FILE"},
    };
    struct sori_stream_params params = {.size = sizeof params,
                                        .input = {.media = SORI_MEDIA_PHONEMES}};
    void *model = NULL, *stream = NULL;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(stage()->load(&host, cases[i].settings, cases[i].n, &model), -EINVAL);
        assert_non_null(strstr(message, cases[i].says));
    }
    assert_null(model);
    model = load("words");
    assert_int_equal(stage()->begin(model, &params, &stream), -EINVAL);
    assert_null(stream);
    stage()->unload(model);
}

/* --- no memory: the wrapped functions fail from the chosen call on, or only there ---------------
 */

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static size_t calls, fail_at;
static bool fail_on;

static bool fails(void)
{
    calls++;
    return fail_at && (fail_on ? calls >= fail_at : calls == fail_at);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

/* One request; what it allocated and counted belongs to the plugin alone. */
static int speak(size_t *ret_symbols)
{
    const struct sori_setting settings[] = {{"lexicon", "x"}};
    struct sori_block block = {.media = SORI_MEDIA_TEXT, .data = story, .count = sizeof story - 1},
                      out;
    void *model = NULL, *stream = NULL;
    int r = stage()->load(&host, settings, 1, &model);

    *ret_symbols = 0;
    if (r >= 0)
        r = begin(model, &stream);
    if (r >= 0)
        r = stage()->feed(stream, &block);
    if (r >= 0)
        r = stage()->feed(stream, NULL);
    while (r == 0 && (r = stage()->drain(stream, &out)) == 0)
        *ret_symbols += out.count;
    stage()->end(stream);
    stage()->unload(model);
    return r;
}

static void test_no_memory(void **state)
{
    size_t all, needed, symbols;

    calls = fail_at = 0;
    assert_int_equal(speak(&all), SORI_DONE);
    needed = calls;
    assert_true(needed > 5);
    for (int on = 0; on < 2; on++)
        for (size_t i = 1; i <= needed; i++) {
            calls = 0;
            fail_at = i;
            fail_on = on;
            assert_int_equal(speak(&symbols), -ENOMEM);
            fail_at = 0;
        }
    assert_int_equal(speak(&symbols), SORI_DONE);
    assert_int_equal(symbols, all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),    cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_sentences), cmocka_unit_test(test_bad_utf8),
        cmocka_unit_test(test_cancel),    cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
