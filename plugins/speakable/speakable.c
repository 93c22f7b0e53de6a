/* SPDX-License-Identifier: Apache-2.0 */
#include "speakable/speakable.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "speakable/clean.h"
#include "speakable/line.h"
#include "speakable/sentence.h"

/* Lengths in bytes: when a first sentence is cut at a clause, and any sentence. */
enum { FIRST_LONG = 60, FIRST_LIMIT = 120, FIRST_CLAUSE = 16, LONG = 400, CLAUSE = 40 };

struct speakable {
    char *input; /* not yet looked at */
    size_t size, taken, capacity;
    bool ended;

    bool in_line;   /* the line's mark was read */
    bool skip_line; /* the rest of the line is dropped */
    char fence;     /* of the code block that we are in, or 0 */
    bool line_ends; /* the end of the line ends the sentence: a heading, an item, a row */
    char *code;

    char block[SPEAKABLE_MAX_SENTENCE]; /* of sentences, marks of the line removed */
    size_t n;
    bool complete; /* nothing follows in the block */
    bool spoken;   /* a chunk was given out */
    char chunk[CLEAN_ROOM(SPEAKABLE_MAX_SENTENCE) + 2];
};

struct speakable *speakable_new(const char *code)
{
    struct speakable *speakable = calloc(1, sizeof *speakable);

    if (!speakable)
        return NULL;
    if (code && *code && !(speakable->code = strdup(code)))
        return speakable_free(speakable);
    return speakable;
}

struct speakable *speakable_free(struct speakable *speakable)
{
    if (!speakable)
        return NULL;
    free(speakable->code);
    free(speakable->input);
    free(speakable);
    return NULL;
}

int speakable_add(struct speakable *speakable, const char *text, size_t size)
{
    size_t held = speakable->size - speakable->taken;

    if (held)
        memmove(speakable->input, speakable->input + speakable->taken, held);
    speakable->taken = 0;
    speakable->size = held;
    if (array_reserve((void **)&speakable->input, &speakable->capacity, held, size, 1) < 0)
        return -ENOMEM;
    if (size)
        memcpy(speakable->input + held, text, size);
    speakable->size += size;
    return 0;
}

void speakable_end(struct speakable *speakable)
{
    speakable->ended = true;
}

/* --- from lines to blocks --------------------------------------------------------------------- */

