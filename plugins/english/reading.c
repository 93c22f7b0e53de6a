/* SPDX-License-Identifier: Apache-2.0 */
#include "english/reading.h"

#include <string.h>

#include "english/ascii.h"

enum { ONE_READING = 0x80 };
enum rating { RATING_NONE, RATING_SILVER = 3, RATING_GOLD = 4 };

struct entry {
    enum rating rating;
    bool one; /* reading, for all tags */
    struct sori_span readings;
};

/* --- entries ---------------------------------------------------------------------------------- */

static struct entry entry_of(const struct lexicon *lexicon, const char *word, size_t n)
{
    struct sori_span payload;
    struct entry entry = {RATING_NONE};

    if (dictionary_find(&lexicon->words, word, n, &payload) && payload.size)
        entry = (struct entry){payload.data[0] & ~ONE_READING,
                               payload.data[0] & ONE_READING,
                               {payload.data + 1, payload.size - 1}};
    return entry;
}

/* The other spelling that shares an entry: "word" and "Word". */
static bool other_case(const char *word, size_t n, char *ret_other)
{
    if (n < 2 || n > WORD_MAX || !ascii_is_lower(word + 1, n - 1) || !ascii_is_letter(word[0]))
        return false;
    memcpy(ret_other, word, n);
    ret_other[0] ^= 'a' - 'A';
    return true;
}

/* The best entry among both spellings that has at least this rating. */
static struct entry find(const struct lexicon *lexicon, const char *word, size_t n,
                         enum rating least)
{
    char other[WORD_MAX];
    struct entry entry = entry_of(lexicon, word, n);

    if (entry.rating != RATING_GOLD && other_case(word, n, other)) {
        struct entry second = entry_of(lexicon, other, n);
        if (second.rating > entry.rating)
            entry = second;
    }
    return entry.rating >= least ? entry : (struct entry){RATING_NONE};
}

bool reading_exists(const struct lexicon *lexicon, const char *word, size_t n)
{
    return find(lexicon, word, n, RATING_SILVER).rating;
}

/* The reading with this tag: false if there is none, or if it says that the word is spelled. */
static bool read_tagged(const struct entry *entry, enum tag tag, struct phones *ret_phones,
                        bool *ret_found)
{
    struct sori_span rest = entry->readings;

    *ret_found = false;
    while (rest.size >= 2) {
        size_t length = rest.data[1] == 255 ? 0 : rest.data[1];
        if (length > rest.size - 2)
            return false;
        if (rest.data[0] == tag) {
            *ret_found = true;
            if (rest.data[1] == 255)
                return false;
            ret_phones->n = 0;
            phones_append(ret_phones, (const char *)rest.data + 2, length);
            return true;
        }
        rest.data += 2 + length;
        rest.size -= 2 + length;
    }
    return false;
}

static bool read_entry(const struct entry *entry, enum tag tag,
                       const struct reading_context *context, struct phones *ret_phones)
{
    enum tag order[] = {context && context->next == NEXT_PAUSE ? TAG_LAST : tag, tag,
                        tag_parent(tag), TAG_DEFAULT};
    bool found = false;

    if (entry->one) {
        ret_phones->n = 0;
        phones_append(ret_phones, (const char *)entry->readings.data, entry->readings.size);
        return true;
    }
    for (size_t i = 0; !found && i < sizeof order / sizeof *order; i++)
        if (read_tagged(entry, order[i], ret_phones, &found))
            return true;
    return false;
}

/* --- letters ---------------------------------------------------------------------------------- */

bool reading_spell(const struct lexicon *lexicon, const char *letters, size_t n,
                   struct phones *ret_phones)
{
    size_t last = 0;

    ret_phones->n = 0;
    for (size_t i = 0; i < n; i++) {
        struct phones name;
        struct entry entry;
        char letter = ascii_upper(letters[i]);
        if (!ascii_is_letter(letter))
            continue;
        entry = entry_of(lexicon, &letter, 1);
        if (!read_entry(&entry, TAG_DEFAULT, NULL, &name))
            return false;
        phones_stress(&name, STRESS_LOWER);
        phones_stress(&name, STRESS_SOME);
        phones_append(ret_phones, name.text, name.n);
    }
    /* The last letter carries the stress. */
    for (size_t i = 0; i < ret_phones->n; i++)
        if (ret_phones->text[i] == SECONDARY)
            last = i + 1;
    if (last)
        ret_phones->text[last - 1] = PRIMARY;
    return ret_phones->n;
}

/* --- words ------------------------------------------------------------------------------------ */

struct query {
    const struct lexicon *lexicon;
    enum tag tag;
    enum stress stress;
    const struct reading_context *context;
};

static bool is_known(const struct query *query, const char *word, size_t n)
{
    char lower[WORD_MAX];

    if (!n || n > WORD_MAX)
        return false;
    if (find(query->lexicon, word, n, RATING_SILVER).rating)
        return true;
    if (!ascii_is_alpha(word, n))
        return false;
    if (n == 1 || ascii_is_upper(word + 1, n - 1))
        return true;
    ascii_to_lower(word, n, lower);
    return ascii_is_upper(word, n) && find(query->lexicon, lower, n, RATING_GOLD).rating;
}

/* The entry as it stands, or small letters for capitals, or letter by letter. */
static bool look_up(const struct query *query, const char *word, size_t n,
                    struct phones *ret_phones)
{
    char lower[WORD_MAX];
    bool name = false, found;
    struct entry entry;

