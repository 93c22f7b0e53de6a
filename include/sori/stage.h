/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage.h: one box of the chain
 *
 *     prompt -> text generator -> text -> analyser -> phonemes -> acoustic model -> mel
 *            -> vocoder -> samples -> effect -> samples -> sink
 *
 * Model and stream. load() reads weights once and gives a *model*, which is read-only afterwards
 * and may serve any number of streams. begin() opens a *stream* on it: the state of one request.
 * All memory that a stream needs for its inner step is allocated in begin(), or in feed() while the
 * request is longer than all before it. drain() allocates nothing, but in a stage that makes text
 * or phonemes of text: how much becomes of a sentence is not known before.
 *
 * Streaming. Whoever runs the chain calls
 *
 *     begin, then repeatedly: drain until it returns SORI_MORE, feed one block; at the end of the
 *     input feed(stream, NULL), then drain until it returns SORI_DONE; end
 *
 * and drain() gives out small blocks (at most about 50 ms of sound) as soon as they can be
 * computed, so that a vocoder sounds while the acoustic model still decodes and a text generator
 * still writes. feed() is called only after drain() has returned SORI_MORE: a stage never holds
 * more than one block of input. A sink has no output: its feed() waits until the block fits into
 * its buffer, and its drain() returns SORI_MORE until the end was fed, then waits until all has
 * sounded.
 *
 * Threads. Calls on one model or one stream come one at a time, but not always from the same
 * thread. Streams of one model may run at the same time. cancel() alone may come from any thread
 * while another call is under way: that call, and all later ones but end(), return -ECANCELED
 * within a few milliseconds.
 *
 * Errors. Functions return 0, a positive SORI_* value named there, or a negative errno value whose
 * message was noted with host->error. Outputs are untouched on failure. After a failed feed() or
 * drain() only cancel() and end() are called.
 *
 * Missing slots. A slot may be NULL where it says so; the host calls none past `size`.
 */
#ifndef SORI_STAGE_H
#define SORI_STAGE_H

#include <sori/host.h>
#include <sori/types.h>

enum sori_stage_kind {
    SORI_STAGE_GENERATOR = 1,   /* text (a prompt) to text */
    SORI_STAGE_ANALYSER = 2,    /* text to phonemes */
    SORI_STAGE_ACOUSTIC = 3,    /* phonemes to mel frames */
    SORI_STAGE_VOCODER = 4,     /* mel frames to samples */
    SORI_STAGE_SYNTHESISER = 5, /* text to samples, in one piece */
    SORI_STAGE_EFFECT = 6,      /* samples to samples */
    SORI_STAGE_SINK = 7,        /* samples to a file or device */
};

/* Positive results of drain(). */
#define SORI_MORE 1 /* nothing to give out before the next feed() */
#define SORI_DONE 2 /* nothing will ever come: the end was fed and everything was given out */

/* What the text of a request is written in. */
enum sori_text_format {
    SORI_TEXT_PLAIN = 0,
    SORI_TEXT_SSML = 1, /* Speech Synthesis Markup Language 1.1; offsets are those in the markup */
};

/* What the text of a request is. */
enum sori_reading {
    SORI_READ_TEXT = 0,      /* prose */
    SORI_READ_SPELLING = 1,  /* prose, to be spelled character by character */
    SORI_READ_CHARACTER = 2, /* one character, to be named: "a", "left bracket" */
    SORI_READ_KEY = 3,       /* a key of the keyboard, in speech-dispatcher's names: "control_a" */
};

/* Which punctuation is spoken by name. */
enum sori_punctuation {
    SORI_PUNCTUATION_NATURAL = 0, /* what a person would say aloud */
    SORI_PUNCTUATION_NONE = 1,
    SORI_PUNCTUATION_SOME = 2,
    SORI_PUNCTUATION_MOST = 3,
    SORI_PUNCTUATION_ALL = 4,
};

/* How upper-case letters are told from others. */
enum sori_capitals {
    SORI_CAPITALS_NONE = 0,
    SORI_CAPITALS_SPELLED = 1, /* "capital a" */
    SORI_CAPITALS_ICON = 2,    /* a mark "capital" before the letter or word; the host sounds */
};

/* How a request wants to be spoken; neutral values in brackets. */
struct sori_stream_params {
    uint32_t size;            /* sizeof(struct sori_stream_params) */
    uint32_t reserved;        /* 0 */
    struct sori_format input; /* what feed() will bring */
    double rate;              /* speaking rate, 0.1..10 [1]; divides the durations */
    double pitch;             /* 0.5..2 [1]; the fundamental frequency is multiplied by it */
    double volume;            /* 0..4 [1]; samples are multiplied by it */
    uint64_t seed;            /* of every random choice; equal seeds give equal output */
    uint32_t text_format;     /* enum sori_text_format [0]; for the stage that reads the text */
    uint32_t reading;         /* enum sori_reading [0] */
    uint32_t punctuation;     /* enum sori_punctuation [0] */
    uint32_t capitals;        /* enum sori_capitals [0] */

