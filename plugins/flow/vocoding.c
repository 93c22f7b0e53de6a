/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/vocoding.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

int vocoding_init(struct vocoding *vocoding, const struct sori_host *host,
                  const struct vocoder *vocoder, void *state,
                  const struct sori_stream_params *params, size_t mels, size_t hop_length,
                  size_t most)
{
    *vocoding = (struct vocoding){.host = host,
                                  .vocoder = vocoder,
                                  .state = state,
                                  .mels = mels,
                                  .hop_length = hop_length,
                                  .seed = params->seed,
                                  .volume = (float)params->volume,
                                  .samples = aligned_calloc(most, sizeof(float))};
    return vocoding->samples ? 0 : -ENOMEM;
}

void vocoding_clear(struct vocoding *vocoding)
{
    event_queue_clear(&vocoding->events);
    free(vocoding->frames);
    free(vocoding->samples);
    *vocoding = (struct vocoding){0};
}

int vocoding_feed(void *stream, const struct sori_block *block)
{
    struct vocoding *vocoding = stream;
    size_t mels = vocoding->mels;
    int r;

    if (atomic_load(&vocoding->cancelled))
        return -ECANCELED;
    if (!block) {
        vocoding->input_end = vocoding->sentence_end = true;
        return 0;
    }
    event_queue_given(&vocoding->events);
    r = array_reserve((void **)&vocoding->frames, &vocoding->frame_capacity, 0, block->count,
                      mels * sizeof *vocoding->frames);
    if (r >= 0)
        r = event_queue_reserve(&vocoding->events, block);
    if (r < 0)
        return vocoding->host->error(vocoding->host, r, "out of memory");
    if (block->count)
        memcpy(vocoding->frames, block->data, block->count * mels * sizeof *vocoding->frames);
    vocoding->n_frames = block->count;
    vocoding->next_frame = 0;
    vocoding->sentence_end = block->flags & SORI_BLOCK_UTTERANCE_END;
    for (size_t i = 0; i < block->n_events; i++)
        event_queue_add(&vocoding->events, &block->events[i],
                        block->events[i].position * vocoding->hop_length);
    return 0;
}

/* The next samples of the sentence under way; 0 when there are none now. */
static size_t next_samples(struct vocoding *vocoding)
{
    const struct vocoder *vocoder = vocoding->vocoder;
    size_t n = 0;

    while (!n && vocoding->next_frame < vocoding->n_frames) {
        const float *frame = vocoding->frames + vocoding->next_frame++ * vocoding->mels;
        if (!vocoding->in_sentence)
            vocoder->begin(vocoding->state, vocoding->seed);
        vocoding->in_sentence = true;
        n = vocoder->push(vocoding->state, frame, vocoding->samples);
    }
    if (!n && vocoding->sentence_end && vocoding->in_sentence)
        n = vocoder->flush(vocoding->state, vocoding->samples);
    return n;
}

static int next_block(struct vocoding *vocoding, struct sori_block *ret_block)
{
    struct sori_block block = {.media = SORI_MEDIA_SAMPLES, .data = vocoding->samples};
    bool end;

    event_queue_given(&vocoding->events);
    block.count = next_samples(vocoding);
    end = !block.count && vocoding->sentence_end;
    if (end && vocoding->input_end && !vocoding->in_sentence && !vocoding->events.n)
        return SORI_DONE;
    if (!block.count && !end)
        return SORI_MORE;
    if (vocoding->volume != 1)
        for (size_t i = 0; i < block.count; i++)
            vocoding->samples[i] *= vocoding->volume;
    vocoding->samples_given += block.count;
    event_queue_give(&vocoding->events, vocoding->samples_given, end, &block);
    if (end) {
        block.flags |= SORI_BLOCK_UTTERANCE_END;
        vocoding->in_sentence = false;
        vocoding->sentence_end = vocoding->input_end;
    }
    *ret_block = block;
    return 0;
}

int vocoding_drain(void *stream, struct sori_block *ret_block)
{
    struct vocoding *vocoding = stream;
    struct sori_block block;
    int r = 0;

    if (!atomic_load(&vocoding->cancelled))
        r = next_block(vocoding, &block);
    if (atomic_load(&vocoding->cancelled))
        return -ECANCELED;
    if (r == 0)
        *ret_block = block;
    return r;
}

void vocoding_cancel(void *stream)
{
    struct vocoding *vocoding = stream;

    atomic_store(&vocoding->cancelled, true);
}
