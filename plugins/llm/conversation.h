/* SPDX-License-Identifier: Apache-2.0 */
/* conversation.h: who said what, the oldest first */
#ifndef LLM_CONVERSATION_H
#define LLM_CONVERSATION_H

#include "llm/chat.h"

struct message {
    enum chat_role role;
    char *text; /* owned, not terminated */
    size_t size;
};

/* Empty when zero. */
struct conversation {
    struct message *messages;
    size_t n, capacity;
};

/* Frees what it owns. */
void conversation_clear(struct conversation *conversation);

/* Appends to the text of a message. -E2BIG: it would be longer than LLM_MAX_TEXT; -ENOMEM. */
int message_append(struct message *message, const char *text, size_t size);

/* Puts a message before number `at` <= n. Copies. Errors as message_append(). */
int conversation_insert(struct conversation *conversation, size_t at, enum chat_role role,
                        const char *text, size_t size);

/*
 * Forgets the oldest question with its answers, but not a system message before it; false: only
 * the last question is left, and nothing was forgotten.
 */
bool conversation_forget(struct conversation *conversation);

/* Whether it begins with a system message. */
static inline bool conversation_has_system(const struct conversation *conversation)
{
    return conversation->n && conversation->messages[0].role == CHAT_SYSTEM;
}

#endif
