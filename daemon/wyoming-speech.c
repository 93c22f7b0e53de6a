/* SPDX-License-Identifier: Apache-2.0 */
/* What Wyoming's events ask for, and what becomes of it. */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "daemon/wyoming-connection.h"
#include "worker/error.h"

/* Samples of one audio-chunk: 85 ms at 24 kHz. */
enum { CHUNK_SAMPLES = 2048 };

/* --- what comes back -------------------------------------------------------------------------- */

static json_t *format(const struct wyoming *wyoming)
{
    return json_pack("{s:i, s:i, s:i}", "rate", (int)wyoming->rate, "width", 2, "channels", 1);
}

static void started(void *opaque, struct request *request, unsigned sample_rate)
{
    struct wyoming *wyoming = opaque;

    wyoming->rate = sample_rate;
    wyoming_send(wyoming, "audio-start", format(wyoming), NULL, 0);
}

static size_t audio(void *opaque, struct request *request, const int16_t *samples, size_t count)
{
    struct wyoming *wyoming = opaque;
    size_t taken = 0;

    while (taken < count && wyoming->out.size < WYOMING_FULL && !wyoming->closing) {
        size_t n = count - taken < CHUNK_SAMPLES ? count - taken : CHUNK_SAMPLES;
        wyoming_send(wyoming, "audio-chunk", format(wyoming), samples + taken, n * sizeof *samples);
        taken += n;
    }
    wyoming->want_audio = taken < count;
    return taken;
}

/* Tells what is new of the answer, if there is room; else later: the request keeps the text. */
static void tell_text(struct wyoming *wyoming, bool room)
{
    size_t size;
    const char *text = request_text(wyoming->request, &size);

    if (!room || size <= wyoming->told)
        return;
    wyoming_send(wyoming, "handled-chunk",
                 json_pack("{s:s%}", "text", text + wyoming->told, size - wyoming->told), NULL, 0);
    wyoming->told = size;
}

/* The answer is complete: once more as a whole, for clients that do not take it in pieces. */
static void tell_handled(struct wyoming *wyoming)
{
    size_t size;
    const char *text = request_text(wyoming->request, &size);

    if (wyoming->handled)
        return;
    wyoming->handled = true;
    tell_text(wyoming, true);
    wyoming_send(wyoming, "handled", json_pack("{s:s%}", "text", size ? text : "", size), NULL, 0);
    wyoming_send(wyoming, "handled-stop", NULL, NULL, 0);
}

static void text(void *opaque, struct request *request, const char *piece, size_t size)
{
    struct wyoming *wyoming = opaque;

    if (size)
        tell_text(wyoming, wyoming->out.size < WYOMING_FULL);
    else
        tell_handled(wyoming);
}

static void report_failure(struct wyoming *wyoming, bool asked, const char *message)
{
    if (asked && !wyoming->told)
        wyoming_send(wyoming, "not-handled", json_pack("{s:s}", "text", message), NULL, 0);
    wyoming_error(wyoming, "failed", message);
}

/* A text without sound (all spaces) has an empty answer, but an answer. */
static void end_sound(struct wyoming *wyoming)
{
    const struct voice_info *voice =
        voices_find(wyoming->daemon->voices, request_voice(wyoming->request));

    if (!wyoming->rate)
        started(wyoming, wyoming->request, voice ? voice->sample_rate : 0);
    wyoming_send(wyoming, "audio-stop", NULL, NULL, 0);
}

static void finished(void *opaque, struct request *request, enum request_outcome outcome,
                     const char *message)
{
    struct wyoming *wyoming = opaque;
    bool asked = request_kind(request) == REQUEST_ASK;

    if (outcome == REQUEST_FAILED)
        report_failure(wyoming, asked, message ? message : "failed");
    else if (asked)
        tell_handled(wyoming);
    if (outcome != REQUEST_FAILED || wyoming->rate)
        end_sound(wyoming);
    if (wyoming->streamed)
        wyoming_send(wyoming, "synthesize-stopped", NULL, NULL, 0);
    wyoming->request = NULL;
    wyoming->open = wyoming->streamed = wyoming->want_audio = false;
    wyoming_go_on(wyoming);
}

/* Only for who asked: other clients of the protocol do not know this event. */
static void happened(void *opaque, struct request *request, const struct request_event *event)
{
    static const char *const names[] = {
        [REQUEST_EVENT_SENTENCE] = "sentence",
        [REQUEST_EVENT_WORD] = "word",
        [REQUEST_EVENT_MARK] = "mark",
    };
    struct wyoming *wyoming = opaque;

    if (wyoming->events)
        wyoming_send(wyoming, "sori-event",
                     json_pack("{s:s, s:I, s:I, s:I, s:s*}", "event", names[event->type], "sample",
                               (json_int_t)event->position, "text_start",
                               (json_int_t)event->text_start, "text_end",
                               (json_int_t)event->text_end, "name", event->name),
                     NULL, 0);
}

static const struct request_events callbacks = {
    .started = started,
    .audio = audio,
    .event = happened,
    .text = text,
    .finished = finished,
};

void wyoming_refill(struct wyoming *wyoming)
{
    if (!wyoming->request || wyoming->out.size > WYOMING_FULL / 2)
        return;
    if (request_kind(wyoming->request) == REQUEST_ASK && !wyoming->handled)
        tell_text(wyoming, true);
    if (wyoming->want_audio) {
        wyoming->want_audio = false;
        request_audio_ready(wyoming->request);
    }
}

