/* SPDX-License-Identifier: Apache-2.0 */
#include "english/letter-to-sound.h"

#include <math.h>
#include <string.h>

#include "english/ascii.h"
#include "english/lexicon.h"

enum {
    LONGEST = 64, /* letters of one word */
    BEAM = 4,
    OUTSIDE = 31, /* the letter before the first and behind the last */
    START = 1000, /* the chunk before the first */
    REACH = 5,    /* the longest run of letters that is looked at, less one */
    AROUND = 21,  /* features of the letters alone: the runs */
    BEFORE = 12,  /* features of what was chosen so far */
    HEADER = 12,
    BITS_MIN = 8, /* of the table of weights */
    BITS_MAX = 26,
};

/* --- the file --------------------------------------------------------------------------------- */

/* Where a list of bytes behind its length stands, and *at behind it; 0 where the file is cut. */
static size_t take_list(struct sori_span file, size_t *at)
{
    size_t list = *at;

    if (list >= file.size || file.data[list] > file.size - list - 1)
        return 0;
    *at += 1 + (size_t)file.data[list];
    return list;
}

static bool note_chunks(struct letter_model *model, size_t *at)
{
    const struct sori_span file = model->file;

    for (unsigned i = 0; i < model->n_chunks; i++) {
        size_t list = take_list(file, at);
        if (!list)
            return false;
        model->chunks[i] = (uint32_t)list;
        for (size_t j = 0; j < file.data[list]; j++) {
            char phone = (char)file.data[list + 1 + j];
            model->stressed[i] |= phone == PRIMARY;
            model->vowels[i] += phone_is_vowel(phone);
        }
    }
    for (unsigned i = 0; i < LETTERS; i++) {
        size_t list = take_list(file, at);
        if (!list)
            return false;
        model->may[i] = (uint32_t)list;
    }
    return true;
}

bool letter_model_open(struct sori_span section, struct letter_model *ret_model)
{
    struct letter_model model = {.file = section, .n_chunks = span_u32(section, 0)};
    size_t at = HEADER;
    uint32_t scale = span_u32(section, 4), bits = span_u32(section, 8);

    if (!section.size) {
        *ret_model = (struct letter_model){0};
        return true;
    }
    memcpy(&model.scale, &scale, sizeof scale);
    if (section.size < HEADER || model.n_chunks > CHUNKS_MAX || !isfinite(model.scale) ||
        fabsf(model.scale) > 1 || bits < BITS_MIN || bits > BITS_MAX || !note_chunks(&model, &at))
        return false;
    if (section.size - at < (size_t)1 << bits)
        return false;
    model.weights = (const signed char *)section.data + at;
    model.shift = 32 - bits;
    *ret_model = model;
    return true;
}

/* --- features --------------------------------------------------------------------------------- */

static uint32_t mix(uint32_t hash, uint32_t value)
{
    hash = (hash ^ value) * UINT32_C(0x9e3779b1);
    return hash ^ hash >> 15;
}

struct word {
    size_t n;
    uint8_t letters[LONGEST];
};

static uint32_t letter_at(const struct word *word, size_t i)
{
    return i < word->n ? word->letters[i] : OUTSIDE; /* i - 1 wraps at the start */
}

/* All runs of up to six letters that the one at i is in. */
static void around(const struct word *word, size_t i, uint32_t *ret_features)
{
    size_t k = 0;

    for (size_t a = 0; a <= REACH; a++)
        for (size_t b = 0; a + b <= REACH; b++) {
            uint32_t hash = mix(UINT32_C(0x51ed270b), (uint32_t)(a * 16 + b));
            for (size_t j = i - a; j != i + b + 1; j++)
                hash = mix(hash, letter_at(word, j));
            ret_features[k++] = hash;
        }
}

/* A row of chunks so far. */
struct row {
    float score;
    unsigned before[3]; /* the last chunk and those before it */
    unsigned state;     /* 4 with a primary stress, plus vowels so far, at most 3 */
    uint8_t chunks[LONGEST];
};

static unsigned at_most(size_t value, unsigned limit)
{
    return value < limit ? (unsigned)value : limit;
}

static void before(const struct word *word, size_t i, const struct row *row, uint32_t *f)
{
    const size_t n = word->n;
    uint32_t here = word->letters[i], left = letter_at(word, i - 1);
    uint32_t right = letter_at(word, i + 1), right2 = letter_at(word, i + 2);
    uint32_t one = mix(mix(0x1234567, row->before[0]), here);
    uint32_t two = mix(mix(one, row->before[1]), 3);
    uint32_t state = mix(mix(0x7654321, row->state), here);
    uint32_t end = mix(mix(state, letter_at(word, n - 1)), letter_at(word, n - 2));

    f[0] = one;
    f[1] = mix(mix(one, right), 1);
    f[2] = mix(mix(mix(one, right), right2), 2);
    f[3] = two;
    f[4] = mix(mix(two, right), 4);
    f[5] = mix(mix(two, row->before[2]), 5);
    f[6] = state;
    f[7] = mix(mix(state, right), 6);
    f[8] = mix(mix(mix(state, right), right2), 7);
    f[9] = mix(mix(mix(state, left), right), 8);
    f[10] = mix(mix(state, at_most(n - i, 8)), 9);
    f[11] = mix(mix(mix(end, letter_at(word, n - 3)), at_most(n - i, 12)), 10);
}

