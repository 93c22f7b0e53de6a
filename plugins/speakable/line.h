/* SPDX-License-Identifier: Apache-2.0 */
/* line.h: what a line of Markdown is, told by how it begins */
#ifndef SPEAKABLE_LINE_H
#define SPEAKABLE_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum line_kind {
    LINE_TEXT,    /* goes on with the sentence of the line before */
    LINE_ITEM,    /* a heading, a list item, a quote: its end ends a sentence */
    LINE_ROW,     /* of a table */
    LINE_FENCE,   /* begins or ends a code block */
    LINE_CODE,    /* inside one */
    LINE_DROPPED, /* empty, a rule, the lines of a table, a link's target */
};

struct line {
    enum line_kind kind;
    size_t mark;                /* bytes that are not text */
    size_t size;                /* up to the line break, for LINE_ROW */
    size_t number, number_size; /* of an ordered item */
};

/*
 * Reads the start of a line, of which `size` bytes are there; `ended`: nothing follows them.
 * `fence` is the mark of the code block around it, or 0. False: more must come first.
 */
bool line_read(const char *text, size_t size, bool ended, char fence, struct line *ret_line);

#endif
