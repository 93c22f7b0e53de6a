/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins that a host must refuse: one fault each, chosen by FAULT_... when it is compiled. */
#include <errno.h>
#include <stddef.h>

#include <sori/plugin.h>

static int load(const struct sori_host *host, const struct sori_setting *settings,
                size_t n_settings, void **ret_model)
{
    static int model;

    *ret_model = &model;
    return 0;
}

static void unload(void *model)
{
}

static int describe(const void *model, struct sori_stage_info *ret_info)
{
    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_TEXT},
        .output = {.media = SORI_MEDIA_SAMPLES, .sample_rate = 24000, .channels = 1},
    };
    return 0;
}

static int begin(void *model, const struct sori_stream_params *params, void **ret_stream)
{
    *ret_stream = model;
    return 0;
}

static int feed(void *stream, const struct sori_block *block)
{
    return -EIO; /* with no message, as it must not be */
}

static int drain(void *stream, struct sori_block *ret_block)
{
    return SORI_MORE;
}

static void end(void *stream)
{
}

static const struct sori_stage stage = {
#ifdef FAULT_VERSION
    .version = SORI_ABI_VERSION + 1,
#else
    .version = SORI_ABI_VERSION,
#endif
#ifdef FAULT_SIZE
    .size = offsetof(struct sori_stage, end),
#else
    .size = sizeof stage,
#endif
#ifdef FAULT_KIND
    .kind = 99,
#else
    .kind = SORI_STAGE_SYNTHESISER,
#endif
    .name = "bad",
    .summary = "to be refused",
    .licence = "Apache-2.0",
    .load = load,
    .unload = unload,
    .describe = describe,
    .begin = begin,
#ifndef FAULT_SLOT
    .feed = feed,
#endif
    .drain = drain,
    .end = end,
};

#ifdef FAULT_SYMBOL
SORI_PLUGIN_EXPORT const struct sori_stage *another_name(uint32_t abi);

const struct sori_stage *another_name(uint32_t abi)
#else
const struct sori_stage *sori_plugin_entry(uint32_t abi)
#endif
{
#ifdef FAULT_ENTRY
    return abi ? NULL : &stage;
#else
    return &stage;
#endif
}
