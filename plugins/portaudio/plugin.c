/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sink: samples to the loudspeaker, through PortAudio.
 *
 * feed() fills a ring from which the audio callback takes (player.h); it waits while the ring is
 * full. A stream that ends leaves its device open for a while, silent: the next one takes it over
 * and sounds at once, which is what a screen reader needs that interrupts itself at every key.
 *
 * Settings:
 *     device=NAME     an output device as PortAudio calls it, or part of its name (ALSA's default)
 *     rate=HZ         opens the device at this rate and converts (the rate of the samples, where
 *                     the device takes it; ALSA's default takes all)
 *     latency_ms=N    between callback and loudspeaker, 5..500 (25)
 *     buffer_ms=N     how far feed() may be ahead, 50..10000 (1000)
 *     start_ms=N      sound begins, or goes on after a gap, once so much is there, 0..10000 (20)
 *     lead_in_ms=N    silence before the first sound of a device just opened, 0..2000 (0)
 *     linger_ms=N     how long the device stays open between streams, 0..600000 (10000)
 */
#include <errno.h>
#include <string.h>

#include <sori/plugin.h>

#include "base/cleanup.h"
#include "portaudio/stream.h"

/* --- settings --------------------------------------------------------------------------------- */

static int read_number(const struct sori_host *host, const struct sori_setting *setting,
                       unsigned min, unsigned max, unsigned *ret)
{
    char *end;
    unsigned long value = strtoul(setting->value, &end, 10);

    if (*setting->value < '0' || *setting->value > '9' || *end || value < min || value > max)
        return host->error(host, -EINVAL, "%s is '%s', not a number from %u to %u", setting->key,
                           setting->value, min, max);
    *ret = (unsigned)value;
    return 0;
}

static int read_name(struct portaudio_model *model, const char *value)
{
    free(model->name);
    model->name = strdup(value);
    model->settings.name = *value ? model->name : NULL;
    return model->name ? 0 : model->host->error(model->host, -ENOMEM, "out of memory");
}

static int read_setting(struct portaudio_model *model, const struct sori_setting *setting)
{
    struct device_settings *settings = &model->settings;
    const struct {
        const char *key;
        unsigned min, max, *value;
    } numbers[] = {
        {"rate", 8000, 192000, &settings->rate},
        {"latency_ms", 5, 500, &settings->latency_ms},
        {"buffer_ms", 50, 10000, &settings->buffer_ms},
        {"start_ms", 0, 10000, &settings->start_ms},
        {"lead_in_ms", 0, 2000, &settings->lead_in_ms},
        {"linger_ms", 0, 600000, &settings->linger_ms},
    };

    if (!strcmp(setting->key, "device"))
        return read_name(model, setting->value);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!strcmp(setting->key, numbers[i].key))
            return read_number(model->host, setting, numbers[i].min, numbers[i].max,
                               numbers[i].value);
    return model->host->error(model->host, -EINVAL,
                              "unknown setting '%s' (known: device, rate, latency_ms, buffer_ms, "
                              "start_ms, lead_in_ms, linger_ms)",
                              setting->key);
}

/* --- the model -------------------------------------------------------------------------------- */

static void portaudio_unload(void *opaque)
{
    struct portaudio_model *model = opaque;

    if (!model)
        return;
    device_close(model->spare);
    if (model->initialised)
        device_exit();
    pthread_mutex_destroy(&model->lock);
    free(model->name);
    free(model);
}

DEFINE_CLEANUP(model, struct portaudio_model *, portaudio_unload)

static int portaudio_load(const struct sori_host *host, const struct sori_setting *settings,
                          size_t n_settings, void **ret_model)
{
    _cleanup_(cleanup_model) struct portaudio_model *model = calloc(1, sizeof *model);
    int r = 0;

    if (!model)
        return host->error(host, -ENOMEM, "out of memory");
    pthread_mutex_init(&model->lock, NULL);
    model->host = host;
    model->settings = (struct device_settings){
        .latency_ms = 25, .buffer_ms = 1000, .start_ms = 20, .linger_ms = 10000};
    for (size_t i = 0; r >= 0 && i < n_settings; i++)
        r = read_setting(model, &settings[i]);
    if (r >= 0)
        r = device_init(host);
    if (r < 0)
        return r;
    model->initialised = true;
    *ret_model = steal(model);
    return 0;
}

static int portaudio_describe(const void *model, struct sori_stage_info *ret_info)
{
    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_SAMPLES, .channels = 1},
        .output = {.media = SORI_MEDIA_NONE},
    };
    return 0;
}

static const struct sori_stage portaudio_stage = {
    .version = SORI_ABI_VERSION,
    .size = sizeof portaudio_stage,
    .kind = SORI_STAGE_SINK,
    .name = "portaudio",
    .summary = "plays on a sound device (ALSA, PulseAudio, PipeWire, JACK)",
    .licence = "Apache-2.0",
    .load = portaudio_load,
    .unload = portaudio_unload,
    .describe = portaudio_describe,
    .begin = portaudio_begin,
    .feed = portaudio_feed,
    .drain = portaudio_drain,
    .cancel = portaudio_cancel,
    .end = portaudio_end,
    .pause = portaudio_pause,
    .position = portaudio_position,
};

const struct sori_stage *sori_plugin_entry(uint32_t abi)
{
    return abi == SORI_ABI_VERSION ? &portaudio_stage : NULL;
}
