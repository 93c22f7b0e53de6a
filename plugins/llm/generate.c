/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/generate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "llm/conversation.h"

struct generator {
    const struct tokenizer *tokenizer;
    const struct chat_template *chat;
    const struct generate_settings *settings;
    struct llm_context *context;
    struct sampler *sampler;
    struct written written;

    struct conversation conversation;
    size_t n_computed; /* of its messages, whose ids stand in the context; the first ones */
    bool mine;         /* the context holds this conversation */

    uint32_t *ids; /* [context size], of a prompt */

    enum generate_end end;
    size_t n_tokens; /* of the answer */
    struct message answer;
};

DEFINE_CLEANUP(generator, struct generator *, generator_free)

static int add_stops(struct generator *generator)
{
    const struct generate_settings *settings = generator->settings;
    const char *stop = settings->raw ? NULL : chat_template_stop(generator->chat);
    int r = stop ? written_stop_at(&generator->written, stop, strlen(stop)) : 0;

    for (size_t i = 0; i < settings->n_stops && r >= 0; i++)
        r = written_stop_at(&generator->written, settings->stops[i], strlen(settings->stops[i]));
    return r;
}

int generator_new(const struct tokenizer *tokenizer, const struct chat_template *chat,
                  const struct generate_settings *settings, uint64_t seed,
                  struct llm_context *context, struct generator **ret_generator)
{
    _cleanup_(cleanup_generator) struct generator *generator = calloc(1, sizeof *generator);
    int r;

    if (!generator)
        return -ENOMEM;
    *generator = (struct generator){
        .tokenizer = tokenizer, .chat = chat, .settings = settings, .context = context};
    generator->ids = calloc(context->state->context, sizeof *generator->ids);
    if (!generator->ids)
        return -ENOMEM;
    r = sampler_new(&settings->sampler, seed, &generator->sampler);
    if (r >= 0)
        r = add_stops(generator);
    if (r < 0)
        return r;
    *ret_generator = steal(generator);
    return 0;
}

struct generator *generator_free(struct generator *generator)
{
    if (!generator)
        return NULL;
    conversation_clear(&generator->conversation);
    free(generator->ids);
    free(generator->answer.text);
    written_clear(&generator->written);
    sampler_free(generator->sampler);
    free(generator);
    return NULL;
}

int generator_say(struct generator *generator, enum chat_role role, const char *text, size_t size)
{
    struct conversation *conversation = &generator->conversation;
    size_t n = conversation->n;

    if (n > generator->n_computed && conversation->messages[n - 1].role == role)
        return message_append(&conversation->messages[n - 1], text, size);
    return conversation_insert(conversation, n, role, text, size);
}

/* --- the prompt ---------------------------------------------------------------------------------
 */

/* What the conversation begins with, unless it does so itself. */
static int put_system(struct generator *generator)
{
    const char *system = generator->settings->system;

    if (generator->settings->raw || !system || generator->mine ||
        conversation_has_system(&generator->conversation))
        return 0;
    return conversation_insert(&generator->conversation, 0, CHAT_SYSTEM, system, strlen(system));
}

/* The parts of the messages from `first` on, to be freed. */
static int render(const struct generator *generator, size_t first, struct text_part **ret_parts,
                  size_t *ret_n)
{
    size_t n = generator->conversation.n;
    _cleanup_free_ struct chat_message *messages = calloc(n + 1, sizeof *messages);
    _cleanup_free_ struct text_part *parts =
        calloc(CHAT_PARTS_PER_MESSAGE * n + CHAT_PARTS_AROUND, sizeof *parts);
    int r;

    if (!messages || !parts)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const struct message *message = &generator->conversation.messages[i];
        messages[i] = (struct chat_message){message->role, message->text, message->size};
        if (generator->settings->raw && i >= first)
            parts[i - first] = (struct text_part){message->text, message->size, false};
    }
    *ret_n = n - first;
    r = generator->settings->raw
            ? 0
            : chat_render(generator->chat, messages, n, first, true, parts, ret_n);
    if (r >= 0)
        *ret_parts = steal(parts);
    return r;
}

static size_t room_for_answer(const struct generator *generator)
{
    size_t quarter = generator->context->state->context / 4;
    size_t room =
        generator->settings->max_tokens < quarter ? generator->settings->max_tokens : quarter;
    return room ? room : 1;
}

/* The ids of what is not in the context, from message `first` on. -E2BIG: they do not fit. */
static int encode(struct generator *generator, size_t first, size_t *ret_n, size_t *ret_room)
{
    size_t size = generator->context->state->context, n_parts = 0;
    size_t taken = first ? generator->context->count : 0, answer = room_for_answer(generator);
    _cleanup_free_ struct text_part *parts = NULL;
    int r = render(generator, first, &parts, &n_parts);

    if (r < 0)
        return r;
    *ret_room = size - answer > taken ? size - answer - taken : 0;
    return tokenizer_encode_parts(generator->tokenizer, parts, n_parts,
                                  first ? 0 : TOKENIZER_ADD_SPECIAL, generator->ids, *ret_room,
                                  ret_n);
}

