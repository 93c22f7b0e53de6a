/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokenizer.h: between bytes and token ids
 *
 * The vocabulary, its merges or scores and the family of the pre-tokenizer come from the weights
 * file (`tokenizer.ggml.*`): byte-level BPE (GPT-2, SmolLM, Llama 3, Qwen) and SentencePiece (Llama
 * 1/2, Gemma). Ids are those that llama.cpp gives for the same text.
 *
 * Text may be anything: bytes that are not UTF-8 get tokens too, and the pieces of the tokens of a
 * text, one after the other, are its bytes again. But: a byte that the vocabulary lacks (SmolLM's
 * lacks those that are never part of UTF-8) is left out; SentencePiece puts the space in front that
 * the file asks for, and takes U+2581 for a space.
 *
 * Threads: a tokenizer is read-only after tokenizer_open() and may serve any number of threads.
 * Memory: it borrows from the struct gguf, which must outlive it.
 */
#ifndef LLM_TOKENIZER_H
#define LLM_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sori/types.h>

#include "neural/gguf.h"

struct tokenizer;

/* No such token. */
#define TOKEN_NONE UINT32_MAX

/* For tokenizer_encode(): put tokens at the start and the end where the file asks for that. */
#define TOKENIZER_ADD_SPECIAL 1u

/*
 * A piece of a text. In a trusted part the names of control tokens ("<|im_start|>") become those
 * tokens; elsewhere they are text like any other, so that nobody can end his own turn and write the
 * system's.
 */
struct text_part {
    const char *text; /* not terminated */
    size_t size;
    bool trusted;
};

/*
 * Reads the vocabulary of a file. -EBADMSG: it contradicts itself (ids out of range, merges of
 * unknown tokens, arrays of different lengths); -ENOTSUP: a tokenizer or pre-tokenizer that is not
 * there, the message names it and lists those that are; -ENOMEM.
 */
int tokenizer_open(const struct gguf *gguf, struct tokenizer **ret_tokenizer,
                   struct gguf_error *ret_error);

/* NULL is fine. Returns NULL. */
struct tokenizer *tokenizer_free(struct tokenizer *tokenizer);

/* Number of tokens: ids are 0..size - 1. */
size_t tokenizer_size(const struct tokenizer *tokenizer);

/*
 * Writes the ids of the text that the parts make together (tokens may reach over their seams) to
 * ret_ids[capacity] and their number to *ret_n. Time is at most n log n in the bytes. -E2BIG: more
 * than `capacity` tokens; -ENOMEM.
 */
int tokenizer_encode_parts(const struct tokenizer *tokenizer, const struct text_part *parts,
                           size_t n_parts, unsigned flags, uint32_t *ret_ids, size_t capacity,
                           size_t *ret_n);

/* The same for one part. */
int tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size, bool trusted,
                     unsigned flags, uint32_t *ret_ids, size_t capacity, size_t *ret_n);

/*
 * The bytes of a token, id < tokenizer_size(): perhaps a part of a UTF-8 character. A control token
 * gives nothing. Valid as long as the tokenizer.
 */
struct sori_span tokenizer_piece(const struct tokenizer *tokenizer, uint32_t id);

/* Its name in the file, also for control tokens: for listings. */
struct sori_span tokenizer_name(const struct tokenizer *tokenizer, uint32_t id);

/* The token with exactly this name in the file, or TOKEN_NONE. */
uint32_t tokenizer_find(const struct tokenizer *tokenizer, const char *name, size_t size);

/* Whether the model says with this token that its turn is over. */
bool tokenizer_is_end(const struct tokenizer *tokenizer, uint32_t id);

/* What stands at the start of a text, or TOKEN_NONE: for models that need one and a prompt without.
 */
uint32_t tokenizer_begin(const struct tokenizer *tokenizer);

#endif
