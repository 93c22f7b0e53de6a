/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merging. A text begins as one symbol for each byte (BPE) or character (SentencePiece). Of all
 * neighbours that make a token together, those of the lowest rank merge first, the leftmost of
 * equals; their new neighbours become candidates. The candidates stand in a heap, so that a text of
 * n symbols takes n log n steps, whatever it consists of. A candidate is not taken out when one of
 * its symbols merges elsewhere: its size then tells that it is out of date.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "llm/tokenizer-private.h"

/* --- pairs ------------------------------------------------------------------------------------ */

static size_t slot_of(const struct tokenizer *tokenizer, uint64_t pair)
{
    uint64_t hash = pair * UINT64_C(0x9e3779b97f4a7c15);
    size_t slot = (size_t)(hash >> 32) & tokenizer->merge_mask;

    while (tokenizer->merges[slot].pair != pair && tokenizer->merges[slot].pair != UINT64_MAX)
        slot = (slot + 1) & tokenizer->merge_mask;
    return slot;
}

const struct merge *merge_find(const struct tokenizer *tokenizer, uint32_t left, uint32_t right)
{
    size_t slot = slot_of(tokenizer, (uint64_t)left << 32 | right);

    return tokenizer->merges[slot].pair == UINT64_MAX ? NULL : &tokenizer->merges[slot];
}

static uint32_t id_of(const struct tokenizer *tokenizer, const unsigned char *name, size_t size)
{
    const struct token *token = name_table_find(&tokenizer->names, (struct sori_span){name, size});

    return token ? (uint32_t)(token - tokenizer->tokens) : TOKEN_NONE;
}

/* "left right": the space is the first one that is not the first byte. */
static int read_pair(struct tokenizer *tokenizer, struct sori_span text, uint32_t rank,
                     struct gguf_error *ret_error)
{
    unsigned char joined[2 * TOKENIZER_MAX_TOKEN];
    const unsigned char *space = text.size > 2 ? memchr(text.data + 1, ' ', text.size - 1) : NULL;
    size_t left_size = space ? (size_t)(space - text.data) : 0;
    size_t right_size = space ? text.size - left_size - 1 : 0;
    uint32_t left, right, result;
    struct merge *merge;

    if (!right_size || text.size > sizeof joined)
        return gguf_refuse(ret_error, -EBADMSG, "merge %u is not two tokens", rank);
    memcpy(joined, text.data, left_size);
    memcpy(joined + left_size, space + 1, right_size);
    left = id_of(tokenizer, text.data, left_size);
    right = id_of(tokenizer, space + 1, right_size);
    result = id_of(tokenizer, joined, text.size - 1);
    if (left == TOKEN_NONE || right == TOKEN_NONE || result == TOKEN_NONE)
        return gguf_refuse(ret_error, -EBADMSG, "merge %u names a token that is not there", rank);
    merge = &tokenizer->merges[slot_of(tokenizer, (uint64_t)left << 32 | right)];
    if (merge->pair == UINT64_MAX) /* of equal ones the first counts */
        *merge = (struct merge){(uint64_t)left << 32 | right, rank, result};
    return 0;
}

int merges_read(struct tokenizer *tokenizer, const struct gguf *gguf, struct gguf_error *ret_error)
{
    struct gguf_value merges;
    size_t slots = 16;
    int r = gguf_get_strings(gguf, "tokenizer.ggml.merges", 1, TOKENIZER_MAX_MERGES, &merges,
                             ret_error);

    if (r < 0)
        return r == -ENOENT ? -EBADMSG : r;
    while (slots < 2 * merges.count)
        slots *= 2;
    tokenizer->merges = calloc(slots, sizeof *tokenizer->merges);
    if (!tokenizer->merges)
        return gguf_refuse(ret_error, -ENOMEM, "out of memory");
    tokenizer->merge_mask = slots - 1;
    for (size_t i = 0; i < slots; i++)
        tokenizer->merges[i].pair = UINT64_MAX;
    for (size_t i = 0; r >= 0 && i < merges.count; i++)
        r = read_pair(tokenizer, gguf_value_string(&merges, i), (uint32_t)i, ret_error);
    return r;
}

/* --- the heap --------------------------------------------------------------------------------- */

static void heap_push(struct merger *merger, struct candidate candidate)
{
    size_t i = merger->n_heap++;

    for (size_t up; i && merger->heap[up = (i - 1) / 2].order > candidate.order; i = up)
        merger->heap[i] = merger->heap[up];
    merger->heap[i] = candidate;
}

