/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document that is not well-formed: its tags are dropped. Marks, breaks and the ends of sentences
 * keep their meaning, so that a screen reader which follows them, or the rest of a document that
 * is spoken again after a fault, gets what it needs. One pass over the bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "text/ssml-builder.h"

enum { NAME_MAX_SIZE = 16, VALUE_MAX_SIZE = 256 };

/* --- entities --------------------------------------------------------------------------------- */

static size_t encode(uint32_t code, char *ret_bytes)
{
    if (code < 0x80) {
        ret_bytes[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        ret_bytes[0] = (char)(0xc0 | code >> 6);
        ret_bytes[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        ret_bytes[0] = (char)(0xe0 | code >> 12);
        ret_bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
        ret_bytes[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    ret_bytes[0] = (char)(0xf0 | code >> 18);
    ret_bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
    ret_bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
    ret_bytes[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* "&#65;" and "&#x41;" from behind the "#"; 0: none. */
static uint32_t numeric(const char *text, size_t n)
{
    bool hex = n && *text == 'x';
    uint32_t code = 0;

    for (size_t i = hex; i < n; i++) {
        unsigned char c = (unsigned char)text[i] | 0x20;
        unsigned digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10u : 99;
        if (digit >= (hex ? 16u : 10u) || code > 0x10ffff)
            return 0;
        code = code * (hex ? 16 : 10) + digit;
    }
    return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : code;
}

/* Length of the entity at `text`, 0: it is none. */
static size_t entity(const char *text, size_t n, char *ret_bytes, size_t *ret_n)
{
    static const struct {
        const char *name;
        uint32_t code;
    } known[] = {{"lt", '<'},   {"gt", '>'},    {"amp", '&'},
                 {"quot", '"'}, {"apos", '\''}, {"nbsp", 0xa0}};
    const char *end = memchr(text, ';', n < 12 ? n : 12);
    size_t size = end ? (size_t)(end - text) - 1 : 0;
    uint32_t code = 0;

    if (!size)
        return 0;
    if (text[1] == '#')
        code = numeric(text + 2, size - 1);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == size && !memcmp(text + 1, known[i].name, size))
            code = known[i].code;
    if (!code)
        return 0;
    *ret_n = encode(code, ret_bytes);
    return size + 2;
}

/* --- tags ------------------------------------------------------------------------------------- */

static bool begins_tag(const char *text, size_t n)
{
    char next = n > 1 ? text[1] : ' ';

    return (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '/' ||
           next == '!' || next == '?';
}

/* The value of an attribute, "" if there is none or it is too long. */
static void value_of(const char *tag, size_t n, const char *name, char ret_value[VALUE_MAX_SIZE])
{
    const char *at = memmem(tag, n, name, strlen(name)), *end = NULL;
    size_t size;

    *ret_value = 0;
    if (!at || at == tag || !strchr(" \t\r\n", at[-1]))
        return;
    at += strlen(name);
    if (at < tag + n && (*at == '"' || *at == '\''))
        end = memchr(at + 1, *at, (size_t)(tag + n - at) - 1);
    size = end ? (size_t)(end - at) - 1 : VALUE_MAX_SIZE;
    if (size >= VALUE_MAX_SIZE)
        return;
    memcpy(ret_value, at + 1, size);
    ret_value[size] = 0;
}

static void take_tag(struct ssml_builder *builder, const char *tag, size_t n, size_t at)
{
    size_t first = 1 + (n > 1 && tag[1] == '/'), size = 0;
    char name[NAME_MAX_SIZE] = "", mark[VALUE_MAX_SIZE], time[VALUE_MAX_SIZE],
         strength[VALUE_MAX_SIZE];
    const char *attributes[7] = {0};
    size_t used = 0;

    while (first + size < n && size < sizeof name - 1 && !strchr(" \t\r\n/>", tag[first + size])) {
        name[size] = tag[first + size];
        size++;
    }
    if (!strcmp(name, "mark") || !strcmp(name, "break")) {
        value_of(tag, n, "name=", mark);
        value_of(tag, n, "time=", time);
        value_of(tag, n, "strength=", strength);
        if (*mark)
            attributes[used++] = "name", attributes[used++] = mark;
        if (*time)
            attributes[used++] = "time", attributes[used++] = time;
        if (*strength)
            attributes[used++] = "strength", attributes[used++] = strength;
    } else if (strcmp(name, "p") && strcmp(name, "s")) {
        return;
    }
    if (first == 1 || *name == 'p' || *name == 's') {
        ssml_begin_element(builder, name, attributes, at, at + n);
        ssml_end_element(builder, name, at);
    }
}

/* Bytes up to the next one that may begin a tag or an entity. */
static size_t plain(const char *text, size_t n)
{
    size_t length = 1;

    while (length < n && text[length] != '<' && text[length] != '&')
        length++;
    return length;
}

void ssml_read_loosely(struct ssml_builder *builder, const char *markup, size_t n)
{
    const char *close = memrchr(markup, '>', n);

    for (size_t at = 0, length; at < n; at += length) {
        const char *text = markup + at, *end;
        char bytes[4];
        size_t size = 0;

        length = *text == '&' ? entity(text, n - at, bytes, &size) : 0;
        if (length) {
            ssml_add_text(builder, bytes, size, at, at + length);
        } else if (*text == '<' && close && text < close && begins_tag(text, n - at)) {
            end = memchr(text, '>', n - at);
            length = (size_t)(end - text) + 1;
            take_tag(builder, text, length, at);
        } else {
            length = plain(text, n - at);
            ssml_add_text(builder, text, length, at, at + length);
        }
    }
}