/* --- what is asked for ------------------------------------------------------------------------ */

static bool read_voice(struct wyoming *wyoming, const struct wyoming_event *event,
                       struct request_options *options)
{
    const json_t *voice = json_object_get(event->data, "voice");

    options->voice = wyoming_text(voice, "name", NULL);
    options->language = wyoming_text(voice, "language", NULL);
    if (!options->voice || voices_find(wyoming->daemon->voices, options->voice))
        return true;
    wyoming_error(wyoming, "voice-not-found", "there is no such voice");
    return false;
}

/* The code of an error of queue_submit(); too much text is a violation, the others are answers. */
static void refuse(struct wyoming *wyoming, int error)
{
    if (error == -EMSGSIZE)
        wyoming_goodbye(wyoming, "too-long", fail_message());
    else
        wyoming_error(wyoming, error == -ENOENT ? "voice-not-found" : "failed", fail_message());
}

static void submit(struct wyoming *wyoming, const struct wyoming_event *event,
                   struct request_options *options, const char *words, size_t size)
{
    const char *wrong;
    int r;

    options->flags |= REQUEST_AUDIO;
    options->priority = PRIORITY_TEXT;
    wrong = wyoming_options(event->data, options);
    if (wrong) {
        wyoming_error(wyoming, "bad-request", wrong);
        return;
    }
    if (!read_voice(wyoming, event, options))
        return;
    wyoming->events = json_is_true(json_object_get(event->data, "events"));
    wyoming->rate = 0;
    wyoming->told = 0;
    wyoming->handled = false;
    r = queue_submit(wyoming->client, options, words, size, &callbacks, wyoming, &wyoming->request);
    if (r < 0) {
        wyoming->request = NULL;
        refuse(wyoming, r);
        return;
    }
    wyoming->open = options->flags & REQUEST_OPEN;
    wyoming->streamed = wyoming->open;
}

/* synthesize and transcript: the whole text at once. */
static bool whole_text(struct wyoming *wyoming, const struct wyoming_event *event,
                       enum request_kind kind)
{
    struct request_options options;
    size_t size;
    const char *words = wyoming_text(event->data, "text", &size);

    if (wyoming->open && kind == REQUEST_SPEAK)
        return true; /* the same text once more, for servers that do not stream */
    if (wyoming->request)
        return false;
    if (!words) {
        wyoming_error(wyoming, "bad-request", "no text");
        return true;
    }
    request_options_init(&options);
    options.kind = kind;
    submit(wyoming, event, &options, words, size);
    if (kind == REQUEST_ASK && wyoming->request)
        wyoming_send(wyoming, "handled-start", NULL, NULL, 0);
    return true;
}

static bool synthesize(struct wyoming *wyoming, const struct wyoming_event *event)
{
    return whole_text(wyoming, event, REQUEST_SPEAK);
}

static bool transcript(struct wyoming *wyoming, const struct wyoming_event *event)
{
    return whole_text(wyoming, event, REQUEST_ASK);
}

static bool synthesize_start(struct wyoming *wyoming, const struct wyoming_event *event)
{
    struct request_options options;

    if (wyoming->request)
        return false;
    request_options_init(&options);
    options.kind = REQUEST_SPEAK;
    options.flags = REQUEST_OPEN;
    submit(wyoming, event, &options, "", 0);
    return true;
}

static bool synthesize_chunk(struct wyoming *wyoming, const struct wyoming_event *event)
{
    size_t size;
    const char *words = wyoming_text(event->data, "text", &size);
    int r;

    if (!words || !wyoming->open) {
        wyoming_error(wyoming, "bad-request", words ? "no synthesize-start before" : "no text");
        return true;
    }
    r = request_append(wyoming->request, words, size);
    if (r < 0)
        refuse(wyoming, r);
    return true;
}

static bool synthesize_stop(struct wyoming *wyoming, const struct wyoming_event *event)
{
    if (!wyoming->open) {
        wyoming_error(wyoming, "bad-request", "no synthesize-start before");
        return true;
    }
    wyoming->open = false;
    request_end_text(wyoming->request);
    return true;
}

static bool describe(struct wyoming *wyoming, const struct wyoming_event *event)
{
    wyoming_send(wyoming, "info", wyoming_info(wyoming->daemon->voices), NULL, 0);
    return true;
}

static bool ping(struct wyoming *wyoming, const struct wyoming_event *event)
{
    size_t size = 0;
    const char *words = wyoming_text(event->data, "text", &size);

    wyoming_send(wyoming, "pong", words ? json_pack("{s:s%}", "text", words, size) : NULL, NULL, 0);
    return true;
}

bool wyoming_handle(struct wyoming *wyoming, const struct wyoming_event *event)
{
    static const struct {
        const char *type;
        bool (*handle)(struct wyoming *wyoming, const struct wyoming_event *event);
    } table[] = {
        {"describe", describe},
        {"ping", ping},
        {"synthesize", synthesize},
        {"synthesize-start", synthesize_start},
        {"synthesize-chunk", synthesize_chunk},
        {"synthesize-stop", synthesize_stop},
        {"transcript", transcript},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(table[i].type, event->type))
            return table[i].handle(wyoming, event);
    return true; /* events of a later protocol are none of our business */
}
