/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h: one request on its way through the analyser
 *
 * feed() checks the bytes and keeps them; drain() cuts one sentence off and gives it out as one
 * block, with SORI_BLOCK_UTTERANCE_END. What is kept is at most one piece and the beginning of one
 * sentence, or one document of SSML (base/limits.h). drain() allocates only when a sentence says
 * more than any before it.
 */
#ifndef ENGLISH_STREAM_H
#define ENGLISH_STREAM_H

#include <stdatomic.h>

#include <sori/stage.h>

#include "base/utf8.h"
#include "english/items.h"
#include "english/lexicon.h"
#include "english/normalise.h"
#include "english/unknown.h"

/* What is given out. */
enum english_output {
    ENGLISH_PHONEMES, /* in the voice's alphabet */
    ENGLISH_IPA,      /* in that of the International Phonetic Association, to be read by people */
    ENGLISH_WORDS,    /* as text, likewise */
};

struct english_stream {
    const struct sori_host *host;
    const struct lexicon *lexicon;
    enum english_output output;
    bool markup; /* the text is SSML: it is kept whole until its end */
    struct manner manner;
    atomic_bool cancelled;

    struct buffer text; /* not yet spoken, from `at` on */
    size_t at;
    uint64_t offset;  /* of text.data[0] in the request */
    struct utf8 utf8; /* state after the text */
    bool ended;

    struct ssml ssml;
    size_t point; /* of ssml.points: the next one to give out */

    struct unknown unknown;
    struct items items; /* the sentence being given out */
    struct buffer data, events;
    uint64_t position;
};

int english_stream_new(const struct sori_host *host, const struct lexicon *lexicon,
                       enum english_output output, const struct sori_stream_params *params,
                       struct english_stream **ret_stream);
/* NULL is fine. Returns NULL. */
struct english_stream *english_stream_free(struct english_stream *stream);

/* As in struct sori_stage. */
int english_stream_feed(struct english_stream *stream, const struct sori_block *block);
int english_stream_drain(struct english_stream *stream, struct sori_block *ret_block);

#endif
