/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generate.h: a conversation with a model
 *
 * The caller adds messages, asks for an answer, and takes its text step by step. Everything said
 * stays in the conversation, and in the context of the model as long as there is room.
 *
 * When there is none: a prompt must leave room for the answer, `max_tokens` or a quarter of the
 * context, whichever is less. Where a conversation does not, its oldest turns are forgotten, a
 * question with its answer at a time, but never the system message; a last question that is too
 * long by itself is refused. An answer that reaches the end of the context ends there.
 */
#ifndef LLM_GENERATE_H
#define LLM_GENERATE_H

#include "llm/chat.h"
#include "llm/context.h"
#include "llm/sampler.h"
#include "llm/written.h"

struct generate_settings {
    struct sampler_settings sampler;
    size_t max_tokens;  /* of an answer */
    bool ignore_end;    /* goes on when the model says that it is done */
    bool raw;           /* no chat template: the text itself is continued */
    const char *system; /* what the first message is, unless there is a system message; NULL: the
                         * template's own */
    const char *stops[WRITTEN_MAX_STOPS]; /* texts that end an answer */
    size_t n_stops;
};

struct generator;

/* Why an answer ended. */
enum generate_end {
    GENERATE_NOT_ENDED = 0,
    GENERATE_END_TOKEN,   /* the model said so */
    GENERATE_STOP_STRING, /* one of the stops came */
    GENERATE_MAX_TOKENS,
    GENERATE_CONTEXT_FULL,
};

/*
 * Borrows everything, the context for itself alone. `chat` may be NULL if settings->raw. -ENOMEM.
 */
int generator_new(const struct tokenizer *tokenizer, const struct chat_template *chat,
                  const struct generate_settings *settings, uint64_t seed,
                  struct llm_context *context, struct generator **ret_generator);
/* NULL is fine. Returns NULL. */
struct generator *generator_free(struct generator *generator);

/*
 * Appends a message, or to the last one if that is by the same role. Copies. -E2BIG: more than
 * LLM_MAX_TEXT bytes in one message; -ENOMEM.
 */
int generator_say(struct generator *generator, enum chat_role role, const char *text, size_t size);

/*
 * Begins the answer. -E2BIG: longer than the *ret_room tokens that there is room for, which is set
 * then too; -EINVAL: an order of messages that the template cannot say; -ENOMEM.
 */
int generator_ask(struct generator *generator, size_t *ret_room);

/*
 * Computes a block of the prompt or one token, and gives the text that is certain by now: valid
 * until the next call, often empty. 0: the answer goes on; 1: this was its end. -ECANCELED;
 * -EBADMSG: the weights give no numbers; -ENOMEM.
 */
int generator_step(struct generator *generator, const atomic_bool *cancelled, const char **ret_text,
                   size_t *ret_size);

/* Of the last answer. */
enum generate_end generator_end(const struct generator *generator);
size_t generator_tokens(const struct generator *generator);

#endif
