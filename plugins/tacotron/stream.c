/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/rate.h"
#include "tacotron/stream.h"

enum { LEAD_KEPT = 2, TAIL_KEPT = 2 };

DEFINE_CLEANUP(tacotron_stream, struct tacotron_stream *, tacotron_stream_free)

int tacotron_stream_new(const struct sori_host *host, const struct tacotron_config *config,
                        const struct tacotron_weights *weights,
                        const struct sori_stream_params *params,
                        struct tacotron_stream **ret_stream)
{
    _cleanup_(cleanup_tacotron_stream) struct tacotron_stream *stream = calloc(1, sizeof *stream);
    int r;

    if (!stream)
        return -ENOMEM;
    stream->host = host;
    stream->config = config;
    stream->rate = params->rate;
    stream->prosody = 1;
    stream->seed = params->seed;
    stream->mel = aligned_calloc(tacotron_decode_frames(config) * config->mels, sizeof(float));
    if (!stream->mel)
        return -ENOMEM;
    r = tacotron_state_new(config, weights, kernels_select(host->cpu), &stream->cancelled,
                           &stream->state);
    if (r < 0)
        return r;
    *ret_stream = steal(stream);
    return 0;
}

struct tacotron_stream *tacotron_stream_free(struct tacotron_stream *stream)
{
    if (stream) {
        tacotron_state_free(stream->state);
        free(stream->symbols);
        event_queue_clear(&stream->events);
        free(stream->out_events);
        free(stream->mel);
        free(stream);
    }
    return NULL;
}

/* --- input --------------------------------------------------------------------------------------
 */

static int make_room(struct tacotron_stream *stream, const struct sori_block *block)
{
    int r = array_reserve((void **)&stream->symbols, &stream->symbol_capacity, stream->n_symbols,
                          block->count, sizeof *stream->symbols);

    if (r >= 0)
        r = event_queue_reserve(&stream->events, block);
    /* A pass gives out at most every event that waits, and one for each of its tokens. */
    if (r >= 0)
        r = array_reserve((void **)&stream->out_events, &stream->out_event_capacity,
                          TACOTRON_MAX_TOKENS + stream->events.n, block->n_events,
                          sizeof *stream->out_events);
    return r;
}

static void add_symbols(struct tacotron_stream *stream, const struct sori_block *block)
{
    const struct sori_phoneme *phonemes = block->data;

    for (size_t i = 0; i < block->count; i++) {
        uint32_t token = tacotron_token(stream->config, phonemes[i].symbol);
        if (token)
            stream->symbols[stream->n_symbols++] = (struct tacotron_symbol){
                .symbol = phonemes[i].symbol,
                .token = token,
                .text_start = phonemes[i].text_start,
                .text_end = phonemes[i].text_end,
                .position = stream->position + i,
            };
    }
    stream->position += block->count;
}

int tacotron_stream_feed(struct tacotron_stream *stream, const struct sori_block *block)
{
    int r;

    if (!block) {
        stream->input_end = stream->sentence_end = true;
        return 0;
    }
    r = make_room(stream, block);
    if (r < 0)
        return r;
    add_symbols(stream, block);
    for (size_t i = 0; i < block->n_events; i++)
        event_queue_add(&stream->events, &block->events[i], block->events[i].position);
    stream->sentence_end = block->flags & SORI_BLOCK_UTTERANCE_END;
    return 0;
}

/* --- a pass -------------------------------------------------------------------------------------
 */

/* FNV-1a over the tokens, so that the seed belongs to the sentence and not to its place. */
static uint64_t piece_seed(const struct tacotron_stream *stream)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325), seed = stream->seed;

    for (size_t i = 0; i < stream->piece.n; i++)
        hash = (hash ^ stream->piece.tokens[i]) * UINT64_C(0x100000001b3);
    return random_splitmix(&seed) ^ hash;
}