static struct candidate heap_pop(struct merger *merger)
{
    struct candidate top = merger->heap[0], last = merger->heap[--merger->n_heap];
    size_t i = 0, n = merger->n_heap;

    for (size_t down = 1; down < n; down = 2 * i + 1) {
        if (down + 1 < n && merger->heap[down + 1].order < merger->heap[down].order)
            down++;
        if (merger->heap[down].order >= last.order)
            break;
        merger->heap[i] = merger->heap[down];
        i = down;
    }
    if (n)
        merger->heap[i] = last;
    return top;
}

/* --- merging ---------------------------------------------------------------------------------- */

static void consider(struct merger *merger, const char *text, uint32_t left, uint32_t right)
{
    const struct tokenizer *tokenizer = merger->tokenizer;
    const struct symbol *a, *b;
    uint32_t rank, id, size;

    if (left == UINT32_MAX || right == UINT32_MAX)
        return;
    a = &merger->symbols[left];
    b = &merger->symbols[right];
    size = a->size + b->size;
    if (tokenizer->sentencepiece) {
        if (size > tokenizer->longest)
            return;
        id = id_of(tokenizer, (const unsigned char *)text + a->at, size);
        if (id == TOKEN_NONE)
            return;
        rank = tokenizer->tokens[id].rank;
    } else {
        const struct merge *merge;
        if (a->id == TOKEN_NONE || b->id == TOKEN_NONE)
            return;
        merge = merge_find(tokenizer, a->id, b->id);
        if (!merge)
            return;
        rank = merge->rank;
        id = merge->result;
    }
    heap_push(merger, (struct candidate){(uint64_t)rank << 32 | left, size, id});
}

/* Room for the symbols of `size` bytes. A merge takes one candidate and adds at most two. */
static int reserve(struct merger *merger, size_t size)
{
    void *grown;

    if (size <= merger->capacity)
        return 0;
    size = size < 64 ? 64 : size;
    grown = realloc(merger->symbols, size * sizeof *merger->symbols);
    if (!grown)
        return -ENOMEM;
    merger->symbols = grown;
    grown = realloc(merger->heap, 2 * size * sizeof *merger->heap);
    if (!grown)
        return -ENOMEM;
    merger->heap = grown;
    merger->capacity = size;
    return 0;
}

/* Bytes of the character at the start of a text; one that is cut short ends where it is cut. */
static size_t character_size(const char *text, size_t size)
{
    unsigned char lead = (unsigned char)text[0];
    size_t n = 1, whole = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

    while (n < whole && n < size && ((unsigned char)text[n] & 0xc0) == 0x80)
        n++;
    return n;
}

static void cut(struct merger *merger, const char *text, size_t size)
{
    const struct tokenizer *tokenizer = merger->tokenizer;
    uint32_t n = 0;

    for (size_t at = 0; at < size; n++) {
        struct symbol *symbol = &merger->symbols[n];
        size_t length = 1;
        if (tokenizer->sentencepiece)
            length = character_size(text + at, size - at);
        *symbol = (struct symbol){(uint32_t)at, (uint32_t)length, n - 1, n + 1,
                                  tokenizer->bytes[(unsigned char)text[at]]};
        if (tokenizer->sentencepiece)
            symbol->id = id_of(tokenizer, (const unsigned char *)text + at, length);
        at += length;
    }
    merger->n_symbols = n;
    if (n)
        merger->symbols[n - 1].next = UINT32_MAX; /* the first's `previous` is that already */
}

static void merge_one(struct merger *merger, const char *text, struct candidate candidate)
{
    uint32_t at = (uint32_t)candidate.order;
    struct symbol *left = &merger->symbols[at], *right;

    if (!left->size || left->next == UINT32_MAX)
        return;
    right = &merger->symbols[left->next];
    if (left->size + right->size != candidate.size)
        return; /* out of date: one of them has grown */
    left->size = candidate.size;
    left->id = candidate.id;
    left->next = right->next;
    right->size = 0;
    if (left->next != UINT32_MAX)
        merger->symbols[left->next].previous = at;
    consider(merger, text, left->previous, at);
    consider(merger, text, at, left->next);
}

int merge_text(struct merger *merger, const char *text, size_t size)
{
    int r = reserve(merger, size);

    if (r < 0)
        return r;
    cut(merger, text, size);
    merger->n_heap = 0;
    for (uint32_t i = 1; i < merger->n_symbols; i++)
        consider(merger, text, i - 1, i);
    while (merger->n_heap)
        merge_one(merger, text, heap_pop(merger));
    return 0;
}

void merger_clear(struct merger *merger)
{
    free(merger->symbols);
    free(merger->heap);
}
