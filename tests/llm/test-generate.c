/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversations with a tiny random model: where answers end, what is forgotten when the context is
 * full, what a cancel leaves behind. Its words mean nothing, but they are always the same.
 */
#include <errno.h>

#include "tests/llm/model-test.h"

#include "llm/generate.h"

enum { CONTEXT = 128, ROOM = 4096 };

struct setup {
    struct vocabulary vocabulary;
    struct test_model model;
    struct llm_context *context;
    struct generate_settings settings;
};

static void set_up_context(struct setup *s, size_t context)
{
    llm_context_free(s->context);
    assert_int_equal(llm_context_new(&s->model.config, &s->model.weights,
                                     kernels_select(sori_cpu_detect()), 1, context, &s->context),
                     0);
}

static void set_up(struct setup *s, const char *name)
{
    *s = (struct setup){.settings = {.sampler = {.temperature = 0, .top_p = 1, .repeat_penalty = 1},
                                     .max_tokens = 20,
                                     .ignore_end = true,
                                     .raw = true}};
    vocabulary_open(&s->vocabulary, source_path(name));
    model_open(&s->model, source_path(name), 1, CONTEXT);
    set_up_context(s, CONTEXT);
}

static void tear_down(struct setup *s)
{
    llm_context_free(s->context);
    model_close(&s->model);
    vocabulary_close(&s->vocabulary);
}

static struct generator *new_generator(struct setup *s, uint64_t seed)
{
    const struct chat_template *chat = s->settings.raw ? NULL : chat_template_by_name("chatml");
    struct generator *generator;

    assert_int_equal(
        generator_new(s->vocabulary.tokenizer, chat, &s->settings, seed, s->context, &generator),
        0);
    return generator;
}

static void say(struct generator *generator, enum chat_role role, const char *text)
{
    assert_int_equal(generator_say(generator, role, text, strlen(text)), 0);
}

static void ask(struct generator *generator)
{
    size_t room;
    assert_int_equal(generator_ask(generator, &room), 0);
}

/* The rest of an answer, appended to `to`. */
static enum generate_end listen(struct generator *generator, char *to)
{
    const char *text;
    size_t size;
    int r;

    do {
        r = generator_step(generator, NULL, &text, &size);
        assert_true(r >= 0);
        append_text(to, ROOM, text, size);
    } while (!r);
    return generator_end(generator);
}

static enum generate_end complete(struct setup *s, uint64_t seed, const char *prompt, char *to,
                                  size_t *ret_tokens)
{
    struct generator *generator = new_generator(s, seed);
    enum generate_end end;

    *to = 0;
    say(generator, CHAT_USER, prompt);
    ask(generator);
    end = listen(generator, to);
    *ret_tokens = generator_tokens(generator);
    generator_free(generator);
    return end;
}

static void test_max_tokens(void **state)
{
    static const size_t lengths[] = {1, 2, 31};
    char whole[ROOM], part[ROOM];
    struct setup s;
    size_t n;

    set_up(&s, "tiny-qwen2.gguf");
    s.settings.max_tokens = 32;
    assert_int_equal(complete(&s, 0, "Once upon a time", whole, &n), GENERATE_MAX_TOKENS);
    assert_int_equal(n, 32);
    assert_true(strlen(whole) >= 16);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        s.settings.max_tokens = lengths[i];
        assert_int_equal(complete(&s, 0, "Once upon a time", part, &n), GENERATE_MAX_TOKENS);
        assert_int_equal(n, lengths[i]);
        assert_true(strlen(part) < strlen(whole));
    }
    tear_down(&s);
}

/* Every part of the free answer, as a stop, ends it where that part first stands. */
static void test_stops(void **state)
{
    char whole[ROOM], cut[ROOM], stop[8];
    struct setup s;
    size_t n;

    set_up(&s, "tiny-llama.gguf");
    assert_int_equal(complete(&s, 0, "Hello there", whole, &n), GENERATE_MAX_TOKENS);
    for (size_t at = 1; at + 3 < strlen(whole); at++) {
        size_t expected;
        snprintf(stop, sizeof stop, "%.3s", whole + at);
        expected = (size_t)(strstr(whole, stop) - whole);
        if (((unsigned char)whole[expected] & 0xc0) == 0x80)
            continue; /* inside a character */
        s.settings.stops[0] = "never seen";
        s.settings.stops[1] = stop;
        s.settings.n_stops = 2;
        assert_int_equal(complete(&s, 0, "Hello there", cut, &n), GENERATE_STOP_STRING);
        assert_int_equal(strlen(cut), expected);
        assert_memory_equal(cut, whole, expected);
        assert_true(n <= 20);
    }
    tear_down(&s);
}

