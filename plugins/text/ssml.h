/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssml.h: Speech Synthesis Markup Language 1.1 as plain text
 *
 * ssml_read() turns a document into the text to be spoken, and what the markup says about it: where
 * each byte of the text comes from (spans), what happens between two bytes (points), and which
 * parts are to be read in a way of their own (regions). White space is made plain spaces. Elements
 * that are not known are passed over and their text is spoken.
 *
 * Known are speak, p, s, break, mark, sub, say-as, phoneme, prosody, emphasis; of audio, voice,
 * lang, w and token the text. metadata and desc are dropped. A document that is not well-formed, or
 * declares entities, or is deeper than SSML_MAX_DEPTH, is read loosely: tags are dropped but for
 * marks, breaks and the ends of sentences.
 */
#ifndef TEXT_SSML_H
#define TEXT_SSML_H

#include <stdbool.h>

#include <sori/types.h>

/* Bytes of the text that come from the markup: one by one, or, of another length, as a whole. */
struct ssml_span {
    uint32_t at;         /* in the text; the span ends where the next one begins */
    uint32_t start, end; /* in the markup */
};

enum ssml_point_type {
    SSML_MARK,     /* name is set */
    SSML_BREAK,    /* silence of pause_ms; what is said ends here */
    SSML_BOUNDARY, /* a sentence or paragraph ends here */
    SSML_PROSODY,  /* prosody holds from here on */
};

struct ssml_point {
    enum ssml_point_type type;
    uint32_t at;    /* the byte of the text before which it lies */
    uint32_t start; /* in the markup */
    uint32_t pause_ms;
    size_t name; /* in strings */
    struct sori_prosody prosody;
};

enum ssml_reading {
    SSML_CHARACTERS, /* say-as characters, spell-out, letters, digits */
    SSML_CARDINAL,
    SSML_ORDINAL,
    SSML_DATE,
    SSML_TIME,
    SSML_TELEPHONE,
    SSML_CURRENCY,
    SSML_PHONEME, /* detail is in the International Phonetic Alphabet */
};

struct ssml_region {
    enum ssml_reading reading;
    uint32_t start, end; /* in the text */
    size_t detail;       /* in strings: the format of say-as, the sounds of phoneme; may be "" */
};

/* All arrays are ordered by their places. */
struct ssml {
    char *text;
    size_t n;
    struct ssml_span *spans;
    struct ssml_point *points;
    struct ssml_region *regions;
    char *strings; /* each ended by 0 */
    size_t n_spans, n_points, n_regions, n_strings;
    const char *wrong; /* why the document is not well-formed, or NULL */
    size_t wrong_at;   /* byte of the markup */
};

/* n bytes of UTF-8. 0, -EMSGSIZE (more than TEXT_MAX_SIZE) or -ENOMEM. */
int ssml_read(const char *markup, size_t n, struct ssml *ret_ssml);
void ssml_clear(struct ssml *ssml);

/* What is at..end of the text stands at ssml_start(at)..ssml_end(end) of the markup. */
uint32_t ssml_start(const struct ssml *ssml, size_t at);
uint32_t ssml_end(const struct ssml *ssml, size_t end);

#endif
