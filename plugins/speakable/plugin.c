/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage between a text generator, or a file of Markdown, and a voice: it takes text as it is
 * written and gives one sentence a block, without what is not meant for the ear.
 *
 * Settings: code=say|skip, whether a block of code is mentioned [say].
 */
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sori/plugin.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "speakable/speakable.h"

struct model {
    const struct sori_host *host;
    const char *code;
};

struct stream {
    const struct model *model;
    struct speakable *speakable;
    atomic_bool cancelled;
    char part[4]; /* a character that the last block cut */
    size_t n_part;
    uint64_t taken;   /* bytes fed before */
    struct utf8 utf8; /* state after them */
    bool ended;
};

static int load(const struct sori_host *host, const struct sori_setting *settings,
                size_t n_settings, void **ret_model)
{
    _cleanup_free_ struct model *model = calloc(1, sizeof *model);

    if (!model)
        return host->error(host, -ENOMEM, "out of memory");
    model->host = host;
    model->code = "Code block.";
    for (size_t i = 0; i < n_settings; i++) {
        bool say = !strcmp(settings[i].value, "say");
        if (strcmp(settings[i].key, "code"))
            return host->error(host, -EINVAL, "unknown setting '%s' (known: code)",
                               settings[i].key);
        if (!say && strcmp(settings[i].value, "skip"))
            return host->error(host, -EINVAL, "code is '%s', neither say nor skip",
                               settings[i].value);
        if (!say)
            model->code = NULL;
    }
    *ret_model = steal(model);
    return 0;
}

static void unload(void *model)
{
    free(model);
}

static int describe(const void *model, struct sori_stage_info *ret_info)
{
    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_TEXT},
        .output = {.media = SORI_MEDIA_TEXT},
    };
    return 0;
}

static int begin(void *opaque, const struct sori_stream_params *params, void **ret_stream)
{
    const struct model *model = opaque;
    _cleanup_free_ struct stream *stream = calloc(1, sizeof *stream);

    if (stream)
        stream->speakable = speakable_new(model->code);
    if (!stream || !stream->speakable)
        return model->host->error(model->host, -ENOMEM, "out of memory");
    stream->model = model;
    *ret_stream = steal(stream);
    return 0;
}

/* Bytes of the character that the end of the text cuts. */
static size_t cut_by_end(const struct utf8 *utf8, const char *text, size_t size)
{
    size_t n = utf8->left ? 1 : 0;

    while (n && ((unsigned char)text[size - n] & 0xc0) == 0x80)
        n++;
    return n;
}

static int take(struct stream *stream, const char *text, size_t size)
{
    const struct sori_host *host = stream->model->host;
    size_t cut = cut_by_end(&stream->utf8, text, size);

    if (speakable_add(stream->speakable, text, size - cut) < 0)
        return host->error(host, -ENOMEM, "out of memory");
    memcpy(stream->part, text + size - cut, cut);
    stream->n_part = cut;
    return 0;
}

static int feed(void *opaque, const struct sori_block *block)
{
    struct stream *stream = opaque;
    const struct sori_host *host = stream->model->host;
    _cleanup_free_ char *joined = NULL;
    size_t good;
    int r;

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    if (!block) {
        if (stream->utf8.left)
            return host->error(host, -EILSEQ, "the text ends within a character");
        speakable_end(stream->speakable);
        stream->ended = true;
        return 0;
    }
    if (!block->count)
        return 0;
    good = utf8_check(&stream->utf8, block->data, block->count);
    if (good < block->count)
        return host->error(host, -EILSEQ, "the text is not UTF-8 at byte %" PRIu64,
                           stream->taken + good);
    if (stream->n_part) {
        joined = malloc(stream->n_part + block->count);
        if (!joined)
            return host->error(host, -ENOMEM, "out of memory");
        memcpy(joined, stream->part, stream->n_part);
        memcpy(joined + stream->n_part, block->data, block->count);
    }
    r = take(stream, joined ? joined : block->data, stream->n_part + block->count);
    stream->taken += block->count;
    return r;
}

static int drain(void *opaque, struct sori_block *ret_block)
{
    struct stream *stream = opaque;
    const char *text;
    size_t size;

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    if (!speakable_next(stream->speakable, &text, &size))
        return stream->ended ? SORI_DONE : SORI_MORE;
    *ret_block = (struct sori_block){
        .media = SORI_MEDIA_TEXT,
        .flags = SORI_BLOCK_UTTERANCE_END,
        .data = text,
        .count = size,
    };
    return 0;
}

static void cancel(void *opaque)
{
    struct stream *stream = opaque;

    atomic_store(&stream->cancelled, true);
}

static void end(void *opaque)
{
    struct stream *stream = opaque;

    if (!stream)
        return;
    speakable_free(stream->speakable);
    free(stream);
}

static const struct sori_stage stage = {
    .version = SORI_ABI_VERSION,
    .size = sizeof stage,
    .kind = SORI_STAGE_GENERATOR,
    .name = "speakable",
    .summary = "Markdown as it is written to sentences for the ear",
    .licence = "Apache-2.0",
    .load = load,
    .unload = unload,
    .describe = describe,
    .begin = begin,
    .feed = feed,
    .drain = drain,
    .cancel = cancel,
    .end = end,
};

const struct sori_stage *sori_plugin_entry(uint32_t abi)
{
    return abi == SORI_ABI_VERSION ? &stage : NULL;
}
