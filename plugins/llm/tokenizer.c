/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/tokenizer.h"

#include <errno.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "llm/tokenizer-private.h"

DEFINE_CLEANUP(tokenizer, struct tokenizer *, tokenizer_free)

/* SentencePiece writes spaces as U+2581. */
static const char blank[] = "\xe2\x96\x81";

static bool span_is(struct sori_span span, const char *text)
{
    return span.size == strlen(text) && !memcmp(span.data, text, span.size);
}

/* A string that may be missing: an empty span. */
static struct sori_span get_string(const struct gguf *gguf, const char *key)
{
    struct sori_span string = {0};

    gguf_get_string(gguf, key, &string, NULL);
    return string;
}

/* --- which tokenizer -------------------------------------------------------------------------- */

static int read_family(struct tokenizer *tokenizer, const struct gguf *gguf,
                       struct gguf_error *ret_error)
{
    struct sori_span family = get_string(gguf, "tokenizer.ggml.pre");

    if (!family.size && span_is(get_string(gguf, "general.architecture"), "gpt2"))
        return 0; /* the only one there was when such files were made */
    if (!family.size)
        return gguf_refuse(ret_error, -ENOTSUP,
                           "tokenizer.ggml.pre is missing: the file is too old to be read right");
    if (!split_family_find(family, &tokenizer->family, &tokenizer->whole_words))
        return gguf_refuse(
            ret_error, -ENOTSUP,
            "pre-tokenizer '%.*s' is unknown (known: gpt-2, smollm, llama-bpe, qwen2 "
            "and those that are equal to them)",
            (int)(family.size < 40 ? family.size : 40), (const char *)family.data);
    return 0;
}

static int read_model(struct tokenizer *tokenizer, const struct gguf *gguf,
                      struct gguf_error *ret_error)
{
    struct sori_span model;
    int r = gguf_get_string(gguf, "tokenizer.ggml.model", &model, ret_error);

    if (r < 0)
        return r == -ENOENT ? -EBADMSG : r;
    tokenizer->sentencepiece = span_is(model, "llama");
    if (tokenizer->sentencepiece)
        return 0;
    if (!span_is(model, "gpt2"))
        return gguf_refuse(ret_error, -ENOTSUP, "tokenizer '%.*s' is unknown (known: gpt2, llama)",
                           (int)(model.size < 40 ? model.size : 40), (const char *)model.data);
    return read_family(tokenizer, gguf, ret_error);
}

/* --- the vocabulary --------------------------------------------------------------------------- */

static int read_names(struct tokenizer *tokenizer, const struct gguf *gguf,
                      struct gguf_error *ret_error)
{
    struct gguf_value names;
    int r =
        gguf_get_strings(gguf, "tokenizer.ggml.tokens", 1, TOKENIZER_MAX_TOKENS, &names, ret_error);

    if (r < 0)
        return r == -ENOENT ? -EBADMSG : r;
    tokenizer->n_tokens = names.count;
    tokenizer->tokens = calloc(names.count, sizeof *tokenizer->tokens);
    if (!tokenizer->tokens || name_table_init(&tokenizer->names, tokenizer->tokens,
                                              sizeof *tokenizer->tokens, names.count) < 0)
        return gguf_refuse(ret_error, -ENOMEM, "out of memory");
    for (size_t i = 0; i < names.count; i++) {
        struct token *token = &tokenizer->tokens[i];
        token->name = gguf_value_string(&names, i);
        token->type = TOKEN_NORMAL;
        if (!token->name.size)
            continue; /* some converters fill up with empty ones: nothing ever finds them */
        if (!name_table_add(&tokenizer->names, (uint32_t)i))
            return gguf_refuse(ret_error, -EBADMSG, "token %zu has the name of an earlier one", i);
        if (token->name.size <= TOKENIZER_MAX_TOKEN && token->name.size > tokenizer->longest)
            tokenizer->longest = token->name.size;
    }
    return 0;
}