static bool one_of(const char *set, char c)
{
    return c && strchr(set, c);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* As much as fits: a longer sentence is cut when the block is full. */
static size_t append(struct speakable *speakable, const char *text, size_t size)
{
    size_t room = sizeof speakable->block - speakable->n;

    if (size > room) {
        size = room;
        while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
            size--;
    }
    memcpy(speakable->block + speakable->n, text, size);
    speakable->n += size;
    return size;
}

static void end_block(struct speakable *speakable)
{
    while (speakable->n && is_blank(speakable->block[speakable->n - 1]))
        speakable->n--;
    speakable->complete = speakable->n > 0;
}

/* The code block as a whole is one sentence of ours. */
static void open_fence(struct speakable *speakable, char mark)
{
    speakable->fence = mark;
    if (speakable->code)
        append(speakable, speakable->code, strlen(speakable->code));
    end_block(speakable);
}

/* Cells as a list: "| a | b |" is "a, b". */
static void put_row(struct speakable *speakable, const char *text, size_t size)
{
    size_t begun = 0;

    for (size_t i = 0; i <= size; i++) {
        size_t from = begun, to = i;
        if (i < size && text[i] != '|')
            continue;
        begun = i + 1;
        while (from < to && is_blank(text[from]))
            from++;
        while (to > from && is_blank(text[to - 1]))
            to--;
        if (from == to)
            continue;
        if (speakable->n)
            append(speakable, ", ", 2);
        append(speakable, text + from, to - from);
    }
}

/* Reads the mark of the next line. False: more of it must come first. */
static bool begin_line(struct speakable *speakable)
{
    const char *text = speakable->input + speakable->taken;
    struct line line;

    if (!line_read(text, speakable->size - speakable->taken, speakable->ended, speakable->fence,
                   &line))
        return false;
    if (line.kind != LINE_TEXT && speakable->n) {
        end_block(speakable); /* the line is read again when that is out */
        if (speakable->complete)
            return true;
    }
    speakable->taken += line.mark;
    speakable->in_line = true;
    speakable->skip_line = line.kind == LINE_DROPPED || line.kind == LINE_ROW ||
                           line.kind == LINE_FENCE || line.kind == LINE_CODE;
    speakable->line_ends |= line.kind == LINE_ITEM;
    if (line.kind == LINE_FENCE && speakable->fence)
        speakable->fence = 0;
    else if (line.kind == LINE_FENCE)
        open_fence(speakable, text[line.mark - 1]);
    if (line.kind == LINE_ROW) {
        put_row(speakable, text + line.mark, line.size - line.mark);
        speakable->line_ends = true;
    }
    if (line.number_size) {
        append(speakable, text + line.number, line.number_size);
        append(speakable, ": ", 2);
    }
    return true;
}

static bool last_is_mark(const struct speakable *speakable)
{
    size_t n = speakable->n;

    while (n && one_of(" \"')*_`", speakable->block[n - 1]))
        n--;
    return n && one_of(".!?:", speakable->block[n - 1]);
}

static void end_line(struct speakable *speakable)
{
    speakable->in_line = speakable->skip_line = false;
    if (speakable->line_ends || last_is_mark(speakable))
        end_block(speakable);
    else if (speakable->n)
        append(speakable, " ", 1);
    speakable->line_ends = false;
}

/* Takes a step of the input. False: there is nothing to take. */
static bool advance(struct speakable *speakable)
{
    size_t left = speakable->size - speakable->taken, n;
    const char *text = speakable->input + speakable->taken, *newline;

    if (!left) {
        if (!speakable->ended || !speakable->n)
            return false;
        end_block(speakable);
        return speakable->complete;
    }
    if (!speakable->in_line)
        return begin_line(speakable);
    newline = memchr(text, '\n', left);
    n = newline ? (size_t)(newline - text) : left;
    if (!speakable->skip_line) {
        n = append(speakable, text, n);
        speakable->taken += n;
        if (!newline || text[n] != '\n')
            return n > 0;
    } else {
        speakable->taken += n;
    }
    if (newline) {
        speakable->taken++;
        end_line(speakable);
    }
    return true;
}

/* --- from blocks to chunks -------------------------------------------------------------------- */

/* Where the block can be cut now; 0: nowhere yet. */
static size_t find_cut(const struct speakable *speakable)
{
    size_t n = speakable->n, end = sentence_end(speakable->block, n, speakable->complete);
    bool full = n > sizeof speakable->block - 8;

    if (!end && speakable->complete)
        end = n;
    if (!speakable->spoken && n >= FIRST_LONG && (!end || end > FIRST_LIMIT)) {
        size_t clause =
            clause_end(speakable->block, n < FIRST_LIMIT ? n : FIRST_LIMIT, FIRST_CLAUSE);
        if (clause)
            return clause;
    }
    if (n > LONG && (!end || end > LONG)) {
        size_t clause = clause_end(speakable->block, LONG, CLAUSE);
        if (clause)
            return clause;
    }
    if (!end && full)
        end = forced_end(speakable->block, n, n / 2);
    return end;
}

static void drop(struct speakable *speakable, size_t n)
{
    while (n < speakable->n && is_blank(speakable->block[n]))
        n++;
    speakable->n -= n;
    memmove(speakable->block, speakable->block + n, speakable->n);
    if (!speakable->n)
        speakable->complete = false;
}

/* Headings and items have no mark of their own. */
static size_t add_mark(char *text, size_t n, bool last)
{
    size_t i = n;

    while (i && one_of("\"')]", text[i - 1]))
        i--;
    if (last && i && !one_of(".!?:;,", text[i - 1]) && !((unsigned char)text[i - 1] & 0x80))
        text[n++] = '.';
    return n;
}

bool speakable_next(struct speakable *speakable, const char **ret_text, size_t *ret_size)
{
    do {
        size_t cut;
        while (speakable->n && (cut = find_cut(speakable))) {
            bool last = speakable->complete && cut == speakable->n;
            size_t n = clean_sentence(speakable->block, cut, speakable->chunk);
            drop(speakable, cut);
            if (!n)
                continue;
            speakable->spoken = true;
            *ret_text = speakable->chunk;
            n = add_mark(speakable->chunk, n, last);
            speakable->chunk[n++] = ' '; /* chunks after each other are a text again */
            *ret_size = n;
            return true;
        }
    } while (advance(speakable));
    return false;
}
