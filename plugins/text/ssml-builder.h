/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssml-builder.h: what both readers of SSML, the strict and the loose one, write into
 *
 * Out of memory is noted once (`failed`); from then on nothing is added.
 */
#ifndef TEXT_SSML_BUILDER_H
#define TEXT_SSML_BUILDER_H

#include "base/limits.h"
#include "text/ssml.h"

struct ssml_builder {
    struct ssml *ssml;
    size_t text_capacity, spans_capacity, points_capacity, regions_capacity, strings_capacity;
    bool failed;

    unsigned depth;
    unsigned silent;   /* depth of an element whose text is dropped, 0: none */
    unsigned replaced; /* depth of a <sub>, 0: none; its text is that of its alias */
    unsigned read;     /* depth of a <say-as> or <phoneme>, 0: none */
    size_t alias;      /* in strings */
    size_t content;    /* byte of the markup where the text of <sub> begins */
    struct sori_prosody prosody[SSML_MAX_DEPTH + 1]; /* [depth] holds inside of it */
};

/* Text that stands at start..end of the markup. */
void ssml_add_text(struct ssml_builder *builder, const char *text, size_t n, size_t start,
                   size_t end);
void ssml_add_point(struct ssml_builder *builder, struct ssml_point point, size_t start);
/* The region is open until ssml_end_region(). */
void ssml_begin_region(struct ssml_builder *builder, enum ssml_reading reading, size_t detail);
void ssml_end_region(struct ssml_builder *builder);
/* Copies a string; its place in `strings`. */
size_t ssml_add_string(struct ssml_builder *builder, const char *string);

/* --- ssml-element.c --------------------------------------------------------------------------- */

/*
 * An element begins or ends; `attributes` are names and values in turn, then NULL. The tag stands
 * at start..end of the markup. False: too deep.
 */
bool ssml_begin_element(struct ssml_builder *builder, const char *name,
                        const char *const *attributes, size_t start, size_t end);
void ssml_end_element(struct ssml_builder *builder, const char *name, size_t start);

/* --- ssml-value.c: values of attributes ------------------------------------------------------- */

/* Length of a <break>: `time` ("300ms", "1.5s") if it can be read, else by `strength`. NULL: none.
 */
uint32_t ssml_pause(const char *time, const char *strength);
/* Changes `prosody` by one attribute: rate, pitch or volume; by what cannot be read, not at all. */
void ssml_prosody(struct sori_prosody *prosody, const char *name, const char *value);
void ssml_emphasis(struct sori_prosody *prosody, const char *level);

/* --- ssml-loose.c ----------------------------------------------------------------------------- */

void ssml_read_loosely(struct ssml_builder *builder, const char *markup, size_t n);

#endif
