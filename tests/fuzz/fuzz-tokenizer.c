/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokenizers. An input that begins with "GGUF" is a vocabulary that nobody vouches for; another one
 * is a text for one of the small real vocabularies, chosen by its first byte, whose tokens must
 * give the text again.
 */
#include <errno.h>
#include <stdbool.h>

#include "fuzz/fuzz.h"
#include "llm/tokenizer.h"

enum { VOCABULARIES = 6, MAX_TEXT = 1 << 16 };

static uint32_t ids[2 * MAX_TEXT + 16];

static size_t encode(const struct tokenizer *tokenizer, const char *text, size_t size, bool trusted,
                     unsigned flags)
{
    size_t n = 0;
    int r =
        tokenizer_encode(tokenizer, text, size, trusted, flags, ids, sizeof ids / sizeof *ids, &n);

    FUZZ_ASSERT(r == 0 || r == -E2BIG);
    for (size_t i = 0; i < n; i++) {
        FUZZ_ASSERT(ids[i] < tokenizer_size(tokenizer));
        struct sori_span piece = tokenizer_piece(tokenizer, ids[i]);
        fuzz_touch(piece.data, piece.size);
    }
    return n;
}

/* --- a vocabulary ----------------------------------------------------------------------------- */

static void use_vocabulary(const struct tokenizer *tokenizer)
{
    static const char text[] = "Hello, w\xc3\xb6rld 12'3<s>\xff\n  ab ab</s>abcd";

    for (uint32_t id = 0; id < tokenizer_size(tokenizer); id++) {
        struct sori_span name = tokenizer_name(tokenizer, id);
        fuzz_touch(name.data, name.size);
        if (name.size && tokenizer_find(tokenizer, (const char *)name.data, name.size) != id)
            FUZZ_ASSERT(!"a token that is not found by its name");
    }
    encode(tokenizer, text, sizeof text - 1, true, TOKENIZER_ADD_SPECIAL);
    encode(tokenizer, text, sizeof text - 1, false, 0);
}

static void run_vocabulary(const uint8_t *data, size_t size)
{
    unsigned char *copy = fuzz_copy(data, size);
    struct tokenizer *tokenizer = NULL;
    struct gguf_error error = {0};
    struct gguf *gguf = NULL;
    int r;

    if (gguf_open((struct sori_span){copy, size}, &gguf, NULL) == 0) {
        r = tokenizer_open(gguf, &tokenizer, &error);
        FUZZ_ASSERT(r == 0 || ((r == -EBADMSG || r == -ENOTSUP) && *error.message && !tokenizer));
        if (r == 0)
            use_vocabulary(tokenizer);
    }
    tokenizer_free(tokenizer);
    gguf_free(gguf);
    free(copy);
}

/* --- a text ----------------------------------------------------------------------------------- */

static const struct tokenizer *vocabulary(unsigned i)
{
    static const char *const names[VOCABULARIES] = {"gemma", "gpt-2", "llama-bpe",
                                                    "llama", "qwen2", "smollm"};
    static struct tokenizer *tokenizers[VOCABULARIES];
    static struct gguf *ggufs[VOCABULARIES]; /* kept: tokenizers borrow from them */
    char path[80];

    if (tokenizers[i])
        return tokenizers[i];
    snprintf(path, sizeof path, "tests/llm/vocabulary-%s.gguf", names[i]);
    FUZZ_ASSERT(gguf_open(fuzz_map(path), &ggufs[i], NULL) == 0);
    FUZZ_ASSERT(tokenizer_open(ggufs[i], &tokenizers[i], NULL) == 0);
    return tokenizers[i];
}

/* Bytes that the vocabulary has no token for: nothing is left of them, as in llama.cpp. */
static const bool *lost_bytes(unsigned i)
{
    static bool lost[VOCABULARIES][256], known[VOCABULARIES];

    for (int byte = 0; !known[i] && byte < 256; byte++)
        lost[i][byte] = !encode(vocabulary(i), &(char){(char)byte}, 1, false, 0);
    known[i] = true;
    return lost[i];
}

/* Takes out what does not come back: lost bytes and, of SentencePiece, which puts spaces in front
 * and takes U+2581 for one, all spaces. Returns the new size. */
static size_t comparable(char *text, size_t size, const bool *lost, bool spaces)
{
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        if (spaces && size - i >= 3 && !memcmp(text + i, "\xe2\x96\x81", 3))
            i += 2;
        else if (!lost[(unsigned char)text[i]] && !(spaces && text[i] == ' '))
            text[n++] = text[i];
    }
    return n;
}

/* The pieces of n tokens, one after the other. free(). */
static char *join(const struct tokenizer *tokenizer, size_t n, size_t *ret_size)
{
    size_t size = 0, at = 0;
    char *text;

    for (size_t i = 0; i < n; i++)
        size += tokenizer_piece(tokenizer, ids[i]).size;
    text = malloc(size + 1);
    FUZZ_ASSERT(text);
    for (size_t i = 0; i < n; i++) {
        struct sori_span piece = tokenizer_piece(tokenizer, ids[i]);
        if (piece.size)
            memcpy(text + at, piece.data, piece.size);
        at += piece.size;
    }
    *ret_size = size;
    return text;
}

static void run_text(unsigned choice, const uint8_t *data, size_t size)
{
    const struct tokenizer *tokenizer = vocabulary(choice);
    bool spaces = tokenizer_find(tokenizer, "\xe2\x96\x81", 3) != TOKEN_NONE;
    const bool *lost = lost_bytes(choice);
    char *copy = (char *)fuzz_copy(data, size), *back;
    size_t back_size;

    encode(tokenizer, copy, size, true, TOKENIZER_ADD_SPECIAL);
    back = join(tokenizer, encode(tokenizer, copy, size, false, 0), &back_size);
    size = comparable(copy, size, lost, spaces);
    back_size = comparable(back, back_size, lost, spaces);
    FUZZ_ASSERT(back_size == size && !memcmp(copy, back, size));
    free(back);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 4 && !memcmp(data, "GGUF", 4)) {
        run_vocabulary(data, size);
    } else if (size && size <= MAX_TEXT) {
        unsigned choice = fuzz_take(&data, &size);
        run_text(choice % VOCABULARIES, data, size);
    }
    return 0;
}
