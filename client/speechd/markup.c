/* SPDX-License-Identifier: Apache-2.0 */
#include "client/speechd/markup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

void markup_clear(struct markup *markup)
{
    while (markup->n_marks)
        free(markup->marks[--markup->n_marks].name);
    free(markup->marks);
    free(markup->text);
    *markup = (struct markup){0};
}

/* --- entities --------------------------------------------------------------------------------- */

/* The code point of "&NAME;" at `text`, and its length; 0: it is no entity. */
static utf8proc_int32_t entity(const char *text, size_t size, size_t *ret_length)
{
    static const struct {
        const char *name;
        utf8proc_int32_t code;
    } known[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    const char *end = memchr(text, ';', size < 12 ? size : 12);
    char digits[12] = "", *stop;
    long code;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].name);
        if (size >= length && !memcmp(text, known[i].name, length)) {
            *ret_length = length;
            return known[i].code;
        }
    }
    if (!end || end < text + 3 || text[1] != '#')
        return 0;
    memcpy(digits, text + 2, (size_t)(end - text) - 2);
    code = digits[0] == 'x' ? strtol(digits + 1, &stop, 16) : strtol(digits, &stop, 10);
    *ret_length = (size_t)(end - text) + 1;
    return *stop || code <= 0 || !utf8proc_codepoint_valid((utf8proc_int32_t)code)
               ? 0
               : (utf8proc_int32_t)code;
}

/* --- elements --------------------------------------------------------------------------------- */

/* Whether a bracket begins markup and not, say, "a < b". */
static bool begins_tag(const char *text, size_t size)
{
    char next = size > 1 ? text[1] : ' ';

    return (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '/' ||
           next == '!' || next == '?';
}

/* The name of `<mark name="..."/>`, the caller's; NULL: another element. */
static char *mark_name(const char *tag, size_t size)
{
    const char *name, *end;
    char quote;

    if (size < 6 || memcmp(tag, "<mark", 5) != 0)
        return NULL;
    name = memmem(tag, size, "name=", 5);
    if (!name || name + 6 >= tag + size)
        return NULL;
    quote = name[5];
    end = quote == '"' || quote == '\'' ? memchr(name + 6, quote, (size_t)(tag + size - name - 6))
                                        : NULL;
    return end ? strndup(name + 6, (size_t)(end - name - 6)) : NULL;
}

static int add_mark(struct markup *markup, char *name)
{
    struct markup_mark *grown = markup->marks;

    /* Doubles at each power of two. */
    if (!(markup->n_marks & (markup->n_marks - 1)))
        grown = realloc(markup->marks, 2 * (markup->n_marks + 1) * sizeof *grown);
    if (!grown) {
        free(name);
        return -ENOMEM;
    }
    markup->marks = grown;
    markup->marks[markup->n_marks++] = (struct markup_mark){name, markup->size};
    return 0;
}

/* Elements that part what stands on both sides of them. */
static bool parts_text(const char *tag, size_t size)
{
    static const char *const names[] = {"<p", "</p", "<s", "</s", "<break"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i]);
        if (size > n && !memcmp(tag, names[i], n) && strchr(" />", tag[n]))
            return true;
    }
    return false;
}

static int take_tag(struct markup *markup, const char *tag, size_t size)
{
    char *name = mark_name(tag, size);

    if (name)
        return add_mark(markup, name);
    if (parts_text(tag, size))
        markup->text[markup->size++] = '\n';
    return 0;
}

/* One element, entity or byte at `text`. Returns the bytes used, or -ENOMEM. */
static ssize_t take(struct markup *markup, const char *text, size_t size)
{
    const char *end = *text == '<' && begins_tag(text, size) ? memchr(text, '>', size) : NULL;
    size_t length = 1;

    if (end) {
        int r = take_tag(markup, text, (size_t)(end - text) + 1);
        return r < 0 ? r : end + 1 - text;
    }
    if (*text == '&') {
        utf8proc_int32_t code = entity(text, size, &length);
        if (code) {
            char *at = markup->text + markup->size;
            markup->size += (size_t)utf8proc_encode_char(code, (utf8proc_uint8_t *)at);
            return (ssize_t)length;
        }
    }
    markup->text[markup->size++] = *text;
    return 1;
}

int markup_read(const char *ssml, size_t size, struct markup *ret_markup)
{
    struct markup markup = {.text = malloc(size + 1)}; /* nothing grows */

    if (!markup.text)
        return -ENOMEM;
    for (size_t at = 0; at < size;) {
        ssize_t used = take(&markup, ssml + at, size - at);
        if (used < 0) {
            markup_clear(&markup);
            return (int)used;
        }
        at += (size_t)used;
    }
    *ret_markup = markup;
    return 0;
}
