/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "base/limits.h"
#include "llm/tokenizer-private.h"

static bool is_special(const struct token *token)
{
    return token->name.size && (token->type == TOKEN_CONTROL || token->type == TOKEN_UNKNOWN ||
                                token->type == TOKEN_USER_DEFINED);
}

/* The child of `parent` with that byte, made if it is not there. Node 0 is nobody's child. */
static uint32_t child_of(struct tokenizer *tokenizer, uint32_t *first, unsigned char byte)
{
    uint32_t node;

    for (node = *first; node; node = tokenizer->special[node].sibling)
        if (tokenizer->special[node].byte == byte)
            return node;
    node = (uint32_t)tokenizer->n_special++;
    tokenizer->special[node] =
        (struct special_node){.sibling = *first, .id = TOKEN_NONE, .byte = byte};
    *first = node;
    return node;
}

static void add(struct tokenizer *tokenizer, uint32_t id)
{
    struct sori_span name = tokenizer->tokens[id].name;
    uint32_t node = child_of(tokenizer, &tokenizer->special_first[name.data[0]], name.data[0]);

    for (size_t i = 1; i < name.size; i++)
        node = child_of(tokenizer, &tokenizer->special[node].child, name.data[i]);
    tokenizer->special[node].id = id;
}

int special_build(struct tokenizer *tokenizer, struct gguf_error *ret_error)
{
    size_t bytes = 1;

    for (size_t i = 0; i < tokenizer->n_tokens; i++)
        if (is_special(&tokenizer->tokens[i]))
            bytes += tokenizer->tokens[i].name.size; /* below GGUF_MAX_METADATA: cannot wrap */
    if (bytes > TOKENIZER_MAX_SPECIAL)
        return gguf_refuse(ret_error, -EBADMSG,
                           "the names of the control tokens have %zu bytes together, more than %u",
                           bytes, TOKENIZER_MAX_SPECIAL);
    tokenizer->special = calloc(bytes, sizeof *tokenizer->special);
    if (!tokenizer->special)
        return gguf_refuse(ret_error, -ENOMEM, "out of memory");
    tokenizer->n_special = 1;
    for (size_t i = 0; i < tokenizer->n_tokens; i++)
        if (is_special(&tokenizer->tokens[i]))
            add(tokenizer, (uint32_t)i);
    return 0;
}

static uint32_t find_child(const struct tokenizer *tokenizer, uint32_t node, unsigned char byte)
{
    for (node = tokenizer->special[node].child; node; node = tokenizer->special[node].sibling)
        if (tokenizer->special[node].byte == byte)
            break;
    return node;
}

uint32_t special_match(const struct tokenizer *tokenizer, const char *text, size_t size,
                       size_t trusted, size_t *ret_length)
{
    uint32_t found = TOKEN_NONE, node = tokenizer->special_first[(unsigned char)text[0]];

    for (size_t n = 1; node; n++) {
        uint32_t id = tokenizer->special[node].id;
        if (id != TOKEN_NONE &&
            (n <= trusted || tokenizer->tokens[id].type == TOKEN_USER_DEFINED)) {
            found = id;
            *ret_length = n;
        }
        node = n < size ? find_child(tokenizer, node, (unsigned char)text[n]) : 0;
    }
    return found;
}
