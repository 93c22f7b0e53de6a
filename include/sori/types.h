/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types.h: what travels between stages
 *
 * A request runs through a chain of stages: text, phonemes, mel frames, samples. Each step hands
 * the next one *blocks*: a short array of one medium, with the events that fall into it.
 *
 * Units. Text is counted in bytes of UTF-8, phonemes in symbols, mel spectrograms in frames,
 * samples in samples. Text offsets always refer to the text of the request, whatever was rewritten
 * since (numbers to words, SSML to text), so that a caller can highlight what is being said.
 *
 * Ownership. The arrays of a block belong to the stage that filled it in and stay valid until the
 * next call of feed, drain or end on that stream. Whoever needs them longer copies them.
 *
 * Compatibility. Structures that may grow begin with their size; a reader takes fields beyond the
 * writer's size as zero. Enumerators are never renumbered.
 */
#ifndef SORI_TYPES_H
#define SORI_TYPES_H

#include <stddef.h>
#include <stdint.h>

/* What the items of a block are. */
enum sori_media {
    SORI_MEDIA_NONE = 0,
    SORI_MEDIA_TEXT = 1,     /* data: const char[count], UTF-8, not terminated */
    SORI_MEDIA_PHONEMES = 2, /* data: const struct sori_phoneme[count] */
    SORI_MEDIA_MEL = 3,      /* data: const float[count][channels]; ln(max(m, 1e-5)), m the
                              * magnitude of a band (Slaney's mel scale and norm, as librosa has
                              * it) of the transform of samples in -1..1, unscaled */
    SORI_MEDIA_SAMPLES = 4,  /* data: const float[count], mono, full scale is -1..1 */
};

/*
 * One phoneme symbol. The alphabet is that of the voice: IPA-like, one Unicode code point a symbol,
 * with stress marks, word spaces and punctuation as symbols of their own. An acoustic model skips
 * symbols that it was not trained on.
 */
struct sori_phoneme {
    uint32_t symbol;     /* Unicode code point */
    uint32_t text_start; /* first byte of the source word in the text of the request */
    uint32_t text_end;   /* one past its last byte */
};

enum sori_event_type {
    SORI_EVENT_SENTENCE = 1, /* a sentence begins */
    SORI_EVENT_WORD = 2,     /* a word begins */
    SORI_EVENT_MARK = 3,     /* an SSML mark lies here; name is set */
    SORI_EVENT_PHONEME = 4,  /* a phoneme begins; symbol is set */
    SORI_EVENT_PAUSE = 5,    /* silence of `pause_ms` is wanted here: at the end of a block with
                              * SORI_BLOCK_UTTERANCE_END; the host puts the silence in */
    SORI_EVENT_PROSODY = 6,  /* `prosody` holds from here on, until the next one */
};

/*
 * Factors on what the request asked for: 1 is unchanged. Ranges as in struct sori_stream_params.
 * What a stage has done itself it takes out of the event: those behind it do the rest.
 */
struct sori_prosody {
    float rate, pitch, volume;
};

/*
 * Something that happens at a position of the stream. `position` counts the items of the block's
 * medium from the start of the stream (not of the block); each stage translates it from the items
 * that it was fed to those that it gives out. Positions never decrease.
 */
struct sori_event {
    uint32_t type; /* enum sori_event_type */
    uint32_t symbol;
    uint32_t text_start; /* bytes in the text of the request */
    uint32_t text_end;
    uint64_t position;
    const char *name; /* SORI_EVENT_MARK: the mark's name, valid as long as the block; else NULL */
    uint32_t pause_ms;           /* SORI_EVENT_PAUSE; else 0 */
    struct sori_prosody prosody; /* SORI_EVENT_PROSODY; else 0 */
};

/*
 * Set on the last block of a sentence: the stages behind flush their look-ahead, give out what they
 * hold and begin the next block with fresh state. A block may be empty and carry only this flag.
 */
#define SORI_BLOCK_UTTERANCE_END 1u

struct sori_block {
    uint32_t media; /* enum sori_media */
    uint32_t flags; /* SORI_BLOCK_* */
    const void *data;
    size_t count; /* items, see enum sori_media */
    const struct sori_event *events;
    size_t n_events;
};

/*
 * The format of a stream. Two stages fit together when the media are equal and no field that both
 * set (are not zero) differs.
 */
struct sori_format {
    uint32_t media;       /* enum sori_media */
    uint32_t sample_rate; /* Hz; for mel frames that of the samples they describe */
    uint32_t channels;    /* samples: 1; mel frames: number of mel bands; else 0 */
    uint32_t hop_length;  /* mel frames: samples a frame; else 0 */
    uint32_t n_fft;       /* mel frames: window and transform length in samples; else 0 */
    float f_min, f_max;   /* mel frames: edges of the filter bank in Hz (Slaney scale and norm) */
};

/* One `key=value` of a stage in a voice manifest or on the command line. */
struct sori_setting {
    const char *key;
    const char *value;
};

/* Read-only bytes, owned by whoever gave them out. */
struct sori_span {
    const unsigned char *data;
    size_t size;
};

#endif