static int sum(const struct letter_model *model, const uint32_t *features, size_t n, unsigned chunk)
{
    int total = 0;
    for (size_t i = 0; i < n; i++)
        total += model->weights[mix(features[i], chunk + UINT32_C(0x3c6ef372)) >> model->shift];
    return total;
}

/* --- search ----------------------------------------------------------------------------------- */

struct candidate {
    float score;
    uint8_t row, chunk;
};

/* Keeps the best of what is offered, in order. */
static void offer(struct candidate *best, size_t *n, struct candidate candidate)
{
    size_t at = *n;

    if (at == BEAM && candidate.score <= best[BEAM - 1].score)
        return;
    at = at == BEAM ? BEAM - 1 : (*n)++;
    while (at && best[at - 1].score < candidate.score) {
        best[at] = best[at - 1];
        at--;
    }
    best[at] = candidate;
}

/* Offers all that may follow row `index`; `shared` has what the letters alone say of each. */
static void extend(const struct letter_model *model, const struct word *word, size_t i,
                   const struct row *rows, size_t index, const int *shared, struct candidate *best,
                   size_t *n_best)
{
    const unsigned char *may = model->file.data + model->may[word->letters[i]];
    const struct row *row = &rows[index];
    uint32_t features[BEFORE];
    float scores[CHUNKS_MAX], top = -INFINITY, total = 0;

    before(word, i, row, features);
    for (size_t k = 0; k < may[0]; k++) {
        scores[k] = model->scale * (float)(shared[k] + sum(model, features, BEFORE, may[1 + k]));
        top = scores[k] > top ? scores[k] : top;
    }
    for (size_t k = 0; k < may[0]; k++)
        total += expf(scores[k] - top);
    total = logf(total);
    for (size_t k = 0; k < may[0]; k++) {
        unsigned chunk = may[1 + k];
        float score = row->score + scores[k] - top - total;
        if (chunk < model->n_chunks && !(model->stressed[chunk] && row->state >= 4))
            offer(best, n_best, (struct candidate){score, (uint8_t)index, (uint8_t)chunk});
    }
}

static struct row follow(const struct letter_model *model, const struct row *rows, size_t i,
                         struct candidate candidate)
{
    struct row row = rows[candidate.row];
    unsigned vowels = (row.state & 3) + model->vowels[candidate.chunk];

    row.score = candidate.score;
    row.before[2] = row.before[1];
    row.before[1] = row.before[0];
    row.before[0] = candidate.chunk;
    row.state = (row.state & 4) | (model->stressed[candidate.chunk] ? 4 : 0) | at_most(vowels, 3);
    row.chunks[i] = candidate.chunk;
    return row;
}

/* The best row: the first with a primary stress, if there is one. */
static const struct row *choose(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].state >= 4)
            return &rows[i];
    return rows;
}

static bool step(const struct letter_model *model, const struct word *word, size_t i,
                 struct row *rows, size_t *n_rows)
{
    const unsigned char *may = model->file.data + model->may[word->letters[i]];
    struct candidate best[BEAM];
    struct row next[BEAM];
    uint32_t features[AROUND];
    int shared[CHUNKS_MAX];
    size_t n = 0;

    around(word, i, features);
    for (size_t k = 0; k < may[0]; k++)
        shared[k] = sum(model, features, AROUND, may[1 + k]);
    for (size_t r = 0; r < *n_rows; r++)
        extend(model, word, i, rows, r, shared, best, &n);
    for (size_t r = 0; r < n; r++)
        next[r] = follow(model, rows, i, best[r]);
    memcpy(rows, next, n * sizeof *rows);
    *n_rows = n;
    return n;
}

static struct word letters_of(const char *text, size_t n)
{
    struct word word = {0};

    for (size_t i = 0; i < n && word.n < LONGEST; i++) {
        if (ascii_is_letter(text[i]))
            word.letters[word.n++] = (uint8_t)(ascii_lower(text[i]) - 'a');
        else if (text[i] == '\'')
            word.letters[word.n++] = LETTERS - 1;
    }
    return word;
}

void letters_to_sound(const struct letter_model *model, const char *letters, size_t n,
                      struct phones *ret_phones)
{
    const struct word word = letters_of(letters, n);
    struct row rows[BEAM] = {{.before = {START, START, START}}};
    const struct row *row;
    size_t n_rows = 1;

    ret_phones->n = 0;
    if (!model->n_chunks)
        return;
    for (size_t i = 0; i < word.n; i++)
        if (!step(model, &word, i, rows, &n_rows))
            return;
    row = choose(rows, n_rows);
    for (size_t i = 0; i < word.n; i++) {
        const unsigned char *chunk = model->file.data + model->chunks[row->chunks[i]];
        phones_append(ret_phones, (const char *)chunk + 1, chunk[0]);
    }
    phones_stress(ret_phones, STRESS_FULL);
}
