/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/stage.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "worker/error.h"

DEFINE_CLEANUP(stage, struct stage *, stage_unload)

static const char *name_of(const struct stage *stage)
{
    return stage->plugin->stage->name;
}

/* Completes the message of a failed call. */
static int blame(const struct stage *stage, int error)
{
    if (!*fail_message())
        fail(error, "%s", error == -ECANCELED ? "cancelled" : strerror(-error));
    return fail_prefix(error, "%s", name_of(stage));
}

int stage_load(const struct stage_spec *spec, const struct voice *voice, unsigned threads,
               struct stage **ret_stage)
{
    _cleanup_(cleanup_stage) struct stage *stage = calloc(1, sizeof *stage);
    int r;

    if (!stage)
        return fail(-ENOMEM, "out of memory");
    pthread_mutex_init(&stage->lock, NULL);
    atomic_init(&stage->users, 1);
    r = plugin_open(spec->plugin, &stage->plugin);
    if (r >= 0)
        r = stage_host_init(&stage->host, name_of(stage), voice, threads);
    if (r < 0)
        return r;
    fail(0, "%s", "");
    r = stage->plugin->stage->load(&stage->host.services, spec->settings, spec->n_settings,
                                   &stage->model);
    if (r < 0)
        return blame(stage, r);
    r = stage->plugin->stage->describe(stage->model, &stage->info);
    if (r < 0)
        return blame(stage, r);
    *ret_stage = steal(stage);
    return 0;
}

int stage_share(struct stage *stage, struct stage **ret_stage)
{
    struct stage *origin = stage->origin ? stage->origin : stage;
    struct stage *shared = calloc(1, sizeof *shared);

    if (!shared)
        return fail(-ENOMEM, "out of memory");
    pthread_mutex_init(&shared->lock, NULL);
    atomic_init(&shared->users, 1);
    atomic_fetch_add(&origin->users, 1);
    shared->origin = origin;
    shared->plugin = origin->plugin;
    shared->model = origin->model;
    shared->info = origin->info;
    *ret_stage = shared;
    return 0;
}

struct stage *stage_unload(struct stage *stage)
{
    if (!stage)
        return NULL;
    stage_end(stage);
    if (atomic_fetch_sub(&stage->users, 1) > 1)
        return NULL;
    if (stage->origin) {
        stage_unload(stage->origin);
        pthread_mutex_destroy(&stage->lock);
        free(stage);
        return NULL;
    }
    if (stage->plugin && stage->model)
        stage->plugin->stage->unload(stage->model);
    stage_host_clear(&stage->host);
    plugin_close(stage->plugin);
    pthread_mutex_destroy(&stage->lock);
    free(stage);
    return NULL;
}

int stage_begin(struct stage *stage, const struct sori_stream_params *params)
{
    void *stream = NULL;
    int r;

    fail(0, "%s", "");
    r = stage->plugin->stage->begin(stage->model, params, &stream);
    if (r < 0)
        return blame(stage, r);
    pthread_mutex_lock(&stage->lock);
    stage->stream = stream;
    if (stage->cancelled && stage->plugin->stage->cancel)
        stage->plugin->stage->cancel(stream);
    pthread_mutex_unlock(&stage->lock);
    return 0;
}

int stage_feed(struct stage *stage, const struct sori_block *block)
{
    int r;

    fail(0, "%s", "");
    r = stage->plugin->stage->feed(stage->stream, block);
    return r < 0 ? blame(stage, r) : 0;
}

int stage_drain(struct stage *stage, struct sori_block *ret_block)
{
    int r = stage->plugin->stage->drain(stage->stream, ret_block);

    return r < 0 ? blame(stage, r) : r;
}

void stage_end(struct stage *stage)
{
    void *stream;

    pthread_mutex_lock(&stage->lock);
    stream = steal(stage->stream);
    pthread_mutex_unlock(&stage->lock);
    if (stream)
        stage->plugin->stage->end(stream);
}

void stage_cancel(struct stage *stage)
{
    pthread_mutex_lock(&stage->lock);
    stage->cancelled = true;
    if (stage->stream && stage->plugin->stage->cancel)
        stage->plugin->stage->cancel(stage->stream);
    pthread_mutex_unlock(&stage->lock);
}

int stage_pause(struct stage *stage, bool paused)
{
    const struct sori_stage *plugin = stage->plugin->stage;
    int r;

    if (!SORI_STAGE_HAS(plugin, pause))
        return fail(-ENOTSUP, "%s cannot pause", name_of(stage));
    pthread_mutex_lock(&stage->lock);
    r = stage->stream ? plugin->pause(stage->stream, paused) : fail(-EBADF, "no stream to pause");
    pthread_mutex_unlock(&stage->lock);
    return r;
}

int stage_position(struct stage *stage, uint64_t *ret_position)
{
    const struct sori_stage *plugin = stage->plugin->stage;
    int r;

    if (!SORI_STAGE_HAS(plugin, position))
        return fail(-ENOTSUP, "%s does not tell what has sounded", name_of(stage));
    pthread_mutex_lock(&stage->lock);
    r = stage->stream ? plugin->position(stage->stream, ret_position) : fail(-EBADF, "no stream");
    pthread_mutex_unlock(&stage->lock);
    return r;
}

void stage_reset(struct stage *stage)
{
    pthread_mutex_lock(&stage->lock);
    stage->cancelled = false;
    pthread_mutex_unlock(&stage->lock);
}
