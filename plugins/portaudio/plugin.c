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
#include <math.h>
#include <string.h>

#include <sori/plugin.h>

#include "base/cleanup.h"
#include "portaudio/device.h"

/* Samples are checked, and converted, in pieces of this size. */
enum { PIECE = 512, MAX_RATIO = 24 };

struct portaudio_model {
    const struct sori_host *host;
    struct device_settings settings;
    char *name;
    bool initialised;
    pthread_mutex_t lock; /* of the rest */
    struct device *spare; /* of an earlier stream */
    int64_t spare_since;  /* when that ended */
};

struct portaudio_stream {
    struct portaudio_model *model;
    struct device *device;
    atomic_bool cancelled;
    bool ended;
    float piece[PIECE], converted[PIECE * MAX_RATIO + 64];
};

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

/* The device of an earlier stream, if it still plays and fits; else NULL. */
static struct device *take_spare(struct portaudio_model *model, unsigned rate)
{
    struct device *device;
    int64_t age;

    pthread_mutex_lock(&model->lock);
    device = steal(model->spare);
    age = device_now() - model->spare_since;
    pthread_mutex_unlock(&model->lock);
    /* Its last stream may still be fading out. */
    while (device && device_is_alive(device) && !player_is_idle(&device->player))
        device_wait(device, 0.002, NULL);
    /* One that is about to stop by itself is not taken: it might do so any moment. */
    if (device && device_is_alive(device) && device->input_rate == rate &&
        age < device->linger - device->linger / 4)
        return device;
    device_close(device);
    return NULL;
}

static int get_device(struct portaudio_model *model, unsigned rate, struct device **ret_device)
{
    const struct device_settings *settings = &model->settings;
    struct device *device = take_spare(model, rate);
    unsigned lead_in_ms = device ? 0 : settings->lead_in_ms;

    if (!device) {
        int r = device_open(model->host, settings, rate, &device);
        if (r < 0)
            return r;
    }
    if (device->converter)
        src_reset(device->converter);
    player_start(&device->player, (size_t)device->player.rate * settings->start_ms / 1000,
                 (size_t)device->player.rate * lead_in_ms / 1000);
    *ret_device = device;
    return 0;
}

/* --- the stream ------------------------------------------------------------------------------- */

static int portaudio_begin(void *opaque, const struct sori_stream_params *params, void **ret_stream)
{
    struct portaudio_model *model = opaque;
    _cleanup_free_ struct portaudio_stream *stream = calloc(1, sizeof *stream);
    const struct sori_format *input = &params->input;
    int r;

    if (!stream)
        return model->host->error(model->host, -ENOMEM, "out of memory");
    if (input->media != SORI_MEDIA_SAMPLES || input->channels > 1 || input->sample_rate < 8000 ||
        input->sample_rate > 192000)
        return model->host->error(model->host, -EINVAL,
                                  "takes mono samples of 8 to 192 kHz only, not %u channels of "
                                  "%u Hz",
                                  input->channels, input->sample_rate);
    stream->model = model;
    r = get_device(model, input->sample_rate, &stream->device);
    if (r < 0)
        return r;
    *ret_stream = steal(stream);
    return 0;
}

/* 0, or why nothing more can be played. */
static int check(struct portaudio_stream *stream)
{
    const struct sori_host *host = stream->model->host;

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    if (!device_is_alive(stream->device))
        return host->error(host, -EIO, "the sound device stopped (unplugged, or its server ended)");
    return 0;
}

/* Puts samples of the device's rate into the ring, waiting for room. */
static int put(struct portaudio_stream *stream, const float *samples, size_t n)
{
    struct player *player = &stream->device->player;

    for (;;) {
        int r = check(stream);
        size_t written;
        if (r < 0)
            return r;
        written = ring_write(&player->ring, samples, n);
        samples += written;
        n -= written;
        if (!n)
            return 0;
        /* The device makes room at a known pace; one that pauses is asked ten times a second. */
        device_wait(stream->device, fmin((double)n / player->rate + 0.001, 0.1),
                    &stream->cancelled);
    }
}

