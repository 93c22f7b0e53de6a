/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdatomic.h>

#include "base/cleanup.h"
#include "worker/error.h"
#include "worker/pipeline.h"
#include "worker/stage.h"

struct sink {
    struct stage *stage;
};

DEFINE_CLEANUP(sink, struct sink *, sink_close)

static int begin(struct sink *sink, const struct sori_format *format)
{
    struct sori_stream_params params = {
        .size = sizeof params, .input = *format, .rate = 1, .pitch = 1, .volume = 1};

    return stage_begin(sink->stage, &params);
}

int sink_open(const struct stage_spec *spec, const struct sori_format *format,
              struct sink **ret_sink)
{
    _cleanup_(cleanup_sink) struct sink *sink = calloc(1, sizeof *sink);
    int r;

    if (!sink)
        return fail(-ENOMEM, "out of memory");
    r = stage_load(spec, NULL, 1, &sink->stage);
    if (r >= 0 && sink->stage->plugin->stage->kind != SORI_STAGE_SINK)
        r = fail(-EINVAL, "%s is no sink but a %s", spec->plugin,
                 stage_kind_name(sink->stage->plugin->stage->kind));
    if (r >= 0)
        r = begin(sink, format);
    if (r < 0)
        return r;
    *ret_sink = steal(sink);
    return 0;
}

int sink_write(struct sink *sink, const struct sori_block *block)
{
    struct sori_block nothing;
    int r = stage_drain(sink->stage, &nothing);

    return r < 0 ? r : stage_feed(sink->stage, block);
}

int sink_finish(struct sink *sink)
{
    struct sori_block nothing;
    int r = stage_feed(sink->stage, NULL);

    while (r >= 0 && r != SORI_DONE)
        r = stage_drain(sink->stage, &nothing);
    return r < 0 ? r : 0;
}

void sink_cancel(struct sink *sink)
{
    stage_cancel(sink->stage);
}

int sink_pause(struct sink *sink, bool paused)
{
    return stage_pause(sink->stage, paused);
}

int sink_position(struct sink *sink, uint64_t *ret_position)
{
    return stage_position(sink->stage, ret_position);
}

int sink_restart(struct sink *sink, const struct sori_format *format)
{
    stage_end(sink->stage);
    stage_reset(sink->stage);
    return begin(sink, format);
}

struct sink *sink_close(struct sink *sink)
{
    if (!sink)
        return NULL;
    stage_unload(sink->stage);
    free(sink);
    return NULL;
}
