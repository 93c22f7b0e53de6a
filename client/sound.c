/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sound.h"

#include <pthread.h>
#include <string.h>

#include "base/cleanup.h"

/* The thread of signals may look at the sink at any time; a process has one sound at a time. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct sink *exchange(struct sound *sound, struct sink *sink)
{
    struct sink *former;

    pthread_mutex_lock(&lock);
    former = sound->sink;
    sound->sink = sink;
    pthread_mutex_unlock(&lock);
    return former;
}

bool sound_to_stdout(const struct sound *sound)
{
    return sound->to_stdout || (sound->output && !strcmp(sound->output, "-"));
}

/* Appends a setting of the file's sink. */
static void set(struct stage_spec *spec, const char *key, const char *value)
{
    spec->settings[spec->n_settings++] = (struct sori_setting){key, value};
}

static int open_file(struct sound *sound, struct sink **ret_sink)
{
    struct stage_spec spec = {.role = (char *)"sink", .plugin = (char *)"wavfile"};

    set(&spec, "path", sound->output ? sound->output : "-");
    if (sound->format || sound_to_stdout(sound))
        set(&spec, "format", sound->format ? sound->format : "wav");
    return sink_open(&spec, pipeline_format(sound->pipeline), ret_sink);
}

static int open_device(struct sound *sound, struct sink **ret_sink)
{
    _cleanup_(stage_spec_clear) struct stage_spec spec = {0};
    int r = stage_spec_parse("output", sound->device, &spec);

    return r < 0 ? r : sink_open(&spec, pipeline_format(sound->pipeline), ret_sink);
}

static int open_sink(struct sound *sound)
{
    struct sink *sink;
    int r = sound->output || sound->to_stdout ? open_file(sound, &sink) : open_device(sound, &sink);

    if (r < 0)
        return r;
    exchange(sound, sink);
    sound->begun = true;
    return 0;
}

int sound_write(struct sound *sound, const struct sori_block *block)
{
    int r = sound->sink ? 0 : open_sink(sound);

    return r < 0 ? r : sink_write(sound->sink, block);
}

int sound_finish(struct sound *sound)
{
    int r = 0;

    if (!sound->sink && !sound->output && !sound->to_stdout)
        return 0;
    if (!sound->sink)
        r = open_sink(sound);
    return r < 0 ? r : sink_finish(sound->sink);
}

void sound_cancel(struct sound *sound)
{
    pthread_mutex_lock(&lock);
    if (sound->sink)
        sink_cancel(sound->sink);
    pthread_mutex_unlock(&lock);
}

void sound_close(struct sound *sound)
{
    sink_close(exchange(sound, NULL));
}
