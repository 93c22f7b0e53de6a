/* SPDX-License-Identifier: Apache-2.0 */
/*
 * normalise.h: a sentence as words
 *
 * normalise() goes through the sentence once. At each place it asks the matchers in turn; the first
 * that takes something says what is spoken for it and returns the number of bytes that it took.
 * A matcher sees the whole sentence, so that it can look behind and ahead, but it only takes what
 * begins at `at`. Every place is taken by someone: nothing is passed over in silence but white
 * space and what has no sound of its own (combining marks, controls, joiners).
 */
#ifndef ENGLISH_NORMALISE_H
#define ENGLISH_NORMALISE_H

#include <string.h>

#include "english/ascii.h"
#include "english/items.h"
#include "english/lexicon.h"
#include "text/ssml.h"

enum { NUMBER_MAX = 36 }; /* digits of "decillion" */

/* How a request wants to be read; enums of sori/stage.h. */
struct manner {
    uint8_t reading, punctuation, capitals;
};

struct normaliser {
    const struct lexicon *lexicon;
    const char *text; /* the sentence */
    size_t n;
    struct items *items;
    size_t from, to; /* what is being said stands there */
    struct manner manner;
    bool replaced; /* the text was put in the place of another: it is not replaced again */
};

/* Turns a sentence into items. */
void normalise(const struct lexicon *lexicon, const char *text, size_t n, struct items *items);
/*
 * The same in a manner, and with the regions of `ssml` (or NULL), in whose text the sentence
 * stands at `base`.
 */
void normalise_in(const struct lexicon *lexicon, struct manner manner, const struct ssml *ssml,
                  size_t base, const char *text, size_t n, struct items *items);

/* --- for matchers ----------------------------------------------------------------------------- */

/* The byte at `at`, 0 outside. */
static inline char peek(const struct normaliser *normaliser, size_t at)
{
    return at < normaliser->n ? normaliser->text[at] : 0;
}

/* Does the sentence go on with `text` (ASCII) there? */
static inline bool is_at(const struct normaliser *normaliser, size_t at, const char *text)
{
    size_t size = strlen(text);
    return at <= normaliser->n && normaliser->n - at >= size &&
           !memcmp(normaliser->text + at, text, size);
}

/* Length of the run of digits or letters (ASCII) there. */
size_t digits_at(const struct normaliser *normaliser, size_t at);
size_t letters_at(const struct normaliser *normaliser, size_t at);
/* Spaces there, but no newline. */
size_t spaces_at(const struct normaliser *normaliser, size_t at);
/* Is there no letter or digit at `at`? */
bool word_ends(const struct normaliser *normaliser, size_t at);
/* Does a chunk begin there: at the start, or behind white space, a bracket or a quote? */
bool chunk_begins(const struct normaliser *normaliser, size_t at);

/* From now on what is said stands at from..to. */
static inline void place(struct normaliser *normaliser, size_t from, size_t to)
{
    normaliser->from = from;
    normaliser->to = to;
}

/* Says words that are separated by spaces. */
void say(struct normaliser *normaliser, const char *words);
/* Says one word. */
void say_word(struct normaliser *normaliser, const char *text, size_t n, unsigned flags);
/* Puts one of . ? ! , ; : unless a mark is already there; the stronger one stays. */
void say_mark(struct normaliser *normaliser, char mark);

/* --- normalise-number.c ----------------------------------------------------------------------- */

/* Says digits as an amount ("one hundred five"); in single digits when there are too many. */
void say_cardinal(struct normaliser *normaliser, const char *digits, size_t n);
void say_ordinal(struct normaliser *normaliser, const char *digits, size_t n);
/* "nineteen oh five", of four digits */
void say_year(struct normaliser *normaliser, const char *digits);
/* One by one. */
void say_digits(struct normaliser *normaliser, const char *digits, size_t n);

/* A number as it stands in the text: "1,234.50", ".5", "007". */
struct number {
    size_t length;          /* bytes that it takes */
    size_t n_whole, n_part; /* digits before and behind the point */
    char whole[NUMBER_MAX]; /* without separators */
    char part[NUMBER_MAX];
    bool grouped; /* there were separators */
};

/* Reads a number; false if there is none, or one of more than NUMBER_MAX digits. */
bool number_at(const struct normaliser *normaliser, size_t at, struct number *ret_number);
bool number_is_one(const struct number *number);
/* The whole part as a small number; 10000 when it is larger. */
unsigned number_small(const struct number *number);
/* "one thousand two hundred thirty four point five" */
void say_amount(struct normaliser *normaliser, const struct number *number);
/* Says n digits of a value below 10,000 as an amount. */
void say_small(struct normaliser *normaliser, unsigned value);
/* "million" and the like behind a number at `at`: its length with the space before, or 0; says it.
 */
