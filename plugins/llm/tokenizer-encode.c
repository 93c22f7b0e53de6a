/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "llm/tokenizer-private.h"

/* A text on its way to ids. */
struct encoding {
    const struct tokenizer *tokenizer;
    struct merger merger;
    char *escaped; /* SentencePiece: the text with its spaces as U+2581 */
    size_t escaped_capacity;
    uint32_t *ids;
    size_t n, capacity;
    bool after_special;
};

static int put(struct encoding *encoding, uint32_t id)
{
    if (encoding->n == encoding->capacity)
        return -E2BIG;
    encoding->ids[encoding->n++] = id;
    return 0;
}

/*
 * What no token covers goes out byte by byte. A byte that the vocabulary lacks becomes the unknown
 * token (SentencePiece) or nothing (BPE), as in llama.cpp.
 */
static int put_bytes(struct encoding *encoding, const char *bytes, size_t size)
{
    const struct tokenizer *tokenizer = encoding->tokenizer;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < size; i++) {
        uint32_t id = tokenizer->bytes[(unsigned char)bytes[i]];
        if (id == TOKEN_NONE && tokenizer->sentencepiece)
            id = tokenizer->unknown;
        if (id != TOKEN_NONE)
            r = put(encoding, id);
    }
    return r;
}

static int put_merged(struct encoding *encoding, const char *text, size_t size)
{
    int r = merge_text(&encoding->merger, text, size);

    for (uint32_t i = 0; r >= 0 && i != UINT32_MAX; i = encoding->merger.symbols[i].next) {
        const struct symbol *symbol = &encoding->merger.symbols[i];
        r = symbol->id == TOKEN_NONE ? put_bytes(encoding, text + symbol->at, symbol->size)
                                     : put(encoding, symbol->id);
    }
    return r;
}

/* The letter that GPT-2 writes for a byte, as UTF-8; returns its size. */
static size_t letter_of(unsigned char byte, char to[static 2])
{
    unsigned code = byte;

    if (byte < 33)
        code = 256u + byte;
    else if (byte >= 127 && byte < 161)
        code = 256u + 33 + (byte - 127u);
    else if (byte == 173)
        code = 256u + 67;
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    to[0] = (char)(0xc0 | code >> 6);
    to[1] = (char)(0x80 | (code & 0x3f));
    return 2;
}

/* The token that is the whole word, or TOKEN_NONE. */
static uint32_t whole_word(const struct tokenizer *tokenizer, const char *word, size_t size)
{
    char name[TOKENIZER_MAX_TOKEN + 2];
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        if (n >= tokenizer->longest)
            return TOKEN_NONE;
        n += letter_of((unsigned char)word[i], name + n);
    }
    return tokenizer_find(tokenizer, name, n);
}

static int encode_words(struct encoding *encoding, const char *text, size_t size)
{
    const struct tokenizer *tokenizer = encoding->tokenizer;
    int r = 0;

    while (r >= 0 && size) {
        size_t n = split_word(tokenizer->family, text, size);
        uint32_t id = tokenizer->whole_words ? whole_word(tokenizer, text, n) : TOKEN_NONE;
        if (n == 1)
            r = put_bytes(encoding, text, 1);
        else
            r = id == TOKEN_NONE ? put_merged(encoding, text, n) : put(encoding, id);
        text += n;
        size -= n;
    }
    return r;
}

static int encode_escaped(struct encoding *encoding, const char *text, size_t size)
{
    size_t n = 0, needed = 3 * (size + 1);

    if (needed > encoding->escaped_capacity) {
        char *grown = realloc(encoding->escaped, needed);
        if (!grown)
            return -ENOMEM;
        encoding->escaped = grown;
        encoding->escaped_capacity = needed;
    }
    if (encoding->tokenizer->space_prefix && encoding->after_special) {
        memcpy(encoding->escaped, "\xe2\x96\x81", 3);
        n = 3;
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] == ' ') {
            memcpy(encoding->escaped + n, "\xe2\x96\x81", 3);
            n += 3;
        } else {
            encoding->escaped[n++] = text[i];
        }
    }
    return put_merged(encoding, encoding->escaped, n);
}

/* Text between control tokens. */
static int encode_plain(struct encoding *encoding, const char *text, size_t size)
{
    int r = 0;

    if (size)
        r = encoding->tokenizer->sentencepiece ? encode_escaped(encoding, text, size)
                                               : encode_words(encoding, text, size);
    if (size)
        encoding->after_special = false;
    return r;
}

