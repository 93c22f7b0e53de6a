/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "llm/bench.h"
#include "llm/conversation.h"

struct llm_stream {
    struct llm_model *model;
    const struct sori_host *host;
    atomic_bool cancelled;
    struct llm_context *context; /* not for LLM_TOKENS */
    struct generate_settings settings;
    struct generator *generator; /* only for LLM_GENERATE */

    enum chat_role role; /* who is speaking */
    uint64_t position;   /* bytes fed */
    struct utf8 utf8;    /* state after them */
    struct message turn; /* for tasks that take it as a whole; owned */
    bool said;           /* something, since the last answer */

    bool answering, input_end;
    char *line; /* a whole answer, owned */
};

DEFINE_CLEANUP(stream, struct llm_stream *, llm_stream_free)

/* The model's settings, with what the request wants otherwise. */
static void choose_settings(struct llm_stream *stream, const struct sori_stream_params *params)
{
    stream->settings = stream->model->generate;
    if (SORI_PARAMS_HAS(params, max_tokens) && params->max_tokens) {
        stream->settings.max_tokens = params->max_tokens;
        stream->settings.sampler.temperature = (float)params->temperature;
    }
}

static int open_generator(struct llm_stream *stream, uint64_t seed)
{
    struct llm_model *model = stream->model;
    int r;

    if (model->settings.task == LLM_TOKENS)
        return 0;
    r = llm_model_lend(model, &stream->context);
    if (r < 0 || model->settings.task == LLM_BENCH)
        return r;
    return generator_new(model->tokenizer, model->chat, &stream->settings, seed, stream->context,
                         &stream->generator);
}

int llm_stream_new(struct llm_model *model, const struct sori_stream_params *params,
                   struct llm_stream **ret_stream)
{
    _cleanup_(cleanup_stream) struct llm_stream *stream = calloc(1, sizeof *stream);
    int r;

    if (!stream)
        return -ENOMEM;
    stream->model = model;
    stream->host = model->host;
    stream->role = CHAT_USER;
    choose_settings(stream, params);
    r = open_generator(stream, params->seed);
    if (r < 0)
        return r;
    *ret_stream = steal(stream);
    return 0;
}

struct llm_stream *llm_stream_free(struct llm_stream *stream)
{
    if (!stream)
        return NULL;
    generator_free(stream->generator);
    llm_model_take_back(stream->model, stream->context);
    free(stream->turn.text);
    free(stream->line);
    free(stream);
    return NULL;
}

void llm_stream_cancel(struct llm_stream *stream)
{
    atomic_store(&stream->cancelled, true);
}

/* --- what is said -------------------------------------------------------------------------------
 */

static int say(struct llm_stream *stream, const char *text, size_t size)
{
    int r;

    if (!size)
        return 0;
    stream->said = true;
    r = stream->generator ? generator_say(stream->generator, stream->role, text, size)
                          : message_append(&stream->turn, text, size);
    if (r == -E2BIG)
        return stream->host->error(stream->host, r, "more than %u bytes of text in one message",
                                   LLM_MAX_TEXT);
    return r < 0 ? stream->host->error(stream->host, r, "out of memory") : 0;
}

static bool read_role(const char *name, enum chat_role *ret_role)
{
    static const char *const names[] = {
        [CHAT_SYSTEM] = "system", [CHAT_USER] = "user", [CHAT_ASSISTANT] = "assistant"};

    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name)) {
            *ret_role = (enum chat_role)i;
            return true;
        }
    return false;
}

/* The text of a block, cut where somebody else speaks. Other marks mean nothing here. */
static int say_block(struct llm_stream *stream, const struct sori_block *block)
{
    const char *text = block->data;
    size_t at = 0;
    int r = 0;

    for (size_t i = 0; i < block->n_events && r >= 0; i++) {
        const struct sori_event *event = &block->events[i];
        enum chat_role role;
        uint64_t to = event->position - stream->position;
        if (event->type != SORI_EVENT_MARK || !read_role(event->name, &role))
            continue;
        if (event->position < stream->position + at || to > block->count)
            return stream->host->error(stream->host, -EINVAL, "a mark lies outside its block");
        r = say(stream, text + at, (size_t)to - at);
        at = (size_t)to;
        stream->role = role;
    }
    if (r >= 0)
        r = say(stream, text + at, block->count - at);
    stream->position += block->count;
    return r;
}

/* --- the end of a turn --------------------------------------------------------------------------
 */

