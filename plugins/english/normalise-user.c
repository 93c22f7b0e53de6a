/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the user's dictionaries, before anybody else has a look. */
#include "english/normalise.h"

static bool is_inside_word(const struct normaliser *normaliser, size_t at)
{
    char c = peek(normaliser, at);

    return ascii_is_letter(c) || ascii_is_digit(c) || (c & 0x80);
}

/* "'s" behind the word: of a respelling it is said, too. */
static size_t possessive_at(const struct normaliser *normaliser, size_t at)
{
    return (is_at(normaliser, at, "'s") || is_at(normaliser, at, "'S")) &&
                   !is_inside_word(normaliser, at + 2)
               ? 2
               : 0;
}

static size_t say_user_word(struct normaliser *normaliser, const struct user_word *word, size_t at,
                            size_t n)
{
    char text[USER_LINE_MAX + 3];
    size_t size = strlen(word->spoken), more = 0;

    if (word->sounds) {
        place(normaliser, at, at + n);
        say_word(normaliser, normaliser->text + at, n, ITEM_SOUNDED);
        return n;
    }
    more = possessive_at(normaliser, at + n);
    memcpy(text, word->spoken, size);
    memcpy(text + size, "'s", 3);
    text[size + more] = 0;
    say_instead(normaliser, text, at, at + n + more);
    return n + more;
}

size_t match_user_word(struct normaliser *normaliser, size_t at)
{
    const struct user_words *words = &normaliser->lexicon->user;
    size_t n = normaliser->n - at;

    if (!words->n || normaliser->replaced || (at && is_inside_word(normaliser, at - 1)))
        return 0;
    for (n = n < USER_WORD_MAX ? n : USER_WORD_MAX; n; n--) {
        const struct user_word *word;
        if (is_inside_word(normaliser, at + n) && is_inside_word(normaliser, at + n - 1))
            continue;
        word = user_words_find(words, normaliser->text + at, n);
        if (word)
            return say_user_word(normaliser, word, at, n);
    }
    return 0;
}