static int read_types(struct tokenizer *tokenizer, const struct gguf *gguf,
                      struct gguf_error *ret_error)
{
    struct gguf_value types;
    int r = gguf_get_u32s(gguf, "tokenizer.ggml.token_type", tokenizer->n_tokens,
                          tokenizer->n_tokens, 0, 6, &types, ret_error);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return -EBADMSG;
    for (size_t i = 0; i < types.count; i++)
        tokenizer->tokens[i].type = (uint8_t)gguf_value_u32(&types, i);
    return 0;
}

/* Falls when the score rises; equal for equal scores. */
static uint32_t rank_of(float score)
{
    uint32_t bits;

    score += 0.0f; /* -0 becomes 0 */
    memcpy(&bits, &score, sizeof bits);
    return bits >> 31 ? bits : ~bits & 0x7fffffff;
}

static int read_scores(struct tokenizer *tokenizer, const struct gguf *gguf,
                       struct gguf_error *ret_error)
{
    struct gguf_value scores;
    int r = gguf_get_f32s(gguf, "tokenizer.ggml.scores", tokenizer->n_tokens, tokenizer->n_tokens,
                          -FLT_MAX, FLT_MAX, &scores, ret_error);

    if (r < 0)
        return r == -ENOMEM ? r : -EBADMSG;
    for (size_t i = 0; i < scores.count; i++)
        tokenizer->tokens[i].rank = rank_of(gguf_value_f32(&scores, i));
    return 0;
}

/* --- control tokens --------------------------------------------------------------------------- */

static int read_id(const struct tokenizer *tokenizer, const struct gguf *gguf, const char *key,
                   uint32_t missing, uint32_t *ret_id, struct gguf_error *ret_error)
{
    int r = gguf_get_u32(gguf, key, 0, (uint32_t)tokenizer->n_tokens - 1, ret_id, ret_error);

    if (r == -ENOENT)
        *ret_id = missing < tokenizer->n_tokens ? missing : TOKEN_NONE;
    return r == -ENOENT ? 0 : r < 0 ? -EBADMSG : 0;
}

static void set_end(struct tokenizer *tokenizer, uint32_t id)
{
    if (id == TOKEN_NONE)
        return;
    tokenizer->tokens[id].ends = true;
    tokenizer->tokens[id].type = TOKEN_CONTROL; /* some converters call them text */
}