/* The parts as one text, with what is known of each byte. */
struct joined {
    const char *text;
    size_t size;
    const struct text_part *parts;
    size_t n_parts;
    size_t part, part_end;    /* where the walk is */
    size_t run_part, run_end; /* the trusted parts that follow each other end there */
};

/* Trusted bytes in a row from `at` on. `at` never falls from call to call. */
static size_t trusted_from(struct joined *joined, size_t at)
{
    while (joined->part < joined->n_parts && joined->part_end <= at) {
        joined->part++;
        if (joined->part < joined->n_parts)
            joined->part_end += joined->parts[joined->part].size;
    }
    if (joined->part >= joined->n_parts || !joined->parts[joined->part].trusted)
        return 0;
    if (joined->run_part < joined->part || joined->run_end <= at) {
        joined->run_part = joined->part;
        joined->run_end = joined->part_end;
    }
    while (joined->run_part + 1 < joined->n_parts && joined->parts[joined->run_part + 1].trusted)
        joined->run_end += joined->parts[++joined->run_part].size;
    return joined->run_end - at;
}

static int encode_joined(struct encoding *encoding, struct joined *joined)
{
    const struct tokenizer *tokenizer = encoding->tokenizer;
    size_t begun = 0;
    int r = 0;

    for (size_t at = 0; r >= 0 && at < joined->size;) {
        size_t length = 1;
        uint32_t id = TOKEN_NONE;
        if (tokenizer->special_first[(unsigned char)joined->text[at]])
            id = special_match(tokenizer, joined->text + at, joined->size - at,
                               trusted_from(joined, at), &length);
        if (id != TOKEN_NONE) {
            r = encode_plain(encoding, joined->text + begun, at - begun);
            if (r >= 0)
                r = put(encoding, id);
            encoding->after_special = true;
            begun = at + length;
        }
        at += length;
    }
    return r < 0 ? r : encode_plain(encoding, joined->text + begun, joined->size - begun);
}

/* The parts' bytes after each other: a copy in *ret_copy, or the only part itself. */
static int join(const struct text_part *parts, size_t n_parts, struct joined *ret_joined,
                char **ret_copy)
{
    struct joined joined = {.parts = parts, .n_parts = n_parts};
    size_t at = 0;

    for (size_t i = 0; i < n_parts; i++) {
        if (parts[i].size > TOKENIZER_MAX_TEXT - joined.size)
            return -E2BIG;
        joined.size += parts[i].size;
    }
    joined.part_end = n_parts ? parts[0].size : 0;
    joined.text = n_parts ? parts[0].text : "";
    if (n_parts > 1) {
        char *copy = malloc(joined.size + 1);
        if (!copy)
            return -ENOMEM;
        for (size_t i = 0; i < n_parts; at += parts[i++].size)
            if (parts[i].size)
                memcpy(copy + at, parts[i].text, parts[i].size);
        joined.text = *ret_copy = copy;
    }
    *ret_joined = joined;
    return 0;
}

int tokenizer_encode_parts(const struct tokenizer *tokenizer, const struct text_part *parts,
                           size_t n_parts, unsigned flags, uint32_t *ret_ids, size_t capacity,
                           size_t *ret_n)
{
    struct encoding encoding = {.tokenizer = tokenizer,
                                .merger = {.tokenizer = tokenizer},
                                .ids = ret_ids,
                                .capacity = capacity,
                                .after_special = true};
    bool add = flags & TOKENIZER_ADD_SPECIAL;
    _cleanup_free_ char *copy = NULL;
    struct joined joined;
    int r = join(parts, n_parts, &joined, &copy);

    if (r >= 0 && add && tokenizer->add_begin && tokenizer->begin != TOKEN_NONE)
        r = put(&encoding, tokenizer->begin);
    if (r >= 0)
        r = encode_joined(&encoding, &joined);
    if (r >= 0 && add && tokenizer->add_end && tokenizer->end != TOKEN_NONE)
        r = put(&encoding, tokenizer->end);
    merger_clear(&encoding.merger);
    free(encoding.escaped);
    if (r >= 0)
        *ret_n = encoding.n;
    return r;
}

int tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size, bool trusted,
                     unsigned flags, uint32_t *ret_ids, size_t capacity, size_t *ret_n)
{
    const struct text_part part = {text, size, trusted};

    return tokenizer_encode_parts(tokenizer, &part, 1, flags, ret_ids, capacity, ret_n);
}
