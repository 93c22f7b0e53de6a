/* SPDX-License-Identifier: Apache-2.0 */
#include "english/tagger.h"

#include <string.h>

#include "english/ascii.h"

/* Words as the tagger was trained on them: contractions count as two ("do", "n't"). */
struct token {
    const char *text;
    size_t n;
    struct item *item; /* NULL: the second half of one */
};

enum { AHEAD = 2, TOKEN_BYTES = 40 };

/* A word as its neighbours see it: in small letters, or a class of words. */
struct seen {
    size_t n;
    char text[TOKEN_BYTES];
};

/* --- features --------------------------------------------------------------------------------- */

static uint32_t hash_more(uint32_t hash, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT32_C(0x01000193);
    return hash;
}

static uint32_t hash_text(const char *name, const char *text, size_t n)
{
    return hash_more(hash_more(UINT32_C(0x534f5249), name, strlen(name)), text, n);
}

/*
 * Index of a feature in the table, or its size. Hashes lie evenly: one is near its share of the
 * table, and steps that double find the few around it to search.
 */
static size_t find_feature(struct sori_span table, uint32_t hash)
{
    size_t n = span_u32(table, 0), low = (size_t)((uint64_t)hash * n >> 32), high = low, step = 16;

    for (; low && span_u32(table, 4 + 4 * low) >= hash; step *= 2)
        low = low > step ? low - step : 0;
    for (step = 16; high < n && span_u32(table, 4 + 4 * high) < hash; step *= 2)
        high = n - high > step ? high + step : n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (span_u32(table, 4 + 4 * middle) < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && span_u32(table, 4 + 4 * low) == hash ? low : n;
}

static void add_feature(struct sori_span table, uint32_t hash, int *scores)
{
    size_t n = span_u32(table, 0), at = find_feature(table, hash), cells = 8 + 8 * n, first, end;

    if (at >= n)
        return;
    first = span_u32(table, 4 + 4 * n + 4 * at);
    end = span_u32(table, 8 + 4 * n + 4 * at);
    for (size_t i = first; i < end && cells + 2 * i + 1 < table.size; i++) {
        unsigned tag = table.data[cells + 2 * i];
        if (tag < TAGS_FINE)
            scores[tag] += (signed char)table.data[cells + 2 * i + 1];
    }
}

static void add_text(struct sori_span table, const char *name, const char *text, size_t n,
                     int *scores)
{
    add_feature(table, hash_text(name, text, n), scores);
}

static size_t shape(const struct token *token, char *ret_shape)
{
    bool digits = true;
    const char *text = token->text;
    size_t n = token->n;

    for (size_t i = 0; i < n; i++)
        digits = digits && ascii_is_digit(text[i]);
    if (digits)
        return (size_t)(stpncpy(ret_shape, "d", 5) - ret_shape);
    if (!ascii_is_alpha(text, n)) {
        size_t kept = n < 4 ? n : 4;
        for (size_t i = 0; i < kept; i++)
            ret_shape[i] = ascii_is_digit(text[i]) ? 'd' : ascii_is_letter(text[i]) ? 'x' : text[i];
        return kept;
    }
    if (ascii_is_lower(text, n))
        return (size_t)(stpncpy(ret_shape, "x", 5) - ret_shape);
    if (ascii_is_upper(text, n))
        return (size_t)(stpncpy(ret_shape, n > 1 ? "XX" : "X1", 5) - ret_shape);
    return (size_t)(stpncpy(ret_shape, ascii_is_lower(text + 1, n - 1) ? "Xx" : "xX", 5) -
                    ret_shape);
}

static bool in_table(struct sori_span table, const char *name, const struct seen *seen)
{
    return find_feature(table, hash_text(name, seen->text, seen->n)) < span_u32(table, 0);
}

static struct seen see(struct sori_span table, const struct token *token)
{
    struct seen seen = {.n = token->n < TOKEN_BYTES ? token->n : TOKEN_BYTES};

    if (token->n > 1 && memchr(token->text + 1, '-', token->n - 1) && token->text[0] != '-')
        return (struct seen){7, "!HYPHEN"};
    ascii_to_lower(token->text, seen.n, seen.text);
    if (in_table(table, "w=", &seen) || in_table(table, "w-1=", &seen) ||
        in_table(table, "w+1=", &seen))
        return seen;
    /* A word that the tagger never saw is known by its shape. */
    seen.text[0] = '<';
    seen.n = 1 + shape(token, seen.text + 1);
    seen.text[seen.n++] = '>';
    return seen;
}

/* --- the sentence ----------------------------------------------------------------------------- */

struct sentence {
    const struct lexicon *lexicon;
    struct items *items;
    size_t item;                     /* next to be read */
    struct token rest;               /* second half of the last one */
    struct token tokens[AHEAD + 1];  /* this one and those that follow */
    struct seen seen[2 * AHEAD + 1]; /* two before, this one, two that follow */
    size_t at;
    enum tag tags[2]; /* before this one, and before that; TAGS at the start */
};

static bool contraction(const char *text, size_t n, size_t *ret_head)
{
    static const char *const tails[] = {"n't", "'s", "'re", "'ve", "'ll", "'d", "'m"};

    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        size_t size = strlen(tails[i]);
        if (n > size && ascii_equals(text + n - size, size, tails[i])) {
            *ret_head = n - size;
            return true;
        }
    }
    return false;
}