/* At a high temperature all tokens are about as likely, and three of them end an answer. */
static void test_end_token(void **state)
{
    char ended[ROOM], longer[ROOM];
    enum generate_end end = GENERATE_NOT_ENDED;
    size_t n = 0, more;
    uint64_t seed = 0;
    struct setup s;

    set_up(&s, "tiny-qwen3.gguf");
    s.settings.sampler.temperature = 10;
    s.settings.max_tokens = 60;
    for (; end != GENERATE_END_TOKEN || n < 2; seed++) {
        assert_true(seed < 200);
        s.settings.ignore_end = false;
        end = complete(&s, seed, "Name a river.", ended, &n);
    }
    assert_true(n < 60);
    s.settings.ignore_end = true;
    assert_int_equal(complete(&s, seed - 1, "Name a river.", longer, &more), GENERATE_MAX_TOKENS);
    assert_int_equal(more, 60);
    tear_down(&s);
}

/* Equal seeds, equal answers; others differ; whatever stood in the context before. */
static void test_seeds(void **state)
{
    char first[ROOM], again[ROOM], other[ROOM];
    struct setup s;
    size_t n;

    set_up(&s, "tiny-gemma3.gguf");
    s.settings.sampler.temperature = 1;
    complete(&s, 3, "The quick brown fox", first, &n);
    complete(&s, 4, "The quick brown dog", other, &n);
    complete(&s, 3, "The quick brown fox", again, &n);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    set_up_context(&s, CONTEXT); /* nothing stands there */
    complete(&s, 3, "The quick brown fox", again, &n);
    assert_string_equal(first, again);
    tear_down(&s);
}

/* --- the context is full ------------------------------------------------------------------------
 */

/* An answer ends with the context, after a prompt that leaves it a quarter. */
static void test_context_full(void **state)
{
    char answer[ROOM], prompt[97];
    struct setup s;
    size_t n;

    set_up(&s, "tiny-gpt2.gguf");
    memset(prompt, 'x', 96);
    prompt[96] = 0;
    s.settings.max_tokens = 1000;
    assert_int_equal(complete(&s, 0, prompt, answer, &n), GENERATE_CONTEXT_FULL);
    assert_int_equal(n, CONTEXT - 96);
    tear_down(&s);
}

/* One token more than there is room for is refused, and what fits is said. */
static void test_prompt_too_long(void **state)
{
    char prompt[CONTEXT + 2];
    struct setup s;
    size_t room = 0;

    set_up(&s, "tiny-gpt2.gguf");
    s.settings.max_tokens = 8;
    for (size_t size = CONTEXT - 9; size <= CONTEXT + 1; size++) {
        struct generator *generator = new_generator(&s, 0);
        memset(prompt, 'x', size);
        prompt[size] = 0;
        say(generator, CHAT_USER, prompt);
        assert_int_equal(generator_ask(generator, &room), size <= CONTEXT - 8 ? 0 : -E2BIG);
        assert_int_equal(room, CONTEXT - 8);
        generator_free(generator);
    }
    tear_down(&s);
}

/* The names of all tokens in the context, one after the other. */
static void read_context(const struct setup *s, char *to)
{
    *to = 0;
    for (size_t i = 0; i < s->context->count; i++) {
        struct sori_span name = tokenizer_name(s->vocabulary.tokenizer, s->context->ids[i]);
        append_text(to, ROOM, (const char *)name.data, name.size);
    }
}

/* Turn by turn: the oldest questions go, with their answers, the system message never does. */
static void test_oldest_forgotten(void **state)
{
    static const char *const questions[] = {"first?",  "second?", "third?",
                                            "fourth?", "fifth?",  "sixth?"};
    char answer[ROOM], text[ROOM];
    struct generator *generator;
    struct setup s;

    set_up(&s, "tiny-qwen2.gguf");
    s.settings.raw = false;
    s.settings.max_tokens = 12;
    s.settings.system = "Be-brief.";
    generator = new_generator(&s, 0);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        *answer = 0;
        say(generator, CHAT_USER, questions[i]);
        ask(generator);
        read_context(&s, text);
        assert_non_null(strstr(text, "system\xc4\x8a"
                                     "Be-brief.<|im_end|>"));
        assert_non_null(strstr(text, questions[i]));
        if (i >= 4) {
            assert_null(strstr(text, questions[0]));
            assert_non_null(strstr(text, questions[i - 1]));
        }
        assert_true(s.context->count <= CONTEXT - 12);
        assert_int_equal(listen(generator, answer), GENERATE_MAX_TOKENS);
        assert_true(s.context->count <= CONTEXT);
    }
    generator_free(generator);
    tear_down(&s);
}

