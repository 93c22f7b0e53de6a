/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chat.h: a conversation as the text that a model was trained on
 *
 * The files carry a template in Jinja. Its family is recognised by its markers and written by code
 * here; a template of no known family is an error that says so, and such a model can still complete
 * plain text.
 */
#ifndef LLM_CHAT_H
#define LLM_CHAT_H

#include <stdbool.h>
#include <stddef.h>

#include "llm/tokenizer.h"

enum chat_role {
    CHAT_SYSTEM = 0,
    CHAT_USER = 1,
    CHAT_ASSISTANT = 2,
};

struct chat_message {
    enum chat_role role;
    const char *text; /* UTF-8, not terminated */
    size_t size;
};

/* One family of templates; constant, never freed. */
struct chat_template;

/*
 * The family of the file's `tokenizer.chat_template`. -ENOENT: the file has none; -ENOTSUP:
 * unknown. Either is no reason to refuse the model.
 */
int chat_template_find(const struct gguf *gguf, const struct chat_template **ret_template,
                       struct gguf_error *ret_error);

/*
 * By name ("chatml", "llama3", "gemma", ...), or NULL. "plain" always exists: "User: ...",
 * "Assistant:", to talk to a model whose file has no template or an unknown one.
 */
const struct chat_template *chat_template_by_name(const char *name);
const char *chat_template_name(const struct chat_template *chat);

/* All names, "chatml, smollm2, ...", for messages. Returns ret_names. */
enum { CHAT_NAMES = 160 };
const char *chat_template_names(char ret_names[CHAT_NAMES]);

/* A text that ends an answer, where the family has no token for that ("\nUser:"); or NULL. */
const char *chat_template_stop(const struct chat_template *chat);

/* Parts that one message needs at most, and all that chat_render() adds around them. */
enum { CHAT_PARTS_PER_MESSAGE = 6, CHAT_PARTS_AROUND = 6 };

/*
 * Writes the parts of the messages first..n - 1, markers trusted and texts not, to
 * ret_parts[CHAT_PARTS_PER_MESSAGE * n + CHAT_PARTS_AROUND] and their number to *ret_n. The texts
 * are borrowed. The messages before `first` stand in the model's context already, written by an
 * earlier call; the answer that ended there lacks what the family puts behind an answer, which the
 * parts therefore begin with. What stands at the start of any text (TOKENIZER_ADD_SPECIAL) is not
 * among them. A conversation that does not begin with a system message gets the one that the
 * family's template would write, if any. `open` adds the head of an answer, for the model to go on
 * with. -EINVAL: an order of roles that the family cannot say.
 */
int chat_render(const struct chat_template *chat, const struct chat_message *messages, size_t n,
                size_t first, bool open, struct text_part *ret_parts, size_t *ret_n);

#endif