/* Converts a piece to the device's rate; `end` gets out what the converter holds back. */
static int convert(struct portaudio_stream *stream, const float *samples, size_t n, bool end)
{
    const struct sori_host *host = stream->model->host;
    struct device *device = stream->device;
    SRC_DATA data = {
        .data_in = samples,
        .input_frames = (long)n,
        .data_out = stream->converted,
        .output_frames = sizeof stream->converted / sizeof *stream->converted,
        .end_of_input = end,
        .src_ratio = (double)device->player.rate / device->input_rate,
    };
    int r = 0;

    do {
        int error = src_process(device->converter, &data);
        if (error)
            return host->error(host, -EIO, "rate converter: %s", src_strerror(error));
        r = put(stream, stream->converted, (size_t)data.output_frames_gen);
        data.data_in += data.input_frames_used;
        data.input_frames -= data.input_frames_used;
    } while (r >= 0 && (data.input_frames || data.output_frames_gen));
    return r;
}

static int feed_end(struct portaudio_stream *stream)
{
    int r = check(stream);

    if (r >= 0 && stream->device->converter)
        r = convert(stream, stream->piece, 0, true);
    if (r < 0)
        return r;
    player_end(&stream->device->player);
    stream->ended = true;
    return 0;
}

static int portaudio_feed(void *opaque, const struct sori_block *block)
{
    struct portaudio_stream *stream = opaque;
    const float *samples;
    int r = 0;

    if (!block)
        return feed_end(stream);
    samples = block->data;
    for (size_t at = 0; r >= 0 && at < block->count; at += PIECE) {
        size_t n = block->count - at < PIECE ? block->count - at : PIECE;
        for (size_t i = 0; i < n; i++) {
            float x = samples[at + i];
            stream->piece[i] = x >= -1 && x <= 1 ? x : isnan(x) ? 0 : copysignf(1, x);
        }
        r = stream->device->converter ? convert(stream, stream->piece, n, false)
                                      : put(stream, stream->piece, n);
    }
    return r < 0 ? r : check(stream);
}

/* Waits until the ring is empty and its last sample has left the loudspeaker. */
static int portaudio_drain(void *opaque, struct sori_block *ret_block)
{
    struct portaudio_stream *stream = opaque;
    struct player *player = &stream->device->player;

    for (;;) {
        size_t left = player->ring.capacity - ring_room(&player->ring);
        int64_t rest;
        int r = check(stream);
        if (r < 0)
            return r;
        if (!stream->ended)
            return SORI_MORE;
        rest = timeline_end(&player->timeline) - device_now();
        if (!left && rest <= 0)
            return SORI_DONE;
        device_wait(stream->device,
                    left ? fmin((double)left / player->rate + 0.001, 0.1) : (double)rest * 1e-9,
                    &stream->cancelled);
    }
}

static void portaudio_cancel(void *opaque)
{
    struct portaudio_stream *stream = opaque;

    atomic_store(&stream->cancelled, true);
    player_stop(&stream->device->player);
    device_wake(stream->device);
}

static void portaudio_end(void *opaque)
{
    struct portaudio_stream *stream = opaque;
    struct portaudio_model *model;
    struct device *device;

    if (!stream)
        return;
    model = stream->model;
    device = stream->device;
    if (atomic_load(&device->player.underruns))
        model->host->log(model->host, SORI_LOG_DEBUG, "%u gaps in the sound so far",
                         atomic_load(&device->player.underruns));
    player_stop(&device->player);
    pthread_mutex_lock(&model->lock);
    if (model->settings.linger_ms && !model->spare) {
        model->spare = steal(device);
        model->spare_since = device_now();
    }
    pthread_mutex_unlock(&model->lock);
    device_close(device);
    free(stream);
}

static int portaudio_pause(void *opaque, int paused)
{
    struct portaudio_stream *stream = opaque;

    player_pause(&stream->device->player, paused);
    return 0;
}

static int portaudio_position(void *opaque, uint64_t *ret_position)
{
    struct portaudio_stream *stream = opaque;
    struct device *device = stream->device;
    uint64_t sounded = timeline_position(&device->player.timeline, device_now());

    *ret_position = device->converter
                        ? (uint64_t)((double)sounded * device->input_rate / device->player.rate)
                        : sounded;
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