/* Which frames of the pass are given out. */
static void trim(struct tacotron_stream *stream)
{
    const struct tacotron_piece *piece = &stream->piece;
    size_t lead = stream->config->lead_steps, steps = 0, tail = 0, skipped;

    for (size_t i = 0; i < piece->n; i++)
        steps += piece->steps[i];
    skipped = lead > LEAD_KEPT ? lead - LEAD_KEPT : 0;
    if (!stream->last_piece) {
        tail = piece->steps[piece->n - 1] + piece->steps[piece->n - 2];
        tail = tail > TAIL_KEPT ? tail - TAIL_KEPT : 0;
    }
    stream->skip = skipped * stream->config->frames_per_step;
    stream->left = (steps - skipped - tail) * stream->config->frames_per_step;
}

static void put_event(struct tacotron_stream *stream, struct sori_event event, uint64_t frame)
{
    event.position = frame;
    stream->out_events[stream->n_out_events++] = event;
}

/* What the voice can do of the rate that the events want; see base/rate.h. */
static float rate_with(const struct tacotron_stream *stream, float prosody)
{
    if (prosody == 1)
        return (float)stream->rate;
    return (float)rate_of_voice(stream->rate * (double)prosody);
}

/* The factor that remains for those behind. */
static float rate_left(const struct tacotron_stream *stream, float prosody)
{
    return (float)(stream->rate * (double)prosody / (double)rate_with(stream, prosody));
}

/* With no token behind it in the piece, it holds for the next one. */
static void note_prosody(struct tacotron_stream *stream, const struct sori_event *event)
{
    if (event->type == SORI_EVENT_PROSODY && event->prosody.rate > 0)
        stream->prosody = event->prosody.rate;
}

/* Moves all events that lie before symbol position `end` to the output. */
static void put_events_before(struct tacotron_stream *stream, size_t *next, uint64_t end,
                              uint64_t frame)
{
    while (*next < stream->events.n && stream->events.events[*next].position < end) {
        struct sori_event moved = *event_queue_at(&stream->events, (*next)++);
        note_prosody(stream, &moved);
        if (moved.type == SORI_EVENT_PROSODY && moved.prosody.rate > 0)
            moved.prosody.rate = rate_left(stream, moved.prosody.rate);
        put_event(stream, moved, frame);
    }
}

static void put_phoneme(struct tacotron_stream *stream, const struct tacotron_symbol *symbol,
                        uint64_t frame)
{
    if (tacotron_class(symbol->symbol) == TACOTRON_SOUND)
        put_event(stream,
                  (struct sori_event){.type = SORI_EVENT_PHONEME,
                                      .symbol = symbol->symbol,
                                      .text_start = symbol->text_start,
                                      .text_end = symbol->text_end},
                  frame);
}

/* Position in the symbols from which on events belong to what follows the pass. */
static uint64_t piece_end(const struct tacotron_stream *stream)
{
    size_t taken = stream->piece.taken;
    if (taken < stream->n_symbols)
        return stream->symbols[taken].position;
    return stream->last_piece ? UINT64_MAX : stream->position;
}

/* The lengths are known: so are the frames at which everything of the pass begins. */
static void place_events(struct tacotron_stream *stream)
{
    const struct tacotron_piece *piece = &stream->piece;
    uint64_t start = stream->frames, last = stream->left ? start + stream->left - 1 : start;
    size_t next = 0, frame = 0;

    stream->n_out_events = stream->next_out_event = 0;
    for (size_t i = 0; i < piece->n; i++) {
        uint64_t at = frame > stream->skip ? start + frame - stream->skip : start;
        at = at < last ? at : last;
        if (piece->source[i] != SIZE_MAX) {
            const struct tacotron_symbol *symbol = &stream->symbols[piece->source[i]];
            put_events_before(stream, &next, symbol->position + 1, at);
            put_phoneme(stream, symbol, at);
        }
        frame += (size_t)piece->steps[i] * stream->config->frames_per_step;
    }
    put_events_before(stream, &next, piece_end(stream), last);
    event_queue_drop(&stream->events, next);
}

static void drop_symbols(struct tacotron_stream *stream)
{
    stream->n_symbols -= stream->piece.taken;
    memmove(stream->symbols, stream->symbols + stream->piece.taken,
            stream->n_symbols * sizeof *stream->symbols);
}

