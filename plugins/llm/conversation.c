/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/conversation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/limits.h"

void conversation_clear(struct conversation *conversation)
{
    for (size_t i = 0; i < conversation->n; i++)
        free(conversation->messages[i].text);
    free(conversation->messages);
    *conversation = (struct conversation){0};
}

int message_append(struct message *message, const char *text, size_t size)
{
    size_t total;
    char *grown;

    if (!checked_add(message->size, size, &total) || total > LLM_MAX_TEXT)
        return -E2BIG;
    grown = realloc(message->text, total ? total : 1);
    if (!grown)
        return -ENOMEM;
    if (size)
        memcpy(grown + message->size, text, size);
    message->text = grown;
    message->size = total;
    return 0;
}

int conversation_insert(struct conversation *conversation, size_t at, enum chat_role role,
                        const char *text, size_t size)
{
    struct message message = {.role = role};
    int r = array_reserve((void **)&conversation->messages, &conversation->capacity,
                          conversation->n, 1, sizeof *conversation->messages);

    if (r >= 0)
        r = message_append(&message, text, size);
    if (r < 0)
        return r;
    memmove(conversation->messages + at + 1, conversation->messages + at,
            (conversation->n - at) * sizeof message);
    conversation->messages[at] = message;
    conversation->n++;
    return 0;
}

bool conversation_forget(struct conversation *conversation)
{
    size_t first = conversation_has_system(conversation), end = first + 1;

    while (end < conversation->n && conversation->messages[end].role != CHAT_USER)
        end++;
    if (end >= conversation->n)
        return false;
    for (size_t i = first; i < end; i++)
        free(conversation->messages[i].text);
    memmove(conversation->messages + first, conversation->messages + end,
            (conversation->n - end) * sizeof *conversation->messages);
    conversation->n -= end - first;
    return true;
}
