/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conversation.h: how the text of a request carries the messages of a conversation
 *
 * A request is one question, its whole text. One that begins with the control character RS
 * (U+001E) is a conversation instead, as a client sends it that keeps the history itself:
 *
 *     RS role US text  RS role US text  ...
 *
 * where role is "system", "user" or "assistant" and US is U+001F. Both characters are separators by
 * name and never part of what people write. The last message is the question. The same beginning in
 * the next request is not computed again, so that a client may send all of it each time, with an
 * answer that was cut off as far as it was heard.
 *
 * What the client sets when it loads the stage, beside `model`: see sori-llm(7).
 */
#ifndef LLM_CONVERSATION_H
#define LLM_CONVERSATION_H

#include <stddef.h>

#include "llm/chat.h"

#define CONVERSATION_MESSAGE '\x1e'
#define CONVERSATION_TEXT '\x1f'

/* Calls `say` for each message, stops at a negative result and returns it. */
typedef int (*conversation_say)(void *opaque, enum chat_role role, const char *text, size_t size);

/*
 * Takes the text of a request apart. -EINVAL: an unknown role, or a message without text mark;
 * *ret_at is then the byte where that message begins.
 */
int conversation_read(const char *text, size_t size, conversation_say say, void *opaque,
                      size_t *ret_at);

#endif
