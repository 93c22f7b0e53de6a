/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sink: samples into a sound file or a descriptor.
 *
 * Settings:
 *     path=FILE     whose ending chooses the format; - is standard output
 *     fd=N          an open descriptor instead of a path; it stays open
 *     format=NAME   wav, flac, opus, ogg (Opus too), mp3 or raw (pcm), whatever the ending says;
 *                   what has no ending (fd=N, path=-) is raw without it
 *
 * A file is written in place, from its first sample on. When writing fails or is cancelled, what
 * was written stays and plays, and the message says how much it is.
 */
#include <errno.h>
#include <string.h>

#include <sori/plugin.h>

#include "base/cleanup.h"
#include "wavfile/writer.h"

struct wavfile_model {
    const struct sori_host *host;
    char *path; /* NULL: the descriptor */
    int fd;
    const struct writer_format *format;
};

struct wavfile_stream {
    const struct wavfile_model *model;
    struct writer writer;
    bool open, ended;
};

/* --- settings --------------------------------------------------------------------------------- */

static int read_format(struct wavfile_model *model, const char *name)
{
    model->format = writer_format_find(name);
    return model->format
               ? 0
               : model->host->error(model->host, -EINVAL, "format '%s' is unknown (known: %s)",
                                    name, WRITER_FORMATS);
}

static int read_fd(struct wavfile_model *model, const char *value)
{
    char *end;
    unsigned long fd = strtoul(value, &end, 10);

    if (*value < '0' || *value > '9' || *end || fd > 65535)
        return model->host->error(model->host, -EINVAL, "fd is '%s', not a descriptor's number",
                                  value);
    model->fd = (int)fd;
    return 0;
}

static int read_path(struct wavfile_model *model, const char *value)
{
    if (!*value)
        return model->host->error(model->host, -EINVAL, "path is empty");
    free(model->path);
    model->path = strdup(value);
    return model->path ? 0 : model->host->error(model->host, -ENOMEM, "out of memory");
}

static int read_setting(struct wavfile_model *model, const struct sori_setting *setting)
{
    if (!strcmp(setting->key, "path"))
        return read_path(model, setting->value);
    if (!strcmp(setting->key, "fd"))
        return read_fd(model, setting->value);
    if (!strcmp(setting->key, "format"))
        return read_format(model, setting->value);
    return model->host->error(model->host, -EINVAL,
                              "unknown setting '%s' (known: path, fd, format)", setting->key);
}

/* The format that the path's ending names; raw where there is no path. */
static int default_format(struct wavfile_model *model)
{
    const char *slash, *dot;

    if (!model->path)
        return read_format(model, "raw");
    slash = strrchr(model->path, '/');
    dot = strrchr(slash ? slash : model->path, '.');
    model->format = dot ? writer_format_find(dot + 1) : NULL;
    return model->format
               ? 0
               : model->host->error(model->host, -EINVAL,
                                    "the ending of '%s' names no known format (known: %s)",
                                    model->path, WRITER_FORMATS);
}

static int complete(struct wavfile_model *model)
{
    if (!model->path == (model->fd < 0))
        return model->host->error(model->host, -EINVAL, "needs either path=FILE or fd=N");
    if (model->path && !strcmp(model->path, "-")) {
        free(steal(model->path));
        model->fd = STDOUT_FILENO;
    }
    return model->format ? 0 : default_format(model);
}

/* --- the stage -------------------------------------------------------------------------------- */

static void wavfile_unload(void *opaque)
{
    struct wavfile_model *model = opaque;

    if (model)
        free(model->path);
    free(model);
}

DEFINE_CLEANUP(model, struct wavfile_model *, wavfile_unload)

static int wavfile_load(const struct sori_host *host, const struct sori_setting *settings,
                        size_t n_settings, void **ret_model)
{
    _cleanup_(cleanup_model) struct wavfile_model *model = calloc(1, sizeof *model);
    int r = 0;

    if (!model)
        return host->error(host, -ENOMEM, "out of memory");
    model->host = host;
    model->fd = -1;
    for (size_t i = 0; r >= 0 && i < n_settings; i++)
        r = read_setting(model, &settings[i]);
    if (r >= 0)
        r = complete(model);
    if (r < 0)
        return r;
    *ret_model = steal(model);
    return 0;
}

