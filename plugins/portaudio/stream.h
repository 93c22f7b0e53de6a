/* SPDX-License-Identifier: Apache-2.0 */
/* stream.h: samples on their way to the device, which outlasts the stream for a while */
#ifndef PORTAUDIO_STREAM_H
#define PORTAUDIO_STREAM_H

#include <sori/stage.h>

#include "portaudio/device.h"

struct portaudio_model {
    const struct sori_host *host;
    struct device_settings settings;
    char *name;
    bool initialised;
    pthread_mutex_t lock; /* of the rest */
    struct device *spare; /* of an earlier stream */
    int64_t spare_since;  /* when that ended */
};

/* As in struct sori_stage. */
int portaudio_begin(void *model, const struct sori_stream_params *params, void **ret_stream);
int portaudio_feed(void *stream, const struct sori_block *block);
int portaudio_drain(void *stream, struct sori_block *ret_block);
void portaudio_cancel(void *stream);
void portaudio_end(void *stream);
int portaudio_pause(void *stream, int paused);
int portaudio_position(void *stream, uint64_t *ret_position);

#endif
