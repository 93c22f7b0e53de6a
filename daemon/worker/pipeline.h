/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.h: a voice's chain of stages, ready to speak
 *
 *     source of text -> analyser -> acoustic model -> vocoder -> [effect] -> delivery
 *
 * pipeline_open() loads the stages of a voice once. pipeline_run() then speaks one text at a time:
 * it pulls from the last stage, which asks the one before when it needs more, so that sound comes
 * out while most of the text has not been read yet and nothing piles up anywhere.
 *
 * Threads: one call at a time; pipeline_cancel() from any thread, at any time between open and
 * close. Errors: negative errno values with a line in fail_message() that names the stage.
 */
#ifndef WORKER_PIPELINE_H
#define WORKER_PIPELINE_H

#include <stdbool.h>

#include <sori/stage.h>

#include "worker/voice.h"

struct pipeline;

/* What is spoken and how. The callbacks run on the caller's thread. */
struct speech {
    double rate, pitch, volume; /* 1 is neutral; limits in base/limits.h */
    uint64_t seed;
    uint32_t text_format, reading, punctuation, capitals; /* as in struct sori_stream_params */
    double temperature;  /* of a language model, like ... */
    uint32_t max_tokens; /* ... this; 0: both as its settings say */

    /*
     * The next piece of text: sets *ret_data and *ret_size (the memory stays valid until the next
     * call) and returns 1, or 0 at the end, or a negative errno value with fail_message().
     */
    int (*read)(void *opaque, const char **ret_data, size_t *ret_size);

    /*
     * Takes a block of the last stage, after volume and pauses: samples with their events, or
     * whatever a chain without vocoder gives. 0, or a negative errno value with fail_message() to
     * stop.
     */
    int (*write)(void *opaque, const struct sori_block *block);
    void *opaque;

    /*
     * NULL, or taken instead of `read`: text with events and flags, such as the marks that tell a
     * language model who speaks. As `read`: 1, 0, or a negative errno value.
     */
    int (*read_block)(void *opaque, struct sori_block *ret_block);

    /*
     * NULL, or: sees each block that stage 0, 1, ... before a voice gives (pipeline_open_behind()):
     * the first is what a language model writes, the last what the voice reads. As `read`, it runs
     * on a thread of the pipeline there.
     */
    int (*written)(void *opaque, size_t stage, const struct sori_block *block);
};

/*
 * Loads all stages of the voice. `role_limit`, if not NULL, names the last stage to load
 * ("analyser" gives a pipeline from text to phonemes). Errors of plugin_open() and of the stages'
 * load(); -EINVAL: stages that do not fit together.
 */
int pipeline_open(const struct voice *voice, const char *role_limit, unsigned threads,
                  struct pipeline **ret_pipeline);
/*
 * The same behind other stages, from text to text: a language model, or what makes text fit to be
 * spoken. They run on a thread of their own, so that they work while the voice sounds. `voice` may
 * be NULL: then their text is what comes out.
 */
int pipeline_open_behind(const struct stage_spec *front, size_t n_front, const struct voice *voice,
                         const char *role_limit, unsigned threads, struct pipeline **ret_pipeline);
/* Loads now what a request may need later, so that no file is opened any more: the effect. A voice
 * does without when it is not there; requests that want another pitch fail then. */
void pipeline_prepare(struct pipeline *pipeline);
/*
 * A second pipeline on the same models: both may run at the same time. It has the effect only if
 * that was loaded before. Any thread, while pipeline_close() is not called on the first. 0,
 * -ENOMEM.
 */
int pipeline_share(struct pipeline *pipeline, struct pipeline **ret_pipeline);
/* NULL is fine. Returns NULL. */
struct pipeline *pipeline_close(struct pipeline *pipeline);

/* What comes out. */
const struct sori_format *pipeline_format(const struct pipeline *pipeline);

/* Speaks one text to its end. -ECANCELED after pipeline_cancel(). */
int pipeline_run(struct pipeline *pipeline, const struct speech *speech);

/* Ends the run under way, and the next one if none is; until pipeline_run() returns. */
void pipeline_cancel(struct pipeline *pipeline);
/* Forgets a cancel that came when the run it was meant for was over. On the thread of the runs. */
void pipeline_uncancel(struct pipeline *pipeline);

/* --- a single stage, for sinks ---------------------------------------------------------------- */

/* A sink with its plugin, fed with what pipeline_run() writes. */
struct sink;

/* Opens `spec` for samples of `format`. Errors of plugin_open(), load() and begin(). */
int sink_open(const struct stage_spec *spec, const struct sori_format *format,
              struct sink **ret_sink);
int sink_write(struct sink *sink, const struct sori_block *block);
/* Feeds the end and waits until everything has sounded or is written. */
int sink_finish(struct sink *sink);
/* Any thread: stops the sound at once (with a short fade). */
void sink_cancel(struct sink *sink);
/* Any thread: falls silent and keeps the rest, or goes on. -ENOTSUP: not a sink in real time. */
int sink_pause(struct sink *sink, bool paused);
/* Any thread: how many samples have left the loudspeaker. -ENOTSUP. */
int sink_position(struct sink *sink, uint64_t *ret_position);
/* Ends the stream, whatever its state, and begins the next one, on the same device. After an error
 * only sink_close() is left. */
int sink_restart(struct sink *sink, const struct sori_format *format);
/* NULL is fine. Returns NULL. */
struct sink *sink_close(struct sink *sink);

#endif