/* A prosody event holds from the token of its position on, in later pieces too. */
static void set_rates(struct tacotron_stream *stream)
{
    const struct event_queue *events = &stream->events;
    struct tacotron_piece *piece = &stream->piece;
    size_t next = 0;

    for (size_t i = 0; i < piece->n; i++) {
        uint64_t at = piece->source[i] == SIZE_MAX ? 0 : stream->symbols[piece->source[i]].position;
        for (; next < events->n && events->events[next].position <= at; next++)
            if (events->events[next].type == SORI_EVENT_PROSODY)
                stream->prosody = events->events[next].prosody.rate;
        piece->rates[i] = rate_with(stream, stream->prosody);
    }
}

static int begin_piece(struct tacotron_stream *stream)
{
    struct tacotron_piece *piece = &stream->piece;
    int r;

    tacotron_piece_cut(stream->config, stream->symbols, stream->n_symbols, piece);
    stream->last_piece = stream->sentence_end && piece->taken == stream->n_symbols;
    stream->skip = stream->left = 0;
    if (piece->n) {
        r = tacotron_encode(stream->state, piece->tokens, piece->n);
        if (r < 0)
            return r;
        set_rates(stream);
        tacotron_piece_time(stream->config, stream->state->log_steps, piece);
        tacotron_begin(stream->state, piece->steps, piece_seed(stream));
        trim(stream);
    }
    place_events(stream);
    drop_symbols(stream);
    stream->decoding = true;
    return 0;
}

/* --- output -------------------------------------------------------------------------------------
 */

/* Decodes to the next frames that are not to be skipped; *ret_mel points to them. */
static int next_frames(struct tacotron_stream *stream, const float **ret_mel)
{
    while (stream->left) {
        int n = tacotron_decode(stream->state, stream->mel);
        size_t skipped;

        if (n <= 0) /* 0: cannot be, the lengths say how many come */
            return n < 0 ? n : -EIO;
        skipped = (size_t)n < stream->skip ? (size_t)n : stream->skip;
        stream->skip -= skipped;
        n -= (int)skipped;
        if (!n)
            continue;
        if ((size_t)n > stream->left)
            n = (int)stream->left;
        *ret_mel = stream->mel + skipped * stream->config->mels;
        return n;
    }
    return 0;
}

static void take_events(struct tacotron_stream *stream, uint64_t end, struct sori_block *block)
{
    block->events = stream->out_events + stream->next_out_event;
    while (stream->next_out_event < stream->n_out_events &&
           (!stream->left || stream->out_events[stream->next_out_event].position < end)) {
        stream->next_out_event++;
        block->n_events++;
    }
}

/* The next block of the pass under way; empty when the pass made no frame. */
static int piece_block(struct tacotron_stream *stream, struct sori_block *ret_block)
{
    struct sori_block block = {.media = SORI_MEDIA_MEL};
    const float *mel = stream->mel;
    int n = next_frames(stream, &mel);

    if (n < 0)
        return n;
    block.data = mel;
    block.count = (size_t)n;
    stream->left -= (size_t)n;
    stream->frames += (size_t)n;
    take_events(stream, stream->frames, &block);
    if (!stream->left) {
        stream->decoding = false;
        if (stream->last_piece) {
            block.flags |= SORI_BLOCK_UTTERANCE_END;
            stream->sentence_end = false;
        }
    }
    *ret_block = block;
    return 0;
}

/* Is there enough for a pass, or a sentence's end to pass on? */
static bool can_begin(const struct tacotron_stream *stream)
{
    if (stream->input_end)
        return stream->n_symbols || stream->events.n;
    return stream->sentence_end || stream->n_symbols > tacotron_piece_limit();
}

int tacotron_stream_drain(struct tacotron_stream *stream, struct sori_block *ret_block)
{
    int r;

    if (!stream->decoding) {
        if (!can_begin(stream))
            return stream->input_end ? SORI_DONE : SORI_MORE;
        r = begin_piece(stream);
        if (r < 0)
            return r;
    }
    return piece_block(stream, ret_block);
}
