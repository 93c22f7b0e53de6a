/* SPDX-License-Identifier: Apache-2.0 */
#include "text/ssml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "text/ssml-builder.h"

/* Clients send pieces of markup without a root, too: they get one. */
static const char root[] = "<speak>", root_end[] = "</speak>";

struct reader {
    struct ssml_builder builder;
    XML_Parser parser;
    size_t before;     /* bytes that stand before the markup */
    const char *wrong; /* why we stopped it ourselves */
};

void ssml_clear(struct ssml *ssml)
{
    free(ssml->text);
    free(ssml->spans);
    free(ssml->points);
    free(ssml->regions);
    free(ssml->strings);
    *ssml = (struct ssml){0};
}

/* --- places ----------------------------------------------------------------------------------- */

static const struct ssml_span *span_of(const struct ssml *ssml, size_t at, bool *ret_each)
{
    size_t low = 0, high = ssml->n_spans, next;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (ssml->spans[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    next = low + 1 < ssml->n_spans ? ssml->spans[low + 1].at : ssml->n;
    *ret_each = ssml->spans[low].end - ssml->spans[low].start == next - ssml->spans[low].at;
    return &ssml->spans[low];
}

uint32_t ssml_start(const struct ssml *ssml, size_t at)
{
    const struct ssml_span *span;
    bool each;

    if (!ssml->n_spans)
        return 0;
    if (at >= ssml->n)
        return ssml->spans[ssml->n_spans - 1].end;
    span = span_of(ssml, at, &each);
    return each ? span->start + (uint32_t)(at - span->at) : span->start;
}

uint32_t ssml_end(const struct ssml *ssml, size_t end)
{
    const struct ssml_span *span;
    bool each;

    if (!end || !ssml->n_spans)
        return ssml_start(ssml, 0);
    end = end < ssml->n ? end : ssml->n;
    span = span_of(ssml, end - 1, &each);
    return each ? span->start + (uint32_t)(end - span->at) : span->end;
}

/* --- what the parser tells -------------------------------------------------------------------- */

static size_t place(const struct reader *reader)
{
    XML_Index index = XML_GetCurrentByteIndex(reader->parser);

    return index < (XML_Index)reader->before ? 0 : (size_t)index - reader->before;
}

static size_t place_end(const struct reader *reader)
{
    return place(reader) + (size_t)XML_GetCurrentByteCount(reader->parser);
}

static void stop(struct reader *reader, const char *wrong)
{
    reader->wrong = wrong;
    XML_StopParser(reader->parser, XML_FALSE);
}

static void XMLCALL begin_element(void *opaque, const char *name, const char **attributes)
{
    struct reader *reader = opaque;

    if (!ssml_begin_element(&reader->builder, name, (const char *const *)attributes, place(reader),
                            place_end(reader)))
        stop(reader, "too many elements inside each other");
}

static void XMLCALL end_element(void *opaque, const char *name)
{
    struct reader *reader = opaque;

    ssml_end_element(&reader->builder, name, place(reader));
}

static void XMLCALL take_text(void *opaque, const char *text, int n)
{
    struct reader *reader = opaque;

    if (!reader->builder.silent && !reader->builder.replaced)
        ssml_add_text(&reader->builder, text, (size_t)n, place(reader), place_end(reader));
}

static void XMLCALL take_entity(void *opaque, const XML_Char *name, int is_parameter,
                                const XML_Char *value, int n, const XML_Char *base,
                                const XML_Char *system, const XML_Char *public,
                                const XML_Char *notation)
{
    stop(opaque, "entities may not be declared");
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Does the document bring its own root? White space before a declaration is forgiven nowhere. */
static bool has_root(const char *markup, size_t n)
{
    static const char *const heads[] = {"<?xml", "<!DOCTYPE", "<!--", "<speak"};

    while (n && strchr(" \t\r\n", *markup) && *markup)
        markup++, n--;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (n >= strlen(heads[i]) && !memcmp(markup, heads[i], strlen(heads[i])))
            return true;
    return false;
}

static bool parse(struct reader *reader, const char *markup, size_t n)
{
    bool own = has_root(markup, n);
    XML_Parser parser = reader->parser;

    reader->before = own ? 0 : sizeof root - 1;
    if (!own && XML_Parse(parser, root, sizeof root - 1, 0) != XML_STATUS_OK)
        return false;
    if (XML_Parse(parser, markup, (int)n, own) != XML_STATUS_OK)
        return false;
    return own || XML_Parse(parser, root_end, sizeof root_end - 1, 1) == XML_STATUS_OK;
}

static void start_builder(struct reader *reader, struct ssml *ssml)
{
    reader->builder = (struct ssml_builder){.ssml = ssml, .prosody = {{1, 1, 1}}};
}

static void note_wrong(const struct reader *reader, size_t n, struct ssml *ssml)
{
    ssml->wrong = reader->wrong ? reader->wrong : XML_ErrorString(XML_GetErrorCode(reader->parser));
    ssml->wrong_at = place(reader) < n ? place(reader) : n; /* the root's end is not of it */
}

int ssml_read(const char *markup, size_t n, struct ssml *ret_ssml)
{
    struct reader reader = {.parser = NULL};
    struct ssml ssml = {0};

    if (n > TEXT_MAX_SIZE)
        return -EMSGSIZE;
    /* What is fed is known to be UTF-8, whatever the document declares. */
    reader.parser = XML_ParserCreate("UTF-8");
    if (!reader.parser)
        return -ENOMEM;
    start_builder(&reader, &ssml);
    XML_SetUserData(reader.parser, &reader);
    XML_SetElementHandler(reader.parser, begin_element, end_element);
    XML_SetCharacterDataHandler(reader.parser, take_text);
    XML_SetEntityDeclHandler(reader.parser, take_entity);
    if (!parse(&reader, markup, n) && XML_GetErrorCode(reader.parser) != XML_ERROR_NO_MEMORY) {
        ssml_clear(&ssml);
        start_builder(&reader, &ssml);
        ssml_read_loosely(&reader.builder, markup, n);
        note_wrong(&reader, n, &ssml);
    } else if (XML_GetErrorCode(reader.parser) == XML_ERROR_NO_MEMORY) {
        reader.builder.failed = true;
    }
    XML_ParserFree(reader.parser);
    if (reader.builder.failed) {
        ssml_clear(&ssml);
        return -ENOMEM;
    }
    *ret_ssml = ssml;
    return 0;
}
