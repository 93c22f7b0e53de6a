/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker tells of a request. */
#include <errno.h>
#include <string.h>

#include <sori/types.h>

#include "base/limits.h"
#include "daemon/player.h"
#include "daemon/request-private.h"
#include "daemon/station.h"
#include "daemon/voice-choice.h"

void request_opened(struct run *run, unsigned sample_rate)
{
    struct request *request = run->request;

    if (run->generator)
        return;
    if (!sample_rate) {
        request_fail(request, "the voice gives no sound");
        return;
    }
    request->sample_rate = sample_rate;
    voice_chosen_well(request);
    request_pump(request);
}

void request_not_opened(struct run *run, int result, const char *message)
{
    if (!run->generator && voice_choose_again(run->request, message))
        request_begin_speaking(run->request);
    else
        request_run_ended(run, result, message);
}

static int add_samples(struct run *run, const struct frame *frame)
{
    struct request *request = run->request;
    const unsigned char *samples = frame->payload;
    size_t n = frame->size / sizeof(int16_t), skipped;

    run->came += n;
    if (run->came > run->granted)
        return -EBADMSG;
    skipped = n < run->skip_samples ? n : (size_t)run->skip_samples;
    run->skip_samples -= skipped;
    samples += skipped * sizeof(int16_t);
    n -= skipped;
    if (n > sound_room(&request->sound))
        return -EBADMSG;
    sound_add(&request->sound, samples, n);
    request->received += n;
    if (n)
        request_pump(request);
    if (n && queue_hears(request))
        player_feed(request->queue->player);
    return 0;
}

static size_t text_offset(const struct run *run, size_t offset)
{
    const struct request *request = run->request;

    return offset > request->text_size - run->base_text ? request->text_size
                                                        : run->base_text + offset;
}

static int add_event(struct run *run, const struct frame *frame)
{
    struct request *request = run->request;
    struct frame_event told;
    struct request_event event;

    memcpy(&told, frame->payload, sizeof told);
    if (told.type < SORI_EVENT_SENTENCE || told.type > SORI_EVENT_MARK)
        return -EBADMSG;
    if (run->skip_events) {
        run->skip_events--;
        return 0;
    }
    event = (struct request_event){
        .type = (enum request_event_type)told.type,
        .position = run->base_position + told.position,
        .text_start = text_offset(run, told.text_start),
        .text_end = text_offset(run, told.text_end),
    };
    if (event.position < request->received)
        event.position = request->received; /* its moment has passed; the order counts */
    if (event.type == REQUEST_EVENT_SENTENCE && !(request->options.flags & REQUEST_SSML)) {
        request->restart_text = event.text_start;
        request->restart_position = event.position;
        request->restart_events = 0;
    }
    request->restart_events++;
    /* More than fit: thousands of marks without a sound between them. Those that fit count. */
    sound_add_event(&request->sound, &event, (const char *)frame->payload + sizeof told,
                    frame->size - sizeof told);
    request_pump(request);
    return 0;
}

static int add_answer(struct run *run, const struct frame *frame)
{
    struct request *request = run->request;
    const char *text = (const char *)frame->payload;
    size_t size = frame->size, skipped = size < run->skip_bytes ? size : run->skip_bytes;

    run->skip_bytes -= skipped;
    text += skipped;
    size -= skipped;
    if (!size)
        return 0;
    if (request_add_text(request, text, size) < 0) { /* long enough; it is said to here */
        run_stop(run);
        request_run_ended(run, 0, NULL);
        return 0;
    }
    if (request->events && request->events->text)
        request->events->text(request->opaque, request, text, size);
    run_text(&request->speak);
    return 0;
}

int request_frame(struct run *run, const struct frame *frame)
{
    if (frame->type == FRAME_AUDIO && !run->generator)
        return add_samples(run, frame);
    if (frame->type == FRAME_EVENT && !run->generator)
        return add_event(run, frame);
    if (frame->type == FRAME_TEXT && run->generator)
        return add_answer(run, frame);
    return -EBADMSG;
}

void request_run_ended(struct run *run, int result, const char *message)
{
    struct request *request = run->request;

    run->done = true;
    if (result < 0) {
        request_fail(request, message && *message ? message : strerror(-result));
        return;
    }
    if (run->generator) {
        request->text_ended = true;
        run_text(&request->speak);
        if (!request_is_spoken(request))
            request_finish(request, REQUEST_DONE, NULL);
        return;
    }
    request_pump(request);
    if (queue_hears(request))
        player_feed(request->queue->player);
    queue_schedule(request->queue);
}
