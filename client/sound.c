/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sound.h"

#include <stddef.h>

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
    if (sound->to_stdout)
        spec.settings[spec.n_settings++] = (struct sori_setting){"format", "wav"};
    r = sink_open(&spec, pipeline_format(sound->pipeline), &sink);
    if (r < 0)
        return r;
    if (sound->guard)
        sound->guard(true);
    sound->sink = sink;
    if (sound->guard)
        sound->guard(false);
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
    if (sound->sink)
        sink_cancel(sound->sink);
}

void sound_close(struct sound *sound)
{
    struct sink *sink = sound->sink;

    if (sound->guard)
        sound->guard(true);
    sound->sink = NULL;
    if (sound->guard)
        sound->guard(false);
    sink_close(sink);
}