/* Makes room by forgetting what is oldest; false: nothing is left that may be. */
static bool forget(struct generator *generator)
{
    if (generator->settings->raw || !conversation_forget(&generator->conversation))
        return false;
    generator->n_computed = 0;
    generator->mine = false;
    return true;
}

/* Something must be there to continue. */
static void begin_empty(struct generator *generator, size_t *n)
{
    uint32_t begin = tokenizer_begin(generator->tokenizer);

    if (*n)
        return;
    generator->ids[0] = begin == TOKEN_NONE ? 0 : begin;
    *n = 1;
}

static void note_for_penalty(struct generator *generator)
{
    const struct llm_context *context = generator->context;
    size_t last = generator->settings->sampler.repeat_last;
    size_t first = context->count > last ? context->count - last : 0;

    for (size_t i = first; i < context->count; i++)
        sampler_accept(generator->sampler, context->ids[i]);
}

static void start_answer(struct generator *generator)
{
    note_for_penalty(generator);
    generator->mine = true;
    generator->n_computed = generator->conversation.n;
    generator->end = GENERATE_NOT_ENDED;
    generator->n_tokens = 0;
    generator->answer.size = 0;
    written_reset(&generator->written);
}

int generator_ask(struct generator *generator, size_t *ret_room)
{
    size_t n = 0, first;
    int r = put_system(generator);

    if (r < 0)
        return r;
    do {
        first = generator->mine ? generator->n_computed : 0;
        r = encode(generator, first, &n, ret_room);
    } while (r == -E2BIG && forget(generator));
    if (r < 0)
        return r;
    if (first) {
        llm_context_append(generator->context, generator->ids, n);
    } else {
        begin_empty(generator, &n);
        llm_context_set(generator->context, generator->ids, n);
    }
    start_answer(generator);
    return 0;
}

/* --- the answer ---------------------------------------------------------------------------------
 */

/* Gives out what is certain, and keeps it for the conversation. */
static int give_out(struct generator *generator, const char **ret_text, size_t *ret_size)
{
    const char *text;
    size_t size;
    int r;

    written_take(&generator->written, &text, &size);
    r = message_append(&generator->answer, text, size);
    if (r >= 0 && generator->end != GENERATE_NOT_ENDED) {
        r = generator_say(generator, CHAT_ASSISTANT, generator->answer.text,
                          generator->answer.size);
        generator->n_computed = generator->conversation.n;
    }
    if (r < 0)
        return r;
    *ret_text = text;
    *ret_size = size;
    return generator->end != GENERATE_NOT_ENDED;
}

/* Whether the answer ends behind the token that was just taken. */
static enum generate_end ends_here(const struct generator *generator)
{
    const struct llm_context *context = generator->context;

    if (generator->written.stopped)
        return GENERATE_STOP_STRING;
    if (generator->n_tokens >= generator->settings->max_tokens)
        return GENERATE_MAX_TOKENS;
    if (context->count >= context->state->context)
        return GENERATE_CONTEXT_FULL;
    return GENERATE_NOT_ENDED;
}

static int take_token(struct generator *generator, uint32_t id)
{
    struct sori_span piece = {0};
    int r;

    if (tokenizer_is_end(generator->tokenizer, id) && !generator->settings->ignore_end) {
        generator->end = GENERATE_END_TOKEN;
        return written_add(&generator->written, NULL, 0, true);
    }
    piece = tokenizer_piece(generator->tokenizer, id);
    sampler_accept(generator->sampler, id);
    llm_context_append(generator->context, &id, 1);
    generator->n_tokens++;
    r = written_add(&generator->written, piece.data, piece.size, false);
    if (r < 0)
        return r;
    generator->end = ends_here(generator);
    if (generator->end != GENERATE_NOT_ENDED)
        r = written_add(&generator->written, NULL, 0, true);
    return r;
}

int generator_step(struct generator *generator, const atomic_bool *cancelled, const char **ret_text,
                   size_t *ret_size)
{
    struct llm_context *context = generator->context;
    uint32_t id;
    int r = llm_context_advance(context, cancelled);

    if (r < 0)
        return r;
    if (r > 0) {
        id = sampler_pick(generator->sampler, llm_context_logits(context),
                          context->state->config->vocabulary);
        if (id == TOKEN_NONE)
            return -EBADMSG;
        r = take_token(generator, id);
        if (r < 0)
            return r;
    }
    return give_out(generator, ret_text, ret_size);
}

enum generate_end generator_end(const struct generator *generator)
{
    return generator->end;
}

size_t generator_tokens(const struct generator *generator)
{
    return generator->n_tokens;
}
