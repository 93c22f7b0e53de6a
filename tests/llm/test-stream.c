/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of the plugin: turns, roles, tasks and cancel, as the chain of stages drives them. */
#include "tests/llm/plugin-test.h"

enum { ROOM = 8192 };

struct setup {
    struct test_file file;
    struct llm_model *model;
};

static void set_up(struct setup *s, const char *name, const char *const *settings)
{
    s->file = file_read(name);
    s->model = load_good(&s->file, settings);
}

static void tear_down(struct setup *s)
{
    llm_model_free(s->model);
    free(s->file.data);
}

static int feed(struct llm_stream *stream, const char *text, uint32_t flags,
                const struct sori_event *events, size_t n_events)
{
    const struct sori_block block = {.media = SORI_MEDIA_TEXT,
                                     .data = text,
                                     .count = strlen(text),
                                     .flags = flags,
                                     .events = events,
                                     .n_events = n_events};

    return llm_stream_feed(stream, &block);
}

static void listen(struct llm_stream *stream, int end, char *to)
{
    *to = 0;
    assert_int_equal(stream_answer(stream, to, ROOM), end);
}

/* A text in pieces, cut inside a character, is the text. */
static void test_pieces(void **state)
{
    static const char *const settings[] = {"temperature=0", "max-tokens=12", NULL};
    char whole[ROOM], pieces[ROOM];
    struct llm_stream *stream;
    struct setup s;

    set_up(&s, "tiny-qwen2.gguf", settings);
    stream = stream_begin(s.model, 0);
    assert_int_equal(feed(stream, "na\xc3\xafve?", SORI_BLOCK_UTTERANCE_END, NULL, 0), 0);
    listen(stream, SORI_MORE, whole);
    llm_stream_free(stream);
    stream = stream_begin(s.model, 0);
    assert_int_equal(feed(stream, "na\xc3", 0, NULL, 0), 0);
    listen(stream, SORI_MORE, pieces);
    assert_int_equal(*pieces, 0); /* nothing before the turn ends */
    assert_int_equal(feed(stream, "\xafve?", 0, NULL, 0), 0);
    assert_int_equal(llm_stream_feed(stream, NULL), 0);
    listen(stream, SORI_DONE, pieces);
    assert_true(strlen(whole) > 0);
    assert_string_equal(pieces, whole);
    llm_stream_free(stream);
    tear_down(&s);
}

/* A turn without a word has no answer, and a stream without a turn ends at once. */
static void test_silence(void **state)
{
    char answer[ROOM];
    struct llm_stream *stream;
    struct setup s;

    set_up(&s, "tiny-qwen2.gguf", NULL);
    stream = stream_begin(s.model, 0);
    assert_int_equal(feed(stream, "", SORI_BLOCK_UTTERANCE_END, NULL, 0), 0);
    listen(stream, SORI_MORE, answer);
    assert_int_equal(*answer, 0);
    assert_int_equal(llm_stream_feed(stream, NULL), 0);
    listen(stream, SORI_DONE, answer);
    assert_int_equal(*answer, 0);
    llm_stream_free(stream);
    tear_down(&s);
}

/* What stands in the context of the stream that ended last, by the names of its tokens. */
static void read_spare(const struct llm_model *model, char *to)
{
    *to = 0;
    for (size_t i = 0; i < model->spare->count; i++) {
        struct sori_span name = tokenizer_name(model->tokenizer, model->spare->ids[i]);
        append_text(to, ROOM, (const char *)name.data, name.size);
    }
}