/* A last question too long by itself is refused, however much is forgotten. */
static void test_question_too_long(void **state)
{
    char answer[ROOM] = "", question[CONTEXT];
    struct generator *generator;
    struct setup s;
    size_t room;

    set_up(&s, "tiny-qwen2.gguf");
    s.settings.raw = false;
    generator = new_generator(&s, 0);
    say(generator, CHAT_USER, "short");
    ask(generator);
    listen(generator, answer);
    memset(question, 'x', sizeof question);
    assert_int_equal(generator_say(generator, CHAT_USER, question, sizeof question), 0);
    assert_int_equal(generator_ask(generator, &room), -E2BIG);
    generator_free(generator);
    tear_down(&s);
}

/* --- cancel -------------------------------------------------------------------------------------
 */

/* A cancelled step computes nothing; the answer goes on as if it had not been. */
static void test_cancel(void **state)
{
    char whole[ROOM], part[ROOM] = "";
    struct generator *generator;
    atomic_bool cancelled = false;
    const char *text;
    struct setup s;
    size_t size, n;

    set_up(&s, "tiny-llama3.gguf");
    complete(&s, 0, "Once upon a time", whole, &n);
    generator = new_generator(&s, 0);
    say(generator, CHAT_USER, "Once upon a time");
    ask(generator);
    for (size_t i = 0; i < 5; i++) {
        size_t computed = s.context->state->count, tokens = generator_tokens(generator);
        atomic_store(&cancelled, true);
        assert_int_equal(generator_step(generator, &cancelled, &text, &size), -ECANCELED);
        assert_int_equal(s.context->state->count, computed);
        assert_int_equal(generator_tokens(generator), tokens);
        atomic_store(&cancelled, false);
        assert_int_equal(generator_step(generator, &cancelled, &text, &size), 0);
        assert_int_equal(generator_tokens(generator), tokens + 1); /* never two */
        append_text(part, ROOM, text, size);
    }
    listen(generator, part);
    assert_string_equal(part, whole);
    generator_free(generator);
    tear_down(&s);
}

/* A long prompt is read in blocks, and a cancel comes through between any two. */
static void test_cancel_in_prompt(void **state)
{
    struct generator *generator;
    atomic_bool cancelled = false;
    char prompt[LLM_BLOCK + 20];
    const char *text;
    struct setup s;
    size_t size;

    set_up(&s, "tiny-llama3.gguf");
    generator = new_generator(&s, 0);
    memset(prompt, 'y', sizeof prompt);
    assert_int_equal(generator_say(generator, CHAT_USER, prompt, sizeof prompt), 0);
    ask(generator);
    assert_int_equal(generator_step(generator, &cancelled, &text, &size), 0);
    assert_int_equal(s.context->state->count, LLM_BLOCK);
    assert_int_equal(generator_tokens(generator), 0);
    atomic_store(&cancelled, true);
    assert_int_equal(generator_step(generator, &cancelled, &text, &size), -ECANCELED);
    assert_int_equal(s.context->state->count, LLM_BLOCK);
    generator_free(generator);
    tear_down(&s);
}

/* Nothing to continue: something is there all the same. */
static void test_no_prompt(void **state)
{
    char answer[ROOM];
    struct setup s;
    size_t n;

    set_up(&s, "tiny-gpt2.gguf");
    assert_int_equal(complete(&s, 0, "", answer, &n), GENERATE_MAX_TOKENS);
    assert_int_equal(n, 20);
    tear_down(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_max_tokens),       cmocka_unit_test(test_stops),
        cmocka_unit_test(test_end_token),        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_context_full),     cmocka_unit_test(test_prompt_too_long),
        cmocka_unit_test(test_oldest_forgotten), cmocka_unit_test(test_question_too_long),
        cmocka_unit_test(test_cancel),           cmocka_unit_test(test_cancel_in_prompt),
        cmocka_unit_test(test_no_prompt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
