/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The english analyser with the shipped lexicon. The first three bytes choose how the text is read
 * and in pieces of which size; what is valid UTF-8 gets an answer, and everything that comes out
 * has its place in the text.
 */
#include <errno.h>

#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "unit/english-host.h"

/* [0] phonemes, [1] words; the shipped lexicon is read once. */
static void *model(unsigned words)
{
    static void *models[2];
    const struct sori_stage *stage = sori_plugin_entry(SORI_ABI_VERSION);

    if (!lexicon_file.data)
        lexicon_file = fuzz_map("voices/en-us/lexicon.bin");
    if (!models[words]) {
        struct sori_setting settings[] = {{"lexicon", "x"},
                                          {"output", words ? "words" : "phonemes"}};
        FUZZ_ASSERT(stage->load(&host, settings, 2, &models[words]) == 0);
    }
    return models[words];
}

struct run {
    void *stream;
    size_t size;       /* of the text */
    uint64_t position; /* of the last event */
    uint64_t given;    /* items before the block */
};

static void check_block(struct run *run, const struct sori_block *block)
{
    const struct sori_phoneme *phonemes = block->data;
    size_t bad;

    if (block->media == SORI_MEDIA_TEXT)
        FUZZ_ASSERT(utf8_is_valid(block->data, block->count, &bad));
    for (size_t i = 0; block->media == SORI_MEDIA_PHONEMES && i < block->count; i++)
        FUZZ_ASSERT(phonemes[i].symbol && phonemes[i].text_start <= phonemes[i].text_end &&
                    phonemes[i].text_end <= run->size);
    for (size_t i = 0; i < block->n_events; i++) {
        const struct sori_event *event = &block->events[i];
        FUZZ_ASSERT(event->position >= run->position && event->position >= run->given &&
                    event->position <= run->given + block->count);
        FUZZ_ASSERT(event->text_start <= event->text_end && event->text_end <= run->size);
        FUZZ_ASSERT((event->type == SORI_EVENT_MARK) == !!event->name);
        if (event->name)
            fuzz_touch(event->name, strlen(event->name));
        run->position = event->position;
    }
    run->given += block->count;
}

static int drain(const struct sori_stage *stage, struct run *run)
{
    struct sori_block block;
    int r;

    while ((r = stage->drain(run->stream, &block)) == 0)
        check_block(run, &block);
    return r;
}

static int feed(const struct sori_stage *stage, struct run *run, const uint8_t *text, size_t piece)
{
    int r = drain(stage, run);

    for (size_t at = 0, n; r >= 0 && at < run->size; at += n) {
        n = run->size - at < piece ? run->size - at : piece;
        unsigned char *copy = fuzz_copy(text + at, n);
        struct sori_block block = {.media = SORI_MEDIA_TEXT, .data = copy, .count = n};
        r = stage->feed(run->stream, &block);
        if (r >= 0)
            r = drain(stage, run);
        free(copy);
    }
    if (r >= 0)
        r = stage->feed(run->stream, NULL);
    return r < 0 ? r : drain(stage, run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sori_stage *stage = sori_plugin_entry(SORI_ABI_VERSION);
    unsigned how = fuzz_take(&data, &size), capitals = fuzz_take(&data, &size);
    size_t piece = 1 + 4 * fuzz_take(&data, &size), bad;
    struct sori_stream_params params = {.size = sizeof params,
                                        .input = {.media = SORI_MEDIA_TEXT},
                                        .rate = 1,
                                        .pitch = 1,
                                        .volume = 1,
                                        .text_format = how >> 1 & 1,
                                        .reading = how >> 2 & 3,
                                        .punctuation = (how >> 4) % 5,
                                        .capitals = capitals % 3};
    struct run run = {.size = size};
    int r;

    FUZZ_ASSERT(stage->begin(model(how & 1), &params, &run.stream) == 0);
    r = feed(stage, &run, data, piece);
    if (utf8_is_valid((const char *)data, size, &bad))
        FUZZ_ASSERT(r == SORI_DONE);
    else
        FUZZ_ASSERT(r == SORI_DONE || (r == -EILSEQ && *message));
    stage->end(run.stream);
    return 0;
}