/* Marks say who speaks; positions count from the start of the stream. */
static void test_roles(void **state)
{
    static const char *const settings[] = {"max-tokens=1", "ignore-end=1", NULL};
    static const struct sori_event events[] = {
        {.type = SORI_EVENT_MARK, .position = 0, .name = "system"},
        {.type = SORI_EVENT_MARK, .position = 5, .name = "user"},
        {.type = SORI_EVENT_MARK, .position = 7, .name = "here"}, /* nobody's */
        {.type = SORI_EVENT_MARK, .position = 10, .name = "assistant"},
        {.type = SORI_EVENT_MARK, .position = 15, .name = "user"},
    };
    static const char expected[] = "<|im_start|>system\xc4\x8aRule.<|im_end|>\xc4\x8a"
                                   "<|im_start|>user\xc4\x8aHello<|im_end|>\xc4\x8a"
                                   "<|im_start|>assistant\xc4\x8aGood!<|im_end|>\xc4\x8a"
                                   "<|im_start|>user\xc4\x8a"
                                   "Bye?<|im_end|>\xc4\x8a<|im_start|>assistant\xc4\x8a";
    char text[ROOM];
    struct llm_stream *stream;
    struct setup s;

    set_up(&s, "tiny-qwen2.gguf", settings);
    stream = stream_begin(s.model, 0);
    assert_int_equal(feed(stream, "Rule.Hello", 0, events, 3), 0);
    assert_int_equal(feed(stream, "Good!Bye?", SORI_BLOCK_UTTERANCE_END, events + 3, 2), 0);
    listen(stream, SORI_MORE, text);
    llm_stream_free(stream);
    read_spare(s.model, text);
    assert_memory_equal(text, expected, strlen(expected));
    tear_down(&s);
}

static void test_stray_marks(void **state)
{
    static const struct sori_event early = {.type = SORI_EVENT_MARK, .position = 1, .name = "user"};
    static const struct sori_event late = {.type = SORI_EVENT_MARK, .position = 99, .name = "user"};
    struct llm_stream *stream;
    struct setup s;

    set_up(&s, "tiny-qwen2.gguf", NULL);
    for (size_t i = 0; i < 2; i++) {
        stream = stream_begin(s.model, 0);
        assert_int_equal(feed(stream, "Hello", 0, NULL, 0), 0);
        assert_int_equal(feed(stream, "you", 0, i ? &late : &early, 1), -EINVAL);
        assert_string_equal(message, "a mark lies outside its block");
        llm_stream_free(stream);
    }
    tear_down(&s);
}

/* The second turn goes on in the context of the first, whose tokens are not computed again. */
static void test_turns(void **state)
{
    static const char *const settings[] = {"max-tokens=4", "temperature=0", "ignore-end=1",
                                           "system=", NULL};
    char text[ROOM];
    struct llm_stream *stream;
    struct setup s;

    set_up(&s, "tiny-qwen3.gguf", settings);
    stream = stream_begin(s.model, 0);
    for (size_t turn = 0; turn < 2; turn++) {
        assert_int_equal(feed(stream, turn ? "b" : "a", SORI_BLOCK_UTTERANCE_END, NULL, 0), 0);
        listen(stream, SORI_MORE, text);
        assert_true(*text);
    }
    llm_stream_free(stream);
    read_spare(s.model, text);
    assert_ptr_equal(strstr(text, "<|im_start|>user\xc4\x8a"), text);
    assert_non_null(strstr(text, "<|im_end|>\xc4\x8a<|im_start|>user\xc4\x8a"
                                 "b<|im_end|>"));
    tear_down(&s);
}

/* After a cancel nothing more is computed, and the model serves the next stream. */
static void test_cancel(void **state)
{
    static const char *const settings[] = {"system=", NULL};
    char text[ROOM];
    struct llm_stream *stream;
    struct sori_block block = {0};
    struct setup s;

    set_up(&s, "tiny-qwen2.gguf", settings);
    stream = stream_begin(s.model, 0);
    assert_int_equal(feed(stream, "Hello", SORI_BLOCK_UTTERANCE_END, NULL, 0), 0);
    llm_stream_cancel(stream);
    assert_int_equal(llm_stream_drain(stream, &block), -ECANCELED);
    assert_int_equal(feed(stream, "more", 0, NULL, 0), -ECANCELED);
    llm_stream_free(stream);
    assert_int_equal(s.model->spare->state->count, 0);
    stream = stream_begin(s.model, 0);
    assert_int_equal(feed(stream, "Hello", SORI_BLOCK_UTTERANCE_END, NULL, 0), 0);
    listen(stream, SORI_MORE, text);
    assert_true(*text);
    llm_stream_free(stream);
    tear_down(&s);
}

