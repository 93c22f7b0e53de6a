/* SPDX-License-Identifier: Apache-2.0 */
#include "speakable/line.h"

#include <ctype.h>
#include <string.h>

/* A line that is longer than this and of no clear kind is text. */
enum { MAX_LOOK = 2000 };

struct look {
    const char *text;
    size_t size; /* without the line break */
    bool whole;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static char at(const struct look *look, size_t i)
{
    return i < look->size ? look->text[i] : 0;
}

/* Whether the line may still become something else behind byte i. */
static bool open_at(const struct look *look, size_t i)
{
    return i >= look->size && !look->whole && look->size < MAX_LOOK;
}

static size_t skip_blanks(const struct look *look, size_t i)
{
    while (is_blank(at(look, i)))
        i++;
    return i;
}

/* The end of a run of one character. */
static size_t run(const struct look *look, size_t i, char c)
{
    while (c && at(look, i) == c)
        i++;
    return i;
}

static bool only(const struct look *look, size_t i, const char *set)
{
    for (; i < look->size; i++)
        if (!look->text[i] || !strchr(set, look->text[i]))
            return false;
    return true;
}

static bool read_fenced(const struct look *look, char fence, struct line *line)
{
    size_t i = skip_blanks(look, 0), end = run(look, i, fence);

    if (open_at(look, end))
        return false;
    line->kind = end - i >= 3 ? LINE_FENCE : LINE_CODE;
    line->mark = end;
    return true;
}

/* Rules ("---", "* * *", "==="). 1: one, 0: none, -1: more must come first. */
static int read_rule(const struct look *look, size_t i)
{
    char c = at(look, i);
    const char set[] = {c, ' ', '\t', '\r', 0};

    if (!c || !strchr("-*_=", c) || !only(look, i, set))
        return 0;
    if (!look->whole)
        return look->size < MAX_LOOK ? -1 : 0;
    return look->size - i >= 3 || c == '=' ? 1 : 0;
}

/* "[name]: address" and "[^1]: note". As read_rule(). */
static int read_target(const struct look *look, size_t i)
{
    const char *end = memchr(look->text + i, ']', look->size - i);

    if (!end)
        return open_at(look, look->size) && look->size - i < 80 ? -1 : 0;
    i = (size_t)(end - look->text) + 1;
    return open_at(look, i) ? -1 : at(look, i) == ':';
}

static int read_row(const struct look *look, size_t i, struct line *line)
{
    if (!look->whole && look->size < MAX_LOOK)
        return -1;
    line->kind = only(look, i, "|-: \t\r") ? LINE_DROPPED : LINE_ROW;
    line->mark = i;
    line->size = look->size;
    return 1;
}

/* "- ", "12. ", "### ". Bytes of the mark with its space in *ret_end. As read_rule(). */
static int read_mark(const struct look *look, size_t i, size_t *ret_end, struct line *line)
{
    size_t from = i;

    if (at(look, i) == '#') {
        i = run(look, i, '#');
    } else if (at(look, i) == '-' || at(look, i) == '*' || at(look, i) == '+') {
        i++;
    } else if (look->size - i >= 3 && !memcmp(look->text + i, "•", 3)) {
        i += 3;
    } else if (isdigit((unsigned char)at(look, i))) {
        while (isdigit((unsigned char)at(look, i)) && i - from < 4)
            i++;
        if (open_at(look, i))
            return -1;
        if (at(look, i) != '.' && at(look, i) != ')')
            return 0;
        line->number = from;
        line->number_size = i++ - from;
    } else {
        return 0;
    }
    if (open_at(look, i))
        return -1;
    if (!is_blank(at(look, i)) || (at(look, from) == '#' && i - from > 6)) {
        line->number_size = 0;
        return 0;
    }
    *ret_end = skip_blanks(look, i);
    return 1;
}

/* "[ ] " and "[x] " of a task list. */
static size_t skip_task(const struct look *look, size_t i)
{
    if (at(look, i) == '[' && at(look, i + 1) && strchr(" xX", at(look, i + 1)) &&
        at(look, i + 2) == ']' && is_blank(at(look, i + 3)))
        return skip_blanks(look, i + 3);
    return i;
}

/* Quotes and list marks may stand inside each other. */
static int read_marks(const struct look *look, size_t i, struct line *line)
{
    for (;;) {
        int r;
        i = skip_blanks(look, i);
        if (open_at(look, i))
            return -1;
        if (at(look, i) == '>') {
            i++;
            continue;
        }
        r = read_mark(look, i, &i, line);
        if (r < 0 || (r && (open_at(look, i) || (at(look, i) == '[' && open_at(look, i + 3)))))
            return -1;
        line->mark = r ? skip_task(look, i) : i;
        if (r)
            line->kind = LINE_ITEM;
        return 0;
    }
}

bool line_read(const char *text, size_t size, bool ended, char fence, struct line *ret_line)
{
    const char *newline = memchr(text, '\n', size);
    const struct look look = {text, newline ? (size_t)(newline - text) : size, newline || ended};
    struct line line = {.kind = LINE_TEXT};
    size_t i = skip_blanks(&look, 0);
    int r = 0;

    if (fence) {
        r = read_fenced(&look, fence, &line) ? 1 : -1;
    } else if (i == look.size) {
        r = look.whole ? 1 : -1;
        line.kind = LINE_DROPPED;
    } else if (at(&look, i) == '`' || at(&look, i) == '~') {
        size_t end = run(&look, i, at(&look, i));
        r = end - i >= 3 ? 1 : open_at(&look, end) ? -1 : 0;
        line.kind = r > 0 ? LINE_FENCE : LINE_TEXT;
        line.mark = r > 0 ? end : i;
        r = r ? r : 1;
    } else if (at(&look, i) == '|') {
        r = read_row(&look, i, &line);
    } else if (at(&look, i) == '[') {
        r = read_target(&look, i);
        line.kind = r > 0 ? LINE_DROPPED : LINE_TEXT;
        line.mark = i;
        r = r ? r : 1;
    } else {
        r = read_rule(&look, i);
        line.kind = r > 0 ? LINE_DROPPED : LINE_TEXT;
    }
    if (!r)
        r = read_marks(&look, 0, &line);
    if (r < 0)
        return false;
    *ret_line = line;
    return true;
}