    if (ascii_is_upper(word, n) && !find(query->lexicon, word, n, RATING_GOLD).rating) {
        ascii_to_lower(word, n, lower);
        word = lower;
        name = query->tag == TAG_NNP;
    }
    entry = find(query->lexicon, word, n, name ? RATING_GOLD : RATING_SILVER);
    found = entry.rating && read_entry(&entry, query->tag, query->context, ret_phones);
    if (!found || (name && !phones_have(ret_phones, PRIMARY))) {
        struct phones spelled;
        if (reading_spell(query->lexicon, word, n, &spelled)) {
            *ret_phones = spelled;
            return true;
        }
    }
    if (found)
        phones_stress(ret_phones, query->stress);
    return found;
}

static bool from_stem(const struct query *query, const char *word, size_t n,
                      struct phones *ret_phones)
{
    struct stem stem;
    enum ending ending;

    for (unsigned i = 0; (ending = inflect_stem(word, n, i, &stem)) != ENDING_NONE; i++) {
        struct query of_stem = *query;
        if (ending == ENDING_SKIP || !is_known(query, stem.text, stem.n))
            continue;
        if (ending == ENDING_ING && query->stress == STRESS_KEEP)
            of_stem.stress = STRESS_SOME;
        if (!look_up(&of_stem, stem.text, stem.n, ret_phones))
            continue;
        inflect(ret_phones, ending);
        return true;
    }
    return false;
}

static void set(struct phones *ret_phones, const char *text)
{
    ret_phones->n = 0;
    phones_append(ret_phones, text, strlen(text));
}

/* Little words that sound by what follows them. */
static bool special_case(const struct query *query, const char *word, size_t n,
                         struct phones *ret_phones)
{
    const enum next_sound next = query->context->next;
    const enum tag tag = query->tag;
    bool capitals = n > 1 && ascii_is_upper(word, n);

    if (ascii_equals(word, n, "a"))
        set(ret_phones, tag == TAG_DT ? "6" : "'A");
    else if (ascii_equals(word, n, "an") && !(capitals && tag_is_noun(tag)))
        set(ret_phones, "6n");
    else if (ascii_equals(word, n, "am") && !tag_is_noun(tag) && next != NEXT_PAUSE && !capitals &&
             word[0] == 'a')
        set(ret_phones, "6m");
    else if (n == 1 && word[0] == 'I' && tag == TAG_PRP)
        set(ret_phones, ",I");
    else if (ascii_equals(word, n, "by") && tag_parent(tag) == TAG_ADV)
        set(ret_phones, "b'I");
    else if (ascii_equals(word, n, "to") && next != NEXT_PAUSE &&
             (!capitals || tag == TAG_TO || tag == TAG_IN))
        set(ret_phones, next == NEXT_VOWEL ? "tU" : "t@");
    else if (ascii_equals(word, n, "in") && !(capitals && tag == TAG_NNP))
        set(ret_phones, next == NEXT_PAUSE || tag != TAG_IN ? "'1n" : "1n");
    else if (ascii_equals(word, n, "the") && (!capitals || tag == TAG_DT))
        set(ret_phones, next == NEXT_VOWEL ? "Di" : "D@");
    else if (ascii_equals(word, n, "used"))
        set(ret_phones,
            (tag == TAG_VBD || tag == TAG_JJ) && query->context->next_is_to ? "j'ust" : "j'uzd");
    else
        return false;
    return true;
}

/* Is it rather the small-letter word? Not for short names, which may be initialisms. */
static bool lowers(const struct query *query, const char *word, size_t n, const char *lower)
{
    struct phones unused;
    char bare[WORD_MAX];
    size_t n_bare = 0;

    for (size_t i = 0; i < n; i++)
        if (word[i] != '\'')
            bare[n_bare++] = word[i];
    if (n < 2 || ascii_is_lower(word, n) || !ascii_is_alpha(bare, n_bare))
        return false;
    if (query->tag == TAG_NNP && n <= 7)
        return false;
    if (find(query->lexicon, word, n, RATING_SILVER).rating)
        return false;
    if (!ascii_is_upper(word, n) && !ascii_is_lower(word + 1, n - 1))
        return false;
    return find(query->lexicon, lower, n, RATING_SILVER).rating ||
           from_stem(query, lower, n, &unused);
}

bool reading_find(const struct lexicon *lexicon, const char *word, size_t n, enum tag tag,
                  struct reading_context context, struct phones *ret_phones)
{
    struct query query = {lexicon, tag, STRESS_KEEP, &context};
    char lower[WORD_MAX];

    if (!n || n > WORD_MAX)
        return false;
    if (special_case(&query, word, n, ret_phones))
        return true;
    if (!ascii_is_lower(word, n))
        query.stress = ascii_is_upper(word, n) ? STRESS_FULL : STRESS_SOME;
    ascii_to_lower(word, n, lower);
    if (lowers(&query, word, n, lower))
        word = lower;
    if (is_known(&query, word, n))
        return look_up(&query, word, n, ret_phones);
    if (n > 2 && word[n - 1] == '\'') {
        /* "dogs'" sounds as "dog's" */
        if (word[n - 2] == 's' && from_stem(&query, word, n - 1, ret_phones))
            return true;
        if (is_known(&query, word, n - 1))
            return look_up(&query, word, n - 1, ret_phones);
    }
    return from_stem(&query, word, n, ret_phones) ||
           (word != lower && query.tag == TAG_NNP && from_stem(&query, lower, n, ret_phones));
}