/* The files do not say which tokens end a turn: like llama.cpp we know them by name. */
static void find_ends(struct tokenizer *tokenizer)
{
    static const char *const names[] = {
        "<|eot_id|>", "<|im_end|>",    "<|end|>",         "<|return|>",
        "<|call|>",   "<end_of_turn>", "<|endoftext|>",   "</s>",
        "<|eom_id|>", "<EOT>",         "<|end_of_text|>", "<end_of_utterance>",
        "<eos>",      "<|fim_pad|>",   "<fim-pad>",       "<fim_pad>",
        "<PAD>",      "<|fim_repo|>",  "<|repo_name|>",   "<fim-repo>",
        "<REPO>",     "<reponame>",    "<|file_sep|>",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        set_end(tokenizer, tokenizer_find(tokenizer, names[i], strlen(names[i])));
}

static int read_control(struct tokenizer *tokenizer, const struct gguf *gguf,
                        struct gguf_error *ret_error)
{
    bool sentencepiece = tokenizer->sentencepiece;
    uint32_t turn_end;
    int r = read_id(tokenizer, gguf, "tokenizer.ggml.bos_token_id", sentencepiece ? 1 : TOKEN_NONE,
                    &tokenizer->begin, ret_error);

    if (r >= 0)
        r = read_id(tokenizer, gguf, "tokenizer.ggml.eos_token_id", sentencepiece ? 2 : TOKEN_NONE,
                    &tokenizer->end, ret_error);
    if (r >= 0)
        r = read_id(tokenizer, gguf, "tokenizer.ggml.unknown_token_id",
                    sentencepiece ? 0 : TOKEN_NONE, &tokenizer->unknown, ret_error);
    if (r >= 0)
        r = read_id(tokenizer, gguf, "tokenizer.ggml.eot_token_id", TOKEN_NONE, &turn_end,
                    ret_error);
    if (r < 0)
        return r;
    tokenizer->space_prefix = sentencepiece;
    tokenizer->add_begin = sentencepiece || tokenizer->whole_words;
    gguf_get_bool(gguf, "tokenizer.ggml.add_space_prefix", &tokenizer->space_prefix, NULL);
    gguf_get_bool(gguf, "tokenizer.ggml.add_bos_token", &tokenizer->add_begin, NULL);
    gguf_get_bool(gguf, "tokenizer.ggml.add_eos_token", &tokenizer->add_end, NULL);
    find_ends(tokenizer);
    set_end(tokenizer, tokenizer->end);
    set_end(tokenizer, turn_end);
    return 0;
}

/* --- pieces ----------------------------------------------------------------------------------- */

/*
 * GPT-2 writes a byte that is printable in Latin-1 as that character and the other 68, in order, as
 * U+0100 and following. -1: no such character.
 */
static int byte_of(unsigned code)
{
    static const unsigned char others[] = {33, 127, 161, 173, 174};

    if ((code >= 33 && code < 127) || (code >= 161 && code < 256 && code != 173))
        return (int)code;
    if (code < 256 || code >= 256 + 68)
        return -1;
    code -= 256;
    if (code < others[0])
        return (int)code;
    code += others[1] - others[0];
    return (int)(code < others[2] ? code : others[3]);
}

/* Bytes of a name in GPT-2's letters; a character outside of them stands for itself. */
static size_t decode_letters(struct sori_span name, unsigned char *to)
{
    size_t n = 0;

    for (size_t i = 0; i < name.size; i++) {
        unsigned char lead = name.data[i];
        unsigned next = i + 1 < name.size ? name.data[i + 1] : 0;
        int byte = -1;
        if (lead < 0x80)
            byte = lead;
        else if ((lead & 0xe0) == 0xc0 && (next & 0xc0) == 0x80)
            byte = byte_of((lead & 0x1fu) << 6 | (next & 0x3f));
        if (lead >= 0x80 && byte >= 0)
            i++;
        to[n++] = byte < 0 ? lead : (unsigned char)byte;
    }
    return n;
}

static size_t decode_blanks(struct sori_span name, unsigned char *to)
{
    size_t n = 0;

    for (size_t i = 0; i < name.size; n++) {
        bool is_blank = name.size - i >= 3 && !memcmp(name.data + i, blank, 3);
        to[n] = is_blank ? ' ' : name.data[i];
        i += is_blank ? 3 : 1;
    }
    return n;
}

static int hex(unsigned char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'A' && digit <= 'F' ? digit - 55
                                          : -1;
}

/* The byte of a name "<0x0A>", or -1. */
static int named_byte(struct sori_span name)
{
    if (name.size != 6 || memcmp(name.data, "<0x", 3) || name.data[5] != '>' ||
        hex(name.data[3]) < 0 || hex(name.data[4]) < 0)
        return -1;
    return hex(name.data[3]) << 4 | hex(name.data[4]);
}

static size_t decode(const struct tokenizer *tokenizer, const struct token *token,
                     unsigned char *to)
{
    int byte = token->type == TOKEN_BYTE ? named_byte(token->name) : -1;

    if (token->type == TOKEN_CONTROL || token->type == TOKEN_UNKNOWN)
        return 0;
    if (byte >= 0) {
        *to = (unsigned char)byte;
        return 1;
    }
    if (token->type == TOKEN_USER_DEFINED) {
        memcpy(to, token->name.data, token->name.size);
        return token->name.size;
    }
    return tokenizer->sentencepiece ? decode_blanks(token->name, to)
                                    : decode_letters(token->name, to);
}

/* A piece is never longer than its name, and all names together fit GGUF_MAX_METADATA. */
static int make_pieces(struct tokenizer *tokenizer, struct gguf_error *ret_error)
{
    size_t size = 1, at = 0;

    for (size_t i = 0; i < tokenizer->n_tokens; i++)
        size += tokenizer->tokens[i].name.size;
    tokenizer->pieces = malloc(size);
    if (!tokenizer->pieces)
        return gguf_refuse(ret_error, -ENOMEM, "out of memory");
    for (size_t i = 0; i < 256; i++)
        tokenizer->bytes[i] = TOKEN_NONE;
    for (size_t i = 0; i < tokenizer->n_tokens; i++) {
        struct token *token = &tokenizer->tokens[i];
        unsigned char *piece = tokenizer->pieces + at;
        bool is_byte = token->type == (tokenizer->sentencepiece ? TOKEN_BYTE : TOKEN_NORMAL);
        token->piece = (uint32_t)at;
        token->piece_size = token->name.size ? (uint32_t)decode(tokenizer, token, piece) : 0;
        if (is_byte && token->piece_size == 1 && tokenizer->bytes[*piece] == TOKEN_NONE)
            tokenizer->bytes[*piece] = (uint32_t)i;
        at += token->piece_size;
    }
    return 0;
}

/* --- opening ---------------------------------------------------------------------------------- */

int tokenizer_open(const struct gguf *gguf, struct tokenizer **ret_tokenizer,
                   struct gguf_error *ret_error)
{
    _cleanup_(cleanup_tokenizer) struct tokenizer *tokenizer = calloc(1, sizeof *tokenizer);
    int r;

    if (!tokenizer)
        return gguf_refuse(ret_error, -ENOMEM, "out of memory");
    r = read_model(tokenizer, gguf, ret_error);
    if (r >= 0)
        r = read_names(tokenizer, gguf, ret_error);
    if (r >= 0)
        r = read_types(tokenizer, gguf, ret_error);
    if (r >= 0)
        r = read_control(tokenizer, gguf, ret_error);
    if (r >= 0)
        r = make_pieces(tokenizer, ret_error);
    if (r >= 0)
        r = tokenizer->sentencepiece ? read_scores(tokenizer, gguf, ret_error)
                                     : merges_read(tokenizer, gguf, ret_error);
    if (r >= 0)
        r = special_build(tokenizer, ret_error);
    if (r < 0)
        return r;
    *ret_tokenizer = steal(tokenizer);
    return 0;
}

struct tokenizer *tokenizer_free(struct tokenizer *tokenizer)
{
    if (!tokenizer)
        return NULL;
    name_table_clear(&tokenizer->names);
    free(tokenizer->special);
    free(tokenizer->merges);
    free(tokenizer->pieces);
    free(tokenizer->tokens);
    free(tokenizer);
    return NULL;
}

/* --- questions -------------------------------------------------------------------------------- */

size_t tokenizer_size(const struct tokenizer *tokenizer)
{
    return tokenizer->n_tokens;
}

struct sori_span tokenizer_piece(const struct tokenizer *tokenizer, uint32_t id)
{
    const struct token *token = &tokenizer->tokens[id];

    return (struct sori_span){tokenizer->pieces + token->piece, token->piece_size};
}

struct sori_span tokenizer_name(const struct tokenizer *tokenizer, uint32_t id)
{
    return tokenizer->tokens[id].name;
}

uint32_t tokenizer_find(const struct tokenizer *tokenizer, const char *name, size_t size)
{
    const struct token *token =
        size ? name_table_find(&tokenizer->names,
                               (struct sori_span){(const unsigned char *)name, size})
             : NULL;

    return token ? (uint32_t)(token - tokenizer->tokens) : TOKEN_NONE;
}

bool tokenizer_is_end(const struct tokenizer *tokenizer, uint32_t id)
{
    return tokenizer->tokens[id].ends;
}

uint32_t tokenizer_begin(const struct tokenizer *tokenizer)
{
    return tokenizer->begin;
}
