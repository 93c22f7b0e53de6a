/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The analyser of American English: text to phonemes. Files in reading order: items.h, stream.c,
 * segment.c, normalise.h and its matchers, tagger.c, pronounce.c, reading.c, letter-to-sound.c.
 *
 * Settings: lexicon=FILE (made by voices/english.py); output=phonemes|ipa|words, for people to
 * read: the sounds in the International Phonetic Alphabet, or what will be spoken.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sori/plugin.h>

#include "base/cleanup.h"
#include "english/stream.h"

struct english_model {
    const struct sori_host *host;
    struct lexicon lexicon;
    enum english_output output;
};

static int read_output(const struct sori_host *host, const char *value,
                       enum english_output *ret_output)
{
    static const char *const names[] = {
        [ENGLISH_PHONEMES] = "phonemes", [ENGLISH_IPA] = "ipa", [ENGLISH_WORDS] = "words"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(value, names[i])) {
            *ret_output = (enum english_output)i;
            return 0;
        }
    return host->error(host, -EINVAL, "output is '%s', not phonemes, ipa or words", value);
}

static int read_settings(const struct sori_host *host, const struct sori_setting *settings,
                         size_t n_settings, const char **ret_file, enum english_output *ret_output)
{
    for (size_t i = 0; i < n_settings; i++) {
        const char *value = settings[i].value;
        if (!strcmp(settings[i].key, "lexicon")) {
            *ret_file = value;
        } else if (!strcmp(settings[i].key, "output")) {
            int r = read_output(host, value, ret_output);
            if (r < 0)
                return r;
        } else {
            return host->error(host, -EINVAL, "unknown setting '%s' (known: lexicon, output)",
                               settings[i].key);
        }
    }
    if (!*ret_file || !**ret_file)
        return host->error(host, -EINVAL, "the setting lexicon=FILE is missing");
    return 0;
}

struct complaint {
    const struct sori_host *host;
    const char *path;
};

static void complain(void *opaque, size_t line, const char *why)
{
    const struct complaint *complaint = opaque;

    if (complaint->host->log)
        complaint->host->log(complaint->host, SORI_LOG_WARNING, "%s:%zu: %s", complaint->path, line,
                             why);
}

static int read_user_words(struct english_model *model)
{
    const struct sori_host *host = model->host;
    struct complaint complaint = {host, NULL};
    struct sori_span file;

    if (!SORI_HOST_HAS(host, dictionary) || !host->dictionary)
        return 0;
    for (uint32_t i = 0; host->dictionary(host, i, &file, &complaint.path) == 0; i++)
        if (user_words_add(&model->lexicon.user, file, complain, &complaint) < 0)
            return host->error(host, -ENOMEM, "out of memory");
    user_words_seal(&model->lexicon.user);
    return 0;
}

static void english_unload(void *opaque)
{
    struct english_model *model = opaque;

    if (model)
        user_words_clear(&model->lexicon.user);
    free(model);
}

DEFINE_CLEANUP(model, void *, english_unload)

static int english_load(const struct sori_host *host, const struct sori_setting *settings,
                        size_t n_settings, void **ret_model)
{
    struct english_model *model = calloc(1, sizeof *model);
    _cleanup_(cleanup_model) void *owned = model;
    struct sori_span file;
    const char *name = NULL, *why;
    int r;

    if (!model)
        return host->error(host, -ENOMEM, "out of memory");
    model->host = host;
    r = read_settings(host, settings, n_settings, &name, &model->output);
    if (r >= 0)
        r = host->map(host, name, &file);
    if (r < 0)
        return r;
    r = lexicon_open(file, &model->lexicon, &why);
    if (r < 0)
        return host->error(host, r, "%s: %s", name, why);
    r = read_user_words(model);
    if (r < 0)
        return r;
    *ret_model = steal(owned);
    return 0;
}

static int english_describe(const void *opaque, struct sori_stage_info *ret_info)
{
    const struct english_model *model = opaque;

    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_TEXT},
        .output = {.media = model->output == ENGLISH_WORDS ? SORI_MEDIA_TEXT : SORI_MEDIA_PHONEMES},
        .language = "en-US",
    };
    return 0;
}

static int english_begin(void *opaque, const struct sori_stream_params *params, void **ret_stream)
{
    struct english_model *model = opaque;
    struct english_stream *stream;
    int r;

    if (params->input.media != SORI_MEDIA_TEXT)
        return model->host->error(model->host, -EINVAL, "the input must be text");
    if (params->text_format > SORI_TEXT_SSML || params->reading > SORI_READ_KEY ||
        params->punctuation > SORI_PUNCTUATION_ALL || params->capitals > SORI_CAPITALS_ICON)
        return model->host->error(model->host, -EINVAL, "an unknown way to read the text");
    r = english_stream_new(model->host, &model->lexicon, model->output, params, &stream);
    if (r >= 0)
        *ret_stream = stream;
    return r;
}

static int english_feed(void *opaque, const struct sori_block *block)
{
    struct english_stream *stream = opaque;

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    return english_stream_feed(stream, block);
}

static int english_drain(void *opaque, struct sori_block *ret_block)
{
    return english_stream_drain(opaque, ret_block);
}

static void english_cancel(void *opaque)
{
    struct english_stream *stream = opaque;
    atomic_store(&stream->cancelled, true);
}

static void english_end(void *opaque)
{
    english_stream_free(opaque);
}

static const struct sori_stage english_stage = {
    .version = SORI_ABI_VERSION,
    .size = sizeof english_stage,
    .kind = SORI_STAGE_ANALYSER,
    .name = "english",
    .summary = "American English: text to phonemes",
    .licence = "Apache-2.0",
    .load = english_load,
    .unload = english_unload,
    .describe = english_describe,
    .begin = english_begin,
    .feed = english_feed,
    .drain = english_drain,
    .cancel = english_cancel,
    .end = english_end,
};

const struct sori_stage *sori_plugin_entry(uint32_t abi)
{
    return abi == SORI_ABI_VERSION ? &english_stage : NULL;
}