static int ask(struct llm_stream *stream)
{
    size_t room = 0;
    int r = generator_ask(stream->generator, &room);

    if (r == -E2BIG)
        return stream->host->error(stream->host, r,
                                   "the prompt takes more than the %zu tokens that a context of "
                                   "%zu leaves for it",
                                   room, stream->model->context);
    if (r == -EINVAL)
        return stream->host->error(stream->host, r,
                                   "the chat template '%s' cannot say these messages in this order",
                                   chat_template_name(stream->model->chat));
    return r < 0 ? stream->host->error(stream->host, r, "out of memory") : 0;
}

/* "1 2 3\n" */
static int write_ids(struct llm_stream *stream)
{
    enum { DIGITS = 8 };
    size_t capacity = stream->turn.size + 2, n = 0, used = 0;
    _cleanup_free_ uint32_t *ids = calloc(capacity, sizeof *ids);
    int r;

    stream->line = ids ? malloc(capacity * DIGITS + 2) : NULL;
    if (!stream->line)
        return stream->host->error(stream->host, -ENOMEM, "out of memory");
    r = tokenizer_encode(stream->model->tokenizer, stream->turn.text, stream->turn.size, true,
                         TOKENIZER_ADD_SPECIAL, ids, capacity, &n);
    if (r < 0)
        return stream->host->error(stream->host, r, "the text cannot be cut into tokens");
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(stream->line + used, DIGITS + 1, "%s%u", i ? " " : "", ids[i]);
    memcpy(stream->line + used, "\n", 2);
    return 0;
}

static int run_bench(struct llm_stream *stream)
{
    struct bench_request request;
    int r = bench_read(stream->turn.text, stream->turn.size, stream->model->context, &request);

    if (r < 0)
        return stream->host->error(stream->host, r,
                                   "a bench takes two numbers of tokens, together at most %zu",
                                   stream->model->context);
    stream->line = malloc(BENCH_LINE);
    if (!stream->line)
        return stream->host->error(stream->host, -ENOMEM, "out of memory");
    return bench_run(stream->context, &request, &stream->cancelled, stream->line);
}

static int end_turn(struct llm_stream *stream)
{
    static int (*const tasks[])(struct llm_stream *) = {
        [LLM_GENERATE] = ask, [LLM_TOKENS] = write_ids, [LLM_BENCH] = run_bench};
    int r;

    if (stream->utf8.left)
        return stream->host->error(stream->host, -EILSEQ, "the text is not UTF-8 at byte %llu",
                                   (unsigned long long)stream->position);
    free(steal(stream->line));
    r = tasks[stream->model->settings.task](stream);
    if (r < 0)
        return r;
    stream->said = false;
    stream->turn.size = 0;
    stream->role = CHAT_USER;
    stream->answering = true;
    return 0;
}

int llm_stream_feed(struct llm_stream *stream, const struct sori_block *block)
{
    size_t good;
    int r = 0;

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    stream->input_end = !block;
    if (block) {
        good = utf8_check(&stream->utf8, block->data, block->count);
        if (good < block->count)
            return stream->host->error(stream->host, -EILSEQ, "the text is not UTF-8 at byte %llu",
                                       (unsigned long long)(stream->position + good));
        r = say_block(stream, block);
    }
    if (r < 0 || (block && !(block->flags & SORI_BLOCK_UTTERANCE_END)) || !stream->said)
        return r;
    return end_turn(stream);
}

/* --- the answer ---------------------------------------------------------------------------------
 */

static int fail_step(const struct llm_stream *stream, int error)
{
    const char *why = "out of memory";

    if (error == -ECANCELED)
        return error;
    if (error == -EBADMSG)
        why = "the weights give no numbers: the file is damaged";
    return stream->host->error(stream->host, error, "%s", why);
}

int llm_stream_drain(struct llm_stream *stream, struct sori_block *ret_block)
{
    struct sori_block block = {.media = SORI_MEDIA_TEXT};
    const char *text = stream->line;
    size_t size = text ? strlen(text) : 0;
    int r = 1;

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    if (!stream->answering)
        return stream->input_end ? SORI_DONE : SORI_MORE;
    /* A step without text is given too: whoever waits sees that a long prompt goes on. */
    if (stream->generator)
        r = generator_step(stream->generator, &stream->cancelled, &text, &size);
    if (r < 0)
        return fail_step(stream, r);
    block.data = text;
    block.count = size;
    if (r > 0) {
        block.flags = SORI_BLOCK_UTTERANCE_END;
        stream->answering = false;
    }
    *ret_block = block;
    return 0;
}
