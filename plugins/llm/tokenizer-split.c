/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patterns, as their models publish them ({L} letters, {N} numbers, \s white space):
 *
 *     gpt-2      's|'t|'re|'ve|'m|'ll|'d| ?{L}+| ?{N}+| ?[^\s{L}{N}]+|\s+(?!\S)|\s+
 *     smollm     every {N} alone; what stands between them as gpt-2
 *     llama-bpe  (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n{L}{N}]?{L}+|{N}{1,3}| ?[^\s{L}{N}]+[\r\n]*
 *                |\s*[\r\n]+|\s+(?!\S)|\s+
 *     qwen2      the same with {N} for {N}{1,3}
 *
 * Written as code they need no backtracking: each word is found in one pass over its bytes and at
 * most one over the white space behind it.
 */
#include <string.h>

#include <utf8proc.h>

#include "llm/tokenizer-private.h"

enum kind { END, LETTER, NUMBER, SPACE, OTHER };

/* A character of the text; a byte that is no UTF-8 counts as one of kind OTHER. */
struct character {
    int32_t code;
    uint32_t size;
    enum kind kind;
};

struct text {
    enum split_family family;
    const char *bytes;
    size_t size;
};

static enum kind kind_of(utf8proc_int32_t code)
{
    switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
        return LETTER;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return NUMBER;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return SPACE;
    default:
        return code == 0x85 ? SPACE : OTHER;
    }
}

static enum kind ascii_kind(unsigned char byte)
{
    if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z')
        return LETTER;
    if (byte >= '0' && byte <= '9')
        return NUMBER;
    return byte == ' ' || (byte >= '\t' && byte <= '\r') ? SPACE : OTHER;
}

static struct character at(const struct text *text, size_t i)
{
    struct character c = {.code = -1};
    utf8proc_ssize_t n;

    if (i >= text->size)
        return c;
    c.code = (unsigned char)text->bytes[i];
    c.size = 1;
    if (c.code < 0x80) {
        c.kind = ascii_kind((unsigned char)c.code);
    } else {
        n = utf8proc_iterate((const utf8proc_uint8_t *)text->bytes + i,
                             (utf8proc_ssize_t)(text->size - i), &c.code);
        c.size = n > 0 ? (uint32_t)n : 1;
        c.kind = n > 0 ? kind_of(c.code) : OTHER;
    }
    /* SmolLM's numbers were cut off first: what comes before one ends there. */
    if (c.kind == NUMBER && text->family == SPLIT_SMOLLM)
        c.kind = END;
    return c;
}

/* Where a run of one kind that begins at i ends; at most `limit` characters. */
static size_t run_end(const struct text *text, size_t i, enum kind kind, size_t limit)
{
    for (struct character c = at(text, i); c.size && c.kind == kind && limit; limit--) {
        i += c.size;
        c = at(text, i);
    }
    return i;
}

static int lower(int code)
{
    return code >= 'A' && code <= 'Z' ? code + 0x20 : code;
}

