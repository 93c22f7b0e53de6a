/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage between a text generator, or a file of Markdown, and a voice: it takes text as it is
 * written and gives one sentence a block, without what is not meant for the ear.
 *
 * Settings: code=say|skip, whether a block of code is mentioned [say].
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sori/plugin.h>
#include <utf8proc.h>

#include "base/cleanup.h"
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
    uint64_t taken; /* bytes fed before */
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

/* Bytes at the end that begin a character which is not whole; *ret_bad: where the first bad one is.
 */
static size_t check_text(const char *text, size_t size, size_t *ret_bad)
{
    utf8proc_int32_t code;

    for (size_t i = 0; i < size;) {
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
                                              (utf8proc_ssize_t)(size - i), &code);
        if (n > 0) {
            i += (size_t)n;
            continue;
        }
        if (size - i < 4 && (unsigned char)text[i] >= 0xc2 && (unsigned char)text[i] < 0xf5) {
            size_t j = i + 1;
            while (j < size && ((unsigned char)text[j] & 0xc0) == 0x80)
                j++;
            if (j == size)
                return size - i;
        }
        *ret_bad = i;
        return 0;
    }
    return 0;
}

static int take(struct stream *stream, const char *text, size_t size)
{
    const struct sori_host *host = stream->model->host;
    size_t bad = SIZE_MAX, held = check_text(text, size, &bad);

    if (bad != SIZE_MAX)
        return host->error(host, -EILSEQ, "byte %llu of the text is not UTF-8",
                           (unsigned long long)(stream->taken - stream->n_part + bad));
    if (speakable_add(stream->speakable, text, size - held) < 0)
        return host->error(host, -ENOMEM, "out of memory");
    memcpy(stream->part, text + size - held, held);
    stream->n_part = held;
    return 0;
}

static int feed(void *opaque, const struct sori_block *block)
{
    struct stream *stream = opaque;
    const struct sori_host *host = stream->model->host;
    _cleanup_free_ char *joined = NULL;
    int r;

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    if (!block) {
        if (stream->n_part)
            return host->error(host, -EILSEQ, "the text ends within a character");
        speakable_end(stream->speakable);
        stream->ended = true;
        return 0;
    }
    if (!block->count)
        return 0;
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