    /* --- Appended members. A stage checks SORI_PARAMS_HAS first. --- */

    double temperature;     /* of a text generator, 0..2; counts only beside max_tokens */
    uint32_t max_tokens;    /* of an answer; 0: this and the temperature as its settings say */
    uint32_t also_reserved; /* 0 */
};

/* Whether the caller knows of a member. */
#define SORI_PARAMS_HAS(params, member)                                                            \
    ((params)->size >= offsetof(struct sori_stream_params, member) + sizeof((params)->member))

/* What a loaded model is. Strings belong to the model and live until unload(). */
struct sori_stage_info {
    struct sori_format input;  /* media is set; other fields 0 where anything goes */
    struct sori_format output; /* media SORI_MEDIA_NONE for a sink */
    uint64_t parameters;       /* number of weights, 0 if none */
    const char *language;      /* BCP 47, or NULL */
};

struct sori_stage {
    uint32_t version; /* SORI_ABI_VERSION, plugin.h */
    uint32_t size;    /* sizeof(struct sori_stage) of the plugin */
    uint32_t kind;    /* enum sori_stage_kind */
    uint32_t reserved;
    const char *name;    /* as in voice manifests and file names: "tacotron" for tacotron.so */
    const char *summary; /* one line */
    const char *licence; /* SPDX expression of the code */

    /*
     * Loads what the settings name (`model=FILE`, found with host->map) and gives a model.
     * `settings` lie in memory of the caller and end with the call. `host` outlives the model.
     * -EINVAL: unknown key or bad value, -EBADMSG: a damaged file, -ENOTSUP: a file of another
     * kind, -ENOMEM, errors of host->map.
     */
    int (*load)(const struct sori_host *host, const struct sori_setting *settings,
                size_t n_settings, void **ret_model);

    /* Frees a model after the last of its streams has ended. NULL is fine. */
    void (*unload)(void *model);

    /* Says what a model takes and gives: the same each time. Returns 0. */
    int (*describe)(const void *model, struct sori_stage_info *ret_info);

    /*
     * Opens a stream. `params` end with the call. -EINVAL: a parameter out of range or an input
     * format that the model does not take, -ENOMEM; sinks: the errors of opening the device or
     * file.
     */
    int (*begin)(void *model, const struct sori_stream_params *params, void **ret_stream);

    /*
     * Gives the stream its next block of input, or NULL at the end of the input. The block is the
     * caller's and may change after the next drain(). -EILSEQ: text that is not UTF-8 (the message
     * has the byte offset), -ECANCELED, -ENOMEM; sinks: errors of writing.
     */
    int (*feed)(void *stream, const struct sori_block *block);

    /*
     * Computes the next block of output: 0, SORI_MORE or SORI_DONE. *ret_block is set with 0 alone
     * and valid until the next call (types.h). -ECANCELED; -ENOMEM where text is made; sinks:
     * errors of writing.
     */
    int (*drain)(void *stream, struct sori_block *ret_block);

    /* Makes the calls under way and all later ones fail with -ECANCELED. Any thread; or NULL. */
    void (*cancel)(void *stream);

    /* Frees a stream, whatever its state; a sink fades out or closes its file. NULL is fine. */
    void (*end)(void *stream);

    /*
     * --- Appended members. A caller checks SORI_STAGE_HAS first. ---
     *
     * Sinks that play in real time: both from any thread, between begin() and end(), while another
     * call is under way.
     */

    /*
     * paused != 0: falls silent with a short fade and keeps what has not sounded; feed() waits once
     * the buffer is full, and so does the drain() at the end. 0: goes on where it stopped.
     * Returns 0.
     */
    int (*pause)(void *stream, int paused);

    /*
     * How many of the samples that were fed have left the loudspeaker, as far as the device tells;
     * it never decreases. An event has happened when its position is below that; who waits for it
     * sleeps for the samples that are missing at the stream's rate, and asks again. Returns 0.
     */
    int (*position)(void *stream, uint64_t *ret_position);
};

/* The least that a stage of version 1 has: all that came before the appended members. */
#define SORI_STAGE_MIN_SIZE (offsetof(struct sori_stage, end) + sizeof(void (*)(void)))

/* Whether a stage is long enough for a member, and fills it. */
#define SORI_STAGE_HAS(stage, member)                                                              \
    ((stage)->size >= offsetof(struct sori_stage, member) + sizeof((stage)->member) &&             \
     (stage)->member)

#endif
