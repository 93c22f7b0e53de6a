/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sound.h"

#include <pthread.h>
#include <string.h>

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

static int open_sink(struct sound *sound)
{
    struct stage_spec spec = {.role = (char *)"sink", .plugin = (char *)"portaudio"};
    struct sink *sink;
    int r;

    if (sound->output || sound->to_stdout) {
        spec.plugin = (char *)"wavfile";
        spec.settings[spec.n_settings++] =
            (struct sori_setting){"path", sound->output ? sound->output : "-"};
    }
    if (sound->format || sound_to_stdout(sound))
        spec.settings[spec.n_settings++] =
            (struct sori_setting){"format", sound->format ? sound->format : "wav"};
    r = sink_open(&spec, pipeline_format(sound->pipeline), &sink);
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