/* The next token of the sentence; an empty one behind the last. */
static struct token next_token(struct sentence *sentence)
{
    struct token token = sentence->rest;
    size_t head;

    if (token.n) {
        sentence->rest.n = 0;
        return token;
    }
    if (sentence->item == sentence->items->n)
        return token;
    token.item = &sentence->items->list[sentence->item++];
    token.text = item_text(sentence->items, token.item);
    token.n = token.item->size;
    if (contraction(token.text, token.n, &head)) {
        sentence->rest = (struct token){token.text + head, token.n - head, NULL};
        token.n = head;
    }
    return token;
}

static void take_token(struct sentence *sentence, size_t slot)
{
    static const struct seen behind[] = {{5, "-END-"}, {6, "-END2-"}};
    struct sori_span table = sentence->lexicon->features;
    struct token token = next_token(sentence);
    struct seen *seen = &sentence->seen[AHEAD + slot];

    sentence->tokens[slot] = token;
    if (token.n)
        *seen = see(table, &token);
    else
        *seen = behind[!sentence->seen[AHEAD + slot - 1].n ||
                       sentence->seen[AHEAD + slot - 1].text[0] == '-'];
}

static void step(struct sentence *sentence)
{
    memmove(sentence->seen, sentence->seen + 1, 2 * AHEAD * sizeof *sentence->seen);
    memmove(sentence->tokens, sentence->tokens + 1, AHEAD * sizeof *sentence->tokens);
    take_token(sentence, AHEAD);
    sentence->at++;
}

static const char *tag_name(enum tag tag, bool second)
{
    static const char *const names[] = {
        "$",   "''",  ",",   "-LRB-", "-RRB-", ".",   ":",   "ADD", "AFX", "CC",
        "CD",  "DT",  "EX",  "FW",    "HYPH",  "IN",  "JJ",  "JJR", "JJS", "LS",
        "MD",  "NFP", "NN",  "NNP",   "NNPS",  "NNS", "PDT", "POS", "PRP", "PRP$",
        "RB",  "RBR", "RBS", "RP",    "SYM",   "TO",  "UH",  "VB",  "VBD", "VBG",
        "VBN", "VBP", "VBZ", "WDT",   "WP",    "WP$", "WRB", "XX",  "_SP", "``"};

    if (tag < TAGS_FINE)
        return names[tag];
    return second ? "-START2-" : "-START-";
}

static size_t last3(const struct seen *seen)
{
    return seen->n < 3 ? seen->n : 3;
}

static void add_neighbours(const struct sentence *sentence, struct sori_span table, int *scores)
{
    static const char *const words[] = {"w-2=", "w-1=", "w=", "w+1=", "w+2="};
    const struct seen *before = &sentence->seen[AHEAD - 1], *after = &sentence->seen[AHEAD + 1];
    const char *one = tag_name(sentence->tags[0], false), *two = tag_name(sentence->tags[1], true);
    uint32_t both = hash_text("t-12=", one, strlen(one));

    for (size_t i = 0; i < 2 * AHEAD + 1; i++)
        add_text(table, words[i], sentence->seen[i].text, sentence->seen[i].n, scores);
    add_text(table, "s3-1=", before->text + before->n - last3(before), last3(before), scores);
    add_text(table, "s3+1=", after->text + after->n - last3(after), last3(after), scores);
    add_text(table, "t-1=", one, strlen(one), scores);
    add_text(table, "t-2=", two, strlen(two), scores);
    both = hash_more(hash_more(both, ",", 1), two, strlen(two));
    add_feature(table, both, scores);
}

static enum tag predict(const struct sentence *sentence)
{
    const struct token *token = &sentence->tokens[0];
    struct sori_span table = sentence->lexicon->features;
    int scores[TAGS_FINE] = {0};
    size_t tail = token->n < 3 ? token->n : 3;
    enum tag best = 0;
    char form[8];

    if (!span_u32(table, 0))
        return TAG_NN;
    add_text(table, "b", "", 0, scores);
    add_text(table, "s3=", token->text + token->n - tail, tail, scores);
    add_text(table, "p1=", token->text, 1, scores);
    add_text(table, "sh=", form, shape(token, form), scores);
    add_text(table, sentence->at ? "i+" : "i0", "", 0, scores);
    add_neighbours(sentence, table, scores);
    for (enum tag tag = 1; tag < TAGS_FINE; tag++)
        if (scores[tag] >= scores[best])
            best = tag;
    return best;
}

static enum tag tag_token(const struct sentence *sentence)
{
    const struct token *token = &sentence->tokens[0];
    struct sori_span payload;

    if (dictionary_find(&sentence->lexicon->tags, token->text, token->n, &payload) &&
        payload.size && payload.data[0] < TAGS_FINE)
        return payload.data[0];
    return predict(sentence);
}

void tagger_run(const struct lexicon *lexicon, struct items *items)
{
    struct sentence sentence = {
        .lexicon = lexicon,
        .items = items,
        .seen = {{8, "-START2-"}, {7, "-START-"}},
        .tags = {TAGS, TAGS},
    };

    for (size_t i = 0; i <= AHEAD; i++)
        take_token(&sentence, i);
    while (sentence.tokens[0].n) {
        enum tag tag = tag_token(&sentence);
        if (sentence.tokens[0].item)
            sentence.tokens[0].item->tag = (uint8_t)tag;
        sentence.tags[1] = sentence.tags[0];
        sentence.tags[0] = tag;
        step(&sentence);
    }
}
