/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language model: a prompt to text, by a decoder-only Transformer. Files in reading order:
 * config.h, infer.c, generate.c, stream.c; settings.h has all settings.
 */
#include <errno.h>
#include <string.h>

#include <sori/plugin.h>

#include "llm/stream.h"

static int llm_load(const struct sori_host *host, const struct sori_setting *settings,
                    size_t n_settings, void **ret_model)
{
    struct llm_model *model;
    int r = llm_model_new(host, settings, n_settings, &model);

    if (r >= 0)
        *ret_model = model;
    return r;
}

static void llm_unload(void *model)
{
    llm_model_free(model);
}

static int llm_describe(const void *opaque, struct sori_stage_info *ret_info)
{
    const struct llm_model *model = opaque;

    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_TEXT},
        .output = {.media = SORI_MEDIA_TEXT},
        .parameters = model->parameters,
    };
    return 0;
}

static int llm_begin(void *opaque, const struct sori_stream_params *params, void **ret_stream)
{
    struct llm_model *model = opaque;
    struct llm_stream *stream;
    int r;

    if (params->input.media != SORI_MEDIA_TEXT)
        return model->host->error(model->host, -EINVAL, "the input must be text");
    r = llm_stream_new(model, params, &stream);
    if (r < 0)
        return model->host->error(model->host, r, "%s",
                                  r == -EAGAIN ? "no more threads can be started"
                                               : "out of memory");
    *ret_stream = stream;
    return 0;
}

static int llm_feed(void *stream, const struct sori_block *block)
{
    return llm_stream_feed(stream, block);
}

static int llm_drain(void *stream, struct sori_block *ret_block)
{
    return llm_stream_drain(stream, ret_block);
}

static void llm_cancel(void *stream)
{
    llm_stream_cancel(stream);
}

static void llm_end(void *stream)
{
    llm_stream_free(stream);
}

static const struct sori_stage llm_stage = {
    .version = SORI_ABI_VERSION,
    .size = sizeof llm_stage,
    .kind = SORI_STAGE_GENERATOR,
    .name = "llm",
    .summary = "language model, a prompt to text",
    .licence = "Apache-2.0",
    .load = llm_load,
    .unload = llm_unload,
    .describe = llm_describe,
    .begin = llm_begin,
    .feed = llm_feed,
    .drain = llm_drain,
    .cancel = llm_cancel,
    .end = llm_end,
};

const struct sori_stage *sori_plugin_entry(uint32_t abi)
{
    return abi == SORI_ABI_VERSION ? &llm_stage : NULL;
}
