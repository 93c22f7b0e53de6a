/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokenizer-private.h: shared by the parts of the tokenizer
 *
 *     tokenizer.c          reads the vocabulary and answers questions about it
 *     tokenizer-special.c  finds the names of control and user-defined tokens in a text
 *     tokenizer-split.c    cuts a text into words, by the family of the pre-tokenizer
 *     tokenizer-merge.c    merges the symbols of a word, or of a whole text, into tokens
 *     tokenizer-encode.c   the three after each other
 */
#ifndef LLM_TOKENIZER_PRIVATE_H
#define LLM_TOKENIZER_PRIVATE_H

#include "base/limits.h"
#include "llm/tokenizer.h"
#include "neural/name-table.h"

/* Types of the file's tokenizer.ggml.token_type. */
enum token_type {
    TOKEN_NORMAL = 1,
    TOKEN_UNKNOWN = 2,
    TOKEN_CONTROL = 3,
    TOKEN_USER_DEFINED = 4,
    TOKEN_UNUSED = 5,
    TOKEN_BYTE = 6,
};

struct token {
    struct sori_span name;      /* first, for the name table */
    uint32_t piece, piece_size; /* in tokenizer.pieces */
    uint32_t rank;              /* SentencePiece: less is merged first */
    uint8_t type;               /* enum token_type */
    bool ends;                  /* a turn */
};

/* Two tokens that become one; the slots of an open hash table. */
struct merge {
    uint64_t pair; /* left << 32 | right; UINT64_MAX: an empty slot */
    uint32_t rank; /* less is merged first */
    uint32_t result;
};

/* A tree of the names of control and user-defined tokens. */
struct special_node {
    uint32_t child, sibling; /* 0: none */
    uint32_t id;             /* of the token that ends here, or TOKEN_NONE */
    unsigned char byte;
};

enum split_family { SPLIT_GPT2, SPLIT_SMOLLM, SPLIT_LLAMA3, SPLIT_QWEN2 };

struct tokenizer {
    struct token *tokens;
    size_t n_tokens;
    struct name_table names;
    unsigned char *pieces;

    bool sentencepiece;
    bool space_prefix; /* SentencePiece: a space in front of the text and after control tokens */
    enum split_family family;
    bool whole_words; /* a word that is a token is not merged from its bytes */
    bool add_begin, add_end;
    uint32_t begin, end, unknown;
    uint32_t bytes[256]; /* the token of each byte, or TOKEN_NONE */
    size_t longest;      /* bytes of the longest name that is ever looked for */

    struct merge *merges;
    size_t merge_mask;
    struct special_node *special;
    size_t n_special;
    uint32_t special_first[256]; /* node of each first byte, or 0 */
};

/* --- tokenizer-special.c ---------------------------------------------------------------------- */

/* Builds the tree. -EBADMSG, -ENOMEM. */
int special_build(struct tokenizer *tokenizer, struct gguf_error *ret_error);

/*
 * The longest name that `text` begins with, or TOKEN_NONE. Control tokens count only where they end
 * within the first `trusted` bytes.
 */
uint32_t special_match(const struct tokenizer *tokenizer, const char *text, size_t size,
                       size_t trusted, size_t *ret_length);

/* --- tokenizer-split.c ------------------------------------------------------------------------ */

/* Bytes of the first word of a text, size > 0. */
size_t split_word(enum split_family family, const char *text, size_t size);

/* The family of a name in tokenizer.ggml.pre; false: unknown. */
bool split_family_find(struct sori_span name, enum split_family *ret_family, bool *ret_whole_words);

/* --- tokenizer-merge.c ------------------------------------------------------------------------ */

struct symbol {
    uint32_t at, size; /* bytes of the text; size 0: merged into the one before */
    uint32_t previous, next;
    uint32_t id; /* or TOKEN_NONE */
};

struct candidate {
    uint64_t order; /* rank << 32 | left symbol: less is merged first */
    uint32_t size, id;
};

struct merger {
    const struct tokenizer *tokenizer;
    struct symbol *symbols;
    size_t n_symbols, capacity;
    struct candidate *heap;
    size_t n_heap, heap_capacity;
};

/*
 * Merges the symbols of `text`, which are characters (SentencePiece) or bytes. Afterwards they
 * stand in merger->symbols, chained by `next` from 0 to UINT32_MAX. -ENOMEM.
 */
int merge_text(struct merger *merger, const char *text, size_t size);
void merger_clear(struct merger *merger);

/* The hash table of pairs. */
const struct merge *merge_find(const struct tokenizer *tokenizer, uint32_t left, uint32_t right);
/* Reads the pairs of the file. -EBADMSG, -ENOMEM. */
int merges_read(struct tokenizer *tokenizer, const struct gguf *gguf, struct gguf_error *ret_error);

#endif
