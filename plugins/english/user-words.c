/* SPDX-License-Identifier: Apache-2.0 */
#include "english/user-words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/utf8.h"
#include "english/ascii.h"
#include "english/ipa.h"

/* --- order ------------------------------------------------------------------------------------ */

/* Without regard to the case of ASCII letters. */
static int compare_text(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t n = n_a < n_b ? n_a : n_b;

    for (size_t i = 0; i < n; i++) {
        int difference = (unsigned char)ascii_lower(a[i]) - (unsigned char)ascii_lower(b[i]);
        if (difference)
            return difference;
    }
    return (n_a > n_b) - (n_a < n_b);
}

static int compare_words(const void *a, const void *b)
{
    const struct user_word *first = a, *second = b;
    int order = compare_text(first->text, strlen(first->text), second->text, strlen(second->text));

    return order ? order : (first->rank > second->rank) - (first->rank < second->rank);
}

static bool has_upper(const char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            return true;
    return false;
}

const struct user_word *user_words_find(const struct user_words *words, const char *text, size_t n)
{
    size_t low = 0, high = words->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *there = words->list[middle].text;
        if (compare_text(there, strlen(there), text, n) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < words->n; low++) {
        const struct user_word *word = &words->list[low];
        if (compare_text(word->text, strlen(word->text), text, n))
            return NULL;
        if (!has_upper(word->text) || !memcmp(word->text, text, n))
            return word;
    }
    return NULL;
}

/* --- lines ------------------------------------------------------------------------------------ */

struct piece {
    const char *text;
    size_t n;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct piece trimmed(const char *text, size_t n)
{
    while (n && is_blank(*text))
        text++, n--;
    while (n && is_blank(text[n - 1]))
        n--;
    return (struct piece){text, n};
}

/* What is wrong with it, or NULL. */
static const char *check(struct piece word, struct piece spoken, bool sounds)
{
    struct phones phones;
    char ipa[USER_LINE_MAX];

    if (!word.n)
        return "there is no word before the \"=\"";
    if (word.n > USER_WORD_MAX)
        return "the word is longer than 64 bytes";
    if (!spoken.n)
        return "nothing is said behind the \"=\"";
    if (!sounds)
        return NULL;
    memcpy(ipa, spoken.text, spoken.n);
    ipa[spoken.n] = 0;
    return ipa_read(ipa, &phones) ? NULL : "there is no sound between the slashes";
}

static int add(struct user_words *words, struct piece word, struct piece spoken, bool sounds)
{
    char *text;

    if (array_reserve((void **)&words->list, &words->capacity, words->n, 1,
                      sizeof *words->list) < 0)
        return -ENOMEM;
    text = calloc(1, word.n + spoken.n + 2);
    if (!text)
        return -ENOMEM;
    memcpy(text, word.text, word.n);
    memcpy(text + word.n + 1, spoken.text, spoken.n);
    words->list[words->n] =
        (struct user_word){text, text + word.n + 1, (uint32_t)words->n, sounds};
    words->n++;
    return 0;
}

/* 0 with *ret_why NULL, or with what is wrong; -ENOMEM. */
static int take_line(struct user_words *words, const char *text, size_t n, const char **ret_why)
{
    struct piece line = trimmed(text, n), word, spoken;
    const char *equals;
    size_t bad;
    bool sounds;

    *ret_why = NULL;
    if (!line.n || *line.text == '#')
        return 0;
    *ret_why = "the line is longer than 511 bytes";
    if (line.n >= USER_LINE_MAX)
        return 0;
    *ret_why = "the line is not UTF-8";
    if (memchr(line.text, 0, line.n) || !utf8_is_valid(line.text, line.n, &bad))
        return 0;
    equals = memchr(line.text, '=', line.n);
    *ret_why = "there is no \"=\" in the line";
    if (!equals)
        return 0;
    word = trimmed(line.text, (size_t)(equals - line.text));
    spoken = trimmed(equals + 1, line.n - (size_t)(equals + 1 - line.text));
    sounds = spoken.n >= 2 && *spoken.text == '/' && spoken.text[spoken.n - 1] == '/';
    if (sounds)
        spoken = trimmed(spoken.text + 1, spoken.n - 2);
    *ret_why = check(word, spoken, sounds);
    return *ret_why ? 0 : add(words, word, spoken, sounds);
}

int user_words_add(struct user_words *words, struct sori_span file,
                   void (*complain)(void *opaque, size_t line, const char *why), void *opaque)
{
    static const char mark[] = "\xef\xbb\xbf"; /* a byte order mark, as some editors write it */
    const char *text = (const char *)file.data;
    size_t at = file.size >= 3 && !memcmp(text, mark, 3) ? 3 : 0, size;

    for (size_t line = 1; at < file.size; line++, at += size + 1) {
        const char *end = memchr(text + at, '\n', file.size - at), *why;
        int r;
        size = end ? (size_t)(end - text) - at : file.size - at;
        r = take_line(words, text + at, size, &why);
        if (r < 0)
            return r;
        if (why)
            complain(opaque, line, why);
    }
    return 0;
}

void user_words_seal(struct user_words *words)
{
    if (words->n)
        qsort(words->list, words->n, sizeof *words->list, compare_words);
}

void user_words_clear(struct user_words *words)
{
    for (size_t i = 0; i < words->n; i++)
        free(words->list[i].text);
    free(words->list);
    *words = (struct user_words){0};
}
