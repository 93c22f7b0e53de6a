/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/conversation.h"

#include <errno.h>
#include <string.h>

static int find_role(const char *text, size_t size, enum chat_role *ret_role)
{
    static const char *const roles[] = {
        [CHAT_SYSTEM] = "system", [CHAT_USER] = "user", [CHAT_ASSISTANT] = "assistant"};

    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strlen(roles[i]) == size && !memcmp(roles[i], text, size)) {
            *ret_role = (enum chat_role)i;
            return 0;
        }
    return -EINVAL;
}

int conversation_read(const char *text, size_t size, conversation_say say, void *opaque,
                      size_t *ret_at)
{
    if (!size || *text != CONVERSATION_MESSAGE)
        return say(opaque, CHAT_USER, text, size);
    for (size_t at = 0; at < size;) {
        const char *role_text = text + at + 1;
        size_t left = size - at - 1, message;
        const char *next = memchr(role_text, CONVERSATION_MESSAGE, left);
        const char *mark;
        enum chat_role role;
        int r;
        message = next ? (size_t)(next - role_text) : left;
        mark = memchr(role_text, CONVERSATION_TEXT, message);
        r = mark ? find_role(role_text, (size_t)(mark - role_text), &role) : -EINVAL;
        if (r < 0) {
            *ret_at = at;
            return r;
        }
        r = say(opaque, role, mark + 1, message - (size_t)(mark + 1 - role_text));
        if (r < 0)
            return r;
        at += 1 + message;
    }
    return 0;
}
