/* SPDX-License-Identifier: Apache-2.0 */
#include "portaudio/stream.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"

/* Samples are checked, and converted, in pieces of this size. */
enum { PIECE = 512, MAX_RATIO = 24 };

struct portaudio_stream {
    struct portaudio_model *model;
    struct device *device;
    atomic_bool cancelled;
    bool ended;
    float piece[PIECE], converted[PIECE * MAX_RATIO + 64];
};

/* --- the device ------------------------------------------------------------------------------- */

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

/* Keeps the device of a stream that ends, or closes it. */
static void keep_spare(struct portaudio_model *model, struct device *device)
{
    pthread_mutex_lock(&model->lock);
    if (model->settings.linger_ms && !model->spare) {
        model->spare = steal(device);
        model->spare_since = device_now();
    }
    pthread_mutex_unlock(&model->lock);
    device_close(device);
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

/* --- begin and end ---------------------------------------------------------------------------- */

int portaudio_begin(void *opaque, const struct sori_stream_params *params, void **ret_stream)
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

void portaudio_end(void *opaque)
{
    struct portaudio_stream *stream = opaque;
    struct portaudio_model *model;
    struct player *player;
    unsigned gaps;

    if (!stream)
        return;
    model = stream->model;
    player = &stream->device->player;
    gaps = atomic_load(&player->underruns);
    if (gaps)
        model->host->log(model->host, SORI_LOG_DEBUG, "%u gaps in the sound so far", gaps);
    player_stop(player);
    keep_spare(model, stream->device);
    free(stream);
}

/* --- feed and drain --------------------------------------------------------------------------- */

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

int portaudio_feed(void *opaque, const struct sori_block *block)
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
int portaudio_drain(void *opaque, struct sori_block *ret_block)
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

/* --- from outside ----------------------------------------------------------------------------- */

void portaudio_cancel(void *opaque)
{
    struct portaudio_stream *stream = opaque;

    atomic_store(&stream->cancelled, true);
    player_stop(&stream->device->player);
    device_wake(stream->device);
}

int portaudio_pause(void *opaque, int paused)
{
    struct portaudio_stream *stream = opaque;

    player_pause(&stream->device->player, paused);
    return 0;
}

int portaudio_position(void *opaque, uint64_t *ret_position)
{
    struct portaudio_stream *stream = opaque;
    struct device *device = stream->device;
    uint64_t sounded = timeline_position(&device->player.timeline, device_now());

    *ret_position = device->converter
                        ? (uint64_t)((double)sounded * device->input_rate / device->player.rate)
                        : sounded;
    return 0;
}