/* A request may say how long and how varied its answer is. */
static void test_request(void **state)
{
    static const char *const settings[] = {"max-tokens=50", "ignore-end=1", "prompt=raw", NULL};
    struct sori_stream_params params = {.size = sizeof params, .max_tokens = 3};
    struct llm_stream *stream;
    char text[ROOM];
    struct setup s;

    params.input.media = SORI_MEDIA_TEXT;
    set_up(&s, "tiny-llama.gguf", settings);
    assert_int_equal(llm_stream_new(s.model, &params, &stream), 0);
    assert_int_equal(feed(stream, "Hello", SORI_BLOCK_UTTERANCE_END, NULL, 0), 0);
    listen(stream, SORI_MORE, text);
    llm_stream_free(stream);
    assert_int_equal(s.model->spare->count, 5 + 3);
    params.size = offsetof(struct sori_stream_params, temperature); /* an older host */
    assert_int_equal(llm_stream_new(s.model, &params, &stream), 0);
    assert_int_equal(feed(stream, "Hello", SORI_BLOCK_UTTERANCE_END, NULL, 0), 0);
    listen(stream, SORI_MORE, text);
    llm_stream_free(stream);
    assert_int_equal(s.model->spare->count, 5 + 50);
    tear_down(&s);
}

static void test_tokens(void **state)
{
    static const char *const settings[] = {"task=tokens", NULL};
    struct llm_stream *stream;
    char text[ROOM];
    struct setup s;

    set_up(&s, "tiny-qwen2.gguf", settings);
    stream = stream_begin(s.model, 0);
    assert_int_equal(feed(stream, "A the", SORI_BLOCK_UTTERANCE_END, NULL, 0), 0);
    listen(stream, SORI_MORE, text);
    assert_string_equal(text, "65 258\n");
    assert_int_equal(feed(stream, "\n", SORI_BLOCK_UTTERANCE_END, NULL, 0), 0);
    listen(stream, SORI_MORE, text);
    assert_string_equal(text, "10\n");
    llm_stream_free(stream);
    tear_down(&s);
}

static void test_bench(void **state)
{
    static const char *const settings[] = {"task=bench", NULL};
    static const char *const wrong[] = {"7",      "a b",   "-1 5",  "0 5",
                                        "100 29", "129 0", "1 2 3", "99999999999999999999 1"};
    struct llm_stream *stream;
    char text[ROOM];
    struct setup s;

    set_up(&s, "tiny-qwen2.gguf", settings);
    stream = stream_begin(s.model, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (feed(stream, wrong[i], SORI_BLOCK_UTTERANCE_END, NULL, 0) != -EINVAL)
            fail_msg("'%s' was taken", wrong[i]);
        assert_string_equal(message, "a bench takes two numbers of tokens, together at most 128");
        llm_stream_free(stream);
        stream = stream_begin(s.model, 0);
    }
    assert_int_equal(feed(stream, "100 28", SORI_BLOCK_UTTERANCE_END, NULL, 0), 0);
    listen(stream, SORI_MORE, text);
    assert_non_null(strstr(text, "\"prompt_tokens\":100,"));
    assert_non_null(strstr(text, "\"generated_tokens\":28,"));
    llm_stream_free(stream);
    tear_down(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),  cmocka_unit_test(test_silence),
        cmocka_unit_test(test_roles),   cmocka_unit_test(test_stray_marks),
        cmocka_unit_test(test_turns),   cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_request), cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_bench),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