size_t say_scale_word(struct normaliser *normaliser, size_t at);
/* Is what stands at from..end an adjective, as in "a $5 bill"? Then its unit is a singular. */
bool is_attributive(const struct normaliser *normaliser, size_t from, size_t end);
/* Length of "-" or another hyphen or dash there, 0 for none. */
size_t dash_at(const struct normaliser *normaliser, size_t at);

/* The value of n digits at `at`; 100000 or more when it is larger. */
unsigned digits_value(const struct normaliser *normaliser, size_t at, size_t n);

/* --- normalise-fraction.c --------------------------------------------------------------------- */

/* A fraction that begins with the n digits at `at`, or is mixed with them; its length, or 0. */
size_t match_fraction(struct normaliser *normaliser, size_t at, size_t n);
size_t match_mixed_fraction(struct normaliser *normaliser, size_t at, size_t n);

/* --- normalise-unit.c ------------------------------------------------------------------------- */

/* A unit of measurement behind a number at `at`; 0 or its length with the space before it. */
size_t say_unit(struct normaliser *normaliser, size_t at, bool one);

/* --- matchers ---------------------------------------------------------------------------------
 * What each takes is told in its file. They return its length, 0: nothing of theirs here. */

size_t match_user_word(struct normaliser *normaliser, size_t at);
size_t match_code(struct normaliser *normaliser, size_t at);
size_t match_hash(struct normaliser *normaliser, size_t at); /* the same, but no marks inside */
size_t match_web(struct normaliser *normaliser, size_t at);
size_t match_date(struct normaliser *normaliser, size_t at);
size_t match_time(struct normaliser *normaliser, size_t at);
size_t match_money(struct normaliser *normaliser, size_t at);
size_t match_phone(struct normaliser *normaliser, size_t at);
size_t match_number(struct normaliser *normaliser, size_t at);
size_t match_abbreviation(struct normaliser *normaliser, size_t at);
size_t match_roman(struct normaliser *normaliser, size_t at);
size_t match_word(struct normaliser *normaliser, size_t at);
size_t match_symbol(struct normaliser *normaliser, size_t at);

/* --- normalise-sign.c ------------------------------------------------------------------------- */

/* The name of an ASCII sign, or NULL. */
const char *sign_name(char sign);
/* A sign, or two that belong together; the length, 0 for none. */
size_t match_sign(struct normaliser *normaliser, size_t at);
size_t match_sign_pair(struct normaliser *normaliser, size_t at);

/* --- normalise-symbol.c ----------------------------------------------------------------------- */

/* The longest symbol at `at` that has a name; its length, 0 for none. */
size_t named_at(const struct normaliser *normaliser, size_t at, struct sori_span *ret_name);
void say_name(struct normaliser *normaliser, struct sori_span name);
/* Fractions and numbers in one character; its length, 0 for none. */
size_t number_sign(struct normaliser *normaliser, size_t at, uint32_t symbol, size_t size);

/* --- spell.c ---------------------------------------------------------------------------------- */

/*
 * Names the character at `at`, whatever it is, with the marks and joiners behind it. Its length.
 */
size_t say_character(struct normaliser *normaliser, size_t at);
/* Names all characters from `at` to `end`; spaces among them are pauses. */
void spell(struct normaliser *normaliser, size_t at, size_t end);
/* The text is one character, or the name of one ("space"). */
void say_only_character(struct normaliser *normaliser);
/* The text is the name of a key: "control_a", "F1", "Page_Down". */
void say_key(struct normaliser *normaliser);

/* --- punctuation.c ---------------------------------------------------------------------------- */

/* Names the punctuation at `at` if the manner wants that; its length, 0: read it as usual. */
size_t match_punctuation(struct normaliser *normaliser, size_t at);
/* Tells a capital letter at `at`: says so, or gives the flag of the item that comes. */
unsigned say_capital(struct normaliser *normaliser, size_t at);

/* --- say-as.c --------------------------------------------------------------------------------- */

/* Says what stands at `from`..`to` as the region wants it; false: as usual. */
bool say_as(struct normaliser *normaliser, size_t from, size_t to, enum ssml_reading reading,
            const char *detail);

/* Says other text in the place of from..to, in the ordinary way. */
void say_instead(struct normaliser *normaliser, const char *text, size_t from, size_t to);

/* The ordinary way through from..to: asks the matchers. */
void read_range(struct normaliser *normaliser, size_t from, size_t to);

/* What a sentence of nothing but marks says: their names. */
void say_marks_by_name(struct normaliser *normaliser);

#endif