static int wavfile_describe(const void *model, struct sori_stage_info *ret_info)
{
    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_SAMPLES, .channels = 1},
        .output = {.media = SORI_MEDIA_NONE},
    };
    return 0;
}

/* Says which file it was, why it failed and what there is of it. */
static int report(const struct wavfile_stream *stream, int error, const char *what)
{
    const struct sori_host *host = stream->model->host;
    const struct writer *writer = &stream->writer;
    const char *why = writer->why ? writer->why : strerror(-error);
    double seconds = (double)writer->samples / writer->sample_rate;

    if (error == -ECANCELED)
        return error;
    if (!stream->model->path)
        return host->error(host, error, "descriptor %d: %s: %s (after %.2f seconds)",
                           stream->model->fd, what, why, seconds);
    if (!writer->samples)
        return host->error(host, error, "%s: %s: %s", stream->model->path, what, why);
    return host->error(host, error, "%s: %s: %s (the file keeps the first %.2f seconds)",
                       stream->model->path, what, why, seconds);
}

static int wavfile_begin(void *opaque, const struct sori_stream_params *params, void **ret_stream)
{
    const struct wavfile_model *model = opaque;
    _cleanup_free_ struct wavfile_stream *stream = calloc(1, sizeof *stream);
    const struct sori_format *input = &params->input;
    int r;

    if (!stream)
        return model->host->error(model->host, -ENOMEM, "out of memory");
    if (input->media != SORI_MEDIA_SAMPLES || !input->sample_rate || input->channels > 1)
        return model->host->error(model->host, -EINVAL, "takes mono samples of a known rate only");
    stream->model = model;
    r = writer_open(&stream->writer, model->format, model->path, model->fd, input->sample_rate);
    if (r < 0)
        return report(stream, r, "cannot open for writing");
    stream->open = true;
    *ret_stream = steal(stream);
    return 0;
}

static int wavfile_feed(void *opaque, const struct sori_block *block)
{
    struct wavfile_stream *stream = opaque;
    int r;

    if (atomic_load(&stream->writer.output.cancelled))
        return -ECANCELED;
    if (!block) {
        stream->ended = true;
        return 0;
    }
    r = writer_write(&stream->writer, block->data, block->count);
    return r < 0 ? report(stream, r, "cannot write") : 0;
}

static int wavfile_drain(void *opaque, struct sori_block *ret_block)
{
    struct wavfile_stream *stream = opaque;

    if (atomic_load(&stream->writer.output.cancelled))
        return -ECANCELED;
    if (!stream->ended)
        return SORI_MORE;
    /* The descriptor that wakes a write stays open until end(): cancel() may come now. */
    if (stream->open) {
        int r = writer_finish(&stream->writer);
        stream->open = false;
        if (r < 0)
            return report(stream, r, "cannot complete");
    }
    return SORI_DONE;
}

static void wavfile_cancel(void *opaque)
{
    struct wavfile_stream *stream = opaque;

    output_cancel(&stream->writer.output);
}

static void wavfile_end(void *opaque)
{
    struct wavfile_stream *stream = opaque;

    if (!stream)
        return;
    if (stream->open)
        writer_finish(&stream->writer);
    writer_clear(&stream->writer);
    free(stream);
}

static const struct sori_stage wavfile_stage = {
    .version = SORI_ABI_VERSION,
    .size = sizeof wavfile_stage,
    .kind = SORI_STAGE_SINK,
    .name = "wavfile",
    .summary = "writes WAV, FLAC, Opus, MP3 or raw samples",
    .licence = "Apache-2.0",
    .load = wavfile_load,
    .unload = wavfile_unload,
    .describe = wavfile_describe,
    .begin = wavfile_begin,
    .feed = wavfile_feed,
    .drain = wavfile_drain,
    .cancel = wavfile_cancel,
    .end = wavfile_end,
};

const struct sori_stage *sori_plugin_entry(uint32_t abi)
{
    return abi == SORI_ABI_VERSION ? &wavfile_stage : NULL;
}