/* Bytes of an English contraction at the start of the text: 's, 't, 're, 've, 'm, 'll, 'd; or 0. */
static size_t contraction(const struct text *text, bool any_case)
{
    int a, b;

    if (text->bytes[0] != '\'' || text->size < 2)
        return 0;
    a = (unsigned char)text->bytes[1];
    b = text->size > 2 ? (unsigned char)text->bytes[2] : 0;
    if (any_case) {
        a = lower(a);
        b = lower(b);
    }
    if (a == 's' || a == 't' || a == 'm' || a == 'd')
        return 2;
    return (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l') ? 3 : 0;
}

/* White space up to the last but one character, so that the last can lead the next word. */
static size_t split_space(const struct text *text)
{
    size_t end = 0, last = 0;
    struct character c = at(text, 0);

    while (c.kind == SPACE) {
        last = end;
        end += c.size;
        c = at(text, end);
    }
    return last && c.kind != END ? last : end;
}

static size_t split_gpt2(const struct text *text)
{
    struct character first = at(text, 0), c = first;
    size_t n = contraction(text, false), skip = 0;

    if (n)
        return n;
    if (first.code == ' ') {
        c = at(text, 1);
        skip = 1;
    }
    if (c.kind == LETTER || c.kind == NUMBER || c.kind == OTHER)
        return run_end(text, skip, c.kind, SIZE_MAX);
    return first.kind == SPACE ? split_space(text) : first.size;
}

/* White space up to its last line break, if it has one. */
static size_t split_lines(const struct text *text)
{
    size_t end = 0, lines = 0;

    for (struct character c = at(text, 0); c.kind == SPACE; c = at(text, end)) {
        end += c.size;
        if (c.code == '\n' || c.code == '\r')
            lines = end;
    }
    return lines;
}

static size_t split_others(const struct text *text, size_t skip)
{
    size_t end = run_end(text, skip, OTHER, SIZE_MAX);

    while (end < text->size && (text->bytes[end] == '\n' || text->bytes[end] == '\r'))
        end++;
    return end;
}

static size_t split_llama3(const struct text *text)
{
    struct character first = at(text, 0), second = at(text, first.size);
    size_t n = contraction(text, true), skip = first.code == ' ';

    if (n)
        return n;
    if (first.kind == LETTER)
        return run_end(text, 0, LETTER, SIZE_MAX);
    if (first.kind == NUMBER)
        return run_end(text, 0, NUMBER, text->family == SPLIT_QWEN2 ? 1 : 3);
    if (second.kind == LETTER && first.code != '\r' && first.code != '\n')
        return run_end(text, first.size, LETTER, SIZE_MAX);
    if ((skip ? second : first).kind == OTHER)
        return split_others(text, skip);
    n = split_lines(text);
    return n ? n : split_space(text);
}

size_t split_word(enum split_family family, const char *bytes, size_t size)
{
    const struct text text = {family, bytes, size};
    struct character first = at(&text, 0);

    if (first.kind == END)
        return first.size;
    return family == SPLIT_GPT2 || family == SPLIT_SMOLLM ? split_gpt2(&text) : split_llama3(&text);
}

bool split_family_find(struct sori_span name, enum split_family *ret_family, bool *ret_whole_words)
{
    static const struct {
        const char *name;
        enum split_family family;
        bool whole_words;
    } known[] = {
        {"gpt-2", SPLIT_GPT2, false},       {"phi-2", SPLIT_GPT2, false},
        {"olmo", SPLIT_GPT2, false},        {"mpt", SPLIT_GPT2, false},
        {"smollm", SPLIT_SMOLLM, false},    {"starcoder", SPLIT_SMOLLM, false},
        {"refact", SPLIT_SMOLLM, false},    {"command-r", SPLIT_SMOLLM, false},
        {"codeshell", SPLIT_SMOLLM, false}, {"minerva-7b", SPLIT_SMOLLM, false},
        {"llama-bpe", SPLIT_LLAMA3, true},  {"llama3", SPLIT_LLAMA3, true},
        {"llama-v3", SPLIT_LLAMA3, true},   {"pixtral", SPLIT_LLAMA3, true},
        {"lfm2", SPLIT_LLAMA3, true},       {"falcon3", SPLIT_LLAMA3, true},
        {"smaug-bpe", SPLIT_LLAMA3, false}, {"dbrx", SPLIT_LLAMA3, false},
        {"qwen2", SPLIT_QWEN2, false},      {"deepseek-r1-qwen", SPLIT_QWEN2, false},
        {"stablelm2", SPLIT_QWEN2, false},  {"megrez", SPLIT_QWEN2, false},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == name.size && !memcmp(known[i].name, name.data, name.size)) {
            *ret_family = known[i].family;
            *ret_whole_words = known[i].whole_words;
            return true;
        }
    return false;
}
