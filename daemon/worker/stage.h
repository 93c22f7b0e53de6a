/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage.h: one loaded stage, its plugin, its services and at most one stream
 *
 * Every failure of a plugin's function gets the stage's name in front of its message, and a message
 * if the plugin forgot one.
 */
#ifndef WORKER_STAGE_H
#define WORKER_STAGE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "worker/host.h"
#include "worker/plugin.h"
#include "worker/voice.h"

struct stage {
    struct plugin *plugin;
    struct stage *origin; /* whose plugin and model these are; NULL: its own */
    atomic_uint users;    /* itself and those that it is the origin of */
    struct stage_host host;
    void *model;
    struct sori_stage_info info;
    pthread_mutex_t lock; /* of `stream` and `cancelled`, against stage_cancel() */
    void *stream;
    bool cancelled;
};

/* Loads a stage of a voice, or of none (NULL). See plugin_open() and the stage's load(). */
int stage_load(const struct stage_spec *spec, const struct voice *voice, unsigned threads,
               struct stage **ret_stage);
/* A second stage, for a stream of its own, on the model of a loaded one. 0 or -ENOMEM. */
int stage_share(struct stage *stage, struct stage **ret_stage);
/* Ends the stream; unloads and closes with the last stage that shares the model. NULL is fine.
 * Returns NULL. */
struct stage *stage_unload(struct stage *stage);

/* As in <sori/stage.h>. begin after a cancel gives -ECANCELED. */
int stage_begin(struct stage *stage, const struct sori_stream_params *params);
int stage_feed(struct stage *stage, const struct sori_block *block);
int stage_drain(struct stage *stage, struct sori_block *ret_block);
void stage_end(struct stage *stage);

/* From any thread. */
void stage_cancel(struct stage *stage);
/* As in <sori/stage.h>; -ENOTSUP where a stage cannot, -EBADF without a stream. From any thread. */
int stage_pause(struct stage *stage, bool paused);
int stage_position(struct stage *stage, uint64_t *ret_position);
/* Makes the stage usable again after a cancel; between streams only. */
void stage_reset(struct stage *stage);

#endif
