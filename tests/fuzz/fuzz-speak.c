/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole synthesis with the voice `tone`: the first bytes choose rate, pitch, volume and how the
 * text is read, the rest is the text. Any text is spoken or refused, and no sample is out of this
 * world.
 */
#include <errno.h>
#include <math.h>

#include "base/limits.h"
#include "fuzz/fuzz.h"
#include "worker/error.h"
#include "worker/pipeline.h"

struct listener {
    const char *text;
    size_t size, piece, read;
    uint64_t samples, position;
    bool loud; /* volume may lift samples over full scale */
};

static int read_text(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct listener *listener = opaque;
    size_t left = listener->size - listener->read;

    *ret_data = listener->text + listener->read;
    *ret_size = left < listener->piece ? left : listener->piece;
    listener->read += *ret_size;
    return left > 0;
}

static int hear(void *opaque, const struct sori_block *block)
{
    struct listener *listener = opaque;
    const float *samples = block->data;

    FUZZ_ASSERT(block->media == SORI_MEDIA_SAMPLES);
    for (size_t i = 0; i < block->count; i++)
        FUZZ_ASSERT(isfinite(samples[i]) && fabsf(samples[i]) <= (listener->loud ? 8.0f : 2.0f));
    for (size_t i = 0; i < block->n_events; i++) {
        const struct sori_event *event = &block->events[i];
        FUZZ_ASSERT(event->position >= listener->position);
        FUZZ_ASSERT(event->text_start <= event->text_end && event->text_end <= listener->size);
        listener->position = event->position;
    }
    listener->samples += block->count;
    return 0;
}

static struct pipeline *tone(void)
{
    static struct pipeline *pipeline;
    struct voice *voice;

    if (pipeline)
        return pipeline;
    /* Short letters: ten times as many inputs. */
    if (voice_find("tone", &voice) < 0 || voice_set(voice, "synthesiser.letter_ms", "5") < 0 ||
        pipeline_open(voice, NULL, 1, &pipeline) < 0) {
        fprintf(stderr, "%s (SORI_PLUGIN_PATH, SORI_VOICE_PATH?)\n", fail_message());
        exit(1);
    }
    voice_free(voice);
    pipeline_prepare(pipeline);
    return pipeline;
}

/* A factor between the limits; neutral for 0. */
static double factor(unsigned byte, double min, double max)
{
    return byte ? min + (max - min) * byte / 255 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct listener listener = {.piece = 1 + 4 * fuzz_take(&data, &size)};
    unsigned how = fuzz_take(&data, &size);
    struct speech speech = {.rate = factor(fuzz_take(&data, &size), 1, RATE_MAX),
                            .pitch = factor(fuzz_take(&data, &size), PITCH_MIN, PITCH_MAX),
                            .volume = factor(fuzz_take(&data, &size), 0, VOLUME_MAX),
                            .text_format = how & 1,
                            .reading = how >> 1 & 3,
                            .punctuation = (how >> 3) % 5,
                            .capitals = how >> 6 & 1,
                            .read = read_text,
                            .write = hear,
                            .opaque = &listener};
    char *copy = (char *)fuzz_copy(data, size);
    int r;

    listener.text = copy;
    listener.size = size;
    listener.loud = speech.volume > 1;
    r = pipeline_run(tone(), &speech);
    FUZZ_ASSERT(r == 0 || (r == -EILSEQ && *fail_message()));
    free(copy);
    return 0;
}
