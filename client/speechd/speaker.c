/* SPDX-License-Identifier: Apache-2.0 */
#include "client/speechd/speaker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "client/speechd/daemon.h"

enum {
    AUDIBLE = 130,          /* of 32768: 48 dB below full scale */
    KEY_SILENCE_MAX = 4800, /* samples; a voice takes its breath in a quarter of that */
};

int speaker_init(struct speaker *speaker, struct reply *reply)
{
    *speaker = (struct speaker){.reply = reply};
    return link_init(&speaker->link);
}

static void forget_marks(struct speaker *speaker)
{
    while (speaker->n_marks)
        free(speaker->marks[--speaker->n_marks].name);
    speaker->marks_passed = 0;
}

static void reset(struct speaker *speaker)
{
    link_close(&speaker->link);
    forget_marks(speaker);
    json_decref(speaker->request);
    speaker->request = NULL;
    speaker->state = SPEAKER_IDLE;
    speaker->begun = speaker->pause_wanted = false;
    speaker->position = speaker->delivered = 0;
    speaker->marks_delivered = 0;
    speaker->silence_left = 0;
    speaker->breaks = speaker->pongs = 0;
}

void speaker_clear(struct speaker *speaker)
{
    reset(speaker);
    free(speaker->marks);
    speaker->marks = NULL;
    speaker->marks_capacity = 0;
    link_clear(&speaker->link);
}

/* --- to the server ---------------------------------------------------------------------------- */

static void begin(struct speaker *speaker)
{
    if (!speaker->begun)
        reply_line(speaker->reply, "701 BEGIN");
    speaker->begun = true;
}

static void finish(struct speaker *speaker, const char *event)
{
    begin(speaker);
    reply_line(speaker->reply, "%s", event);
    reset(speaker);
}

/* A mark of the server's own, at which a pause ends the message (index_mark in module_utils). */
static bool is_pause_mark(const char *name)
{
    return !strncmp(name, "__spd_", 6);
}

/* The next mark is reached. False when the message ended with it. */
static bool pass_mark(struct speaker *speaker)
{
    const char *name = speaker->marks[speaker->marks_passed].name;

    if (speaker->marks_passed++ < speaker->marks_delivered)
        return true;
    speaker->marks_delivered++;
    begin(speaker);
    reply_line(speaker->reply, "700-%s", name);
    reply_line(speaker->reply, "700 INDEX MARK");
    if (!speaker->pause_wanted || !is_pause_mark(name))
        return true;
    finish(speaker, "704 PAUSE");
    return false;
}

/* How many of the first samples of a key are not worth waiting for. */
static size_t pass_silence(struct speaker *speaker, const int16_t *samples, size_t n)
{
    size_t passed = 0;

    while (passed < n && speaker->silence_left && abs(samples[passed]) < AUDIBLE) {
        passed++;
        speaker->silence_left--;
    }
    if (passed < n)
        speaker->silence_left = 0;
    return passed;
}

/* Samples that the server has not got yet. */
static void give(struct speaker *speaker, const int16_t *samples, size_t n)
{
    uint64_t had =
        speaker->delivered > speaker->position ? speaker->delivered - speaker->position : 0;

    speaker->position += n;
    if (had >= n)
        return;
    had += pass_silence(speaker, samples + had, n - had);
    speaker->delivered = speaker->position;
    speaker->breaks = speaker->pongs = 0;
    if (had == n)
        return;
    begin(speaker);
    reply_audio(speaker->reply, speaker->sample_rate, samples + had, n - had);
}

/* --- from the daemon -------------------------------------------------------------------------- */

static void take_audio(void *opaque, const char *bytes, size_t size)
{
    struct speaker *speaker = opaque;
    int16_t samples[SPEECHD_LINK_BUFFER / sizeof(int16_t)];
    size_t n = size / sizeof *samples, at = 0;

    memcpy(samples, bytes, n * sizeof *samples);
    while (at < n) {
        size_t now = n - at;
        if (speaker->marks_passed < speaker->n_marks) {
            uint64_t mark = speaker->marks[speaker->marks_passed].sample;
            if (mark <= speaker->position) {
                if (!pass_mark(speaker))
                    return;
                continue;
            }
            if (mark - speaker->position < now)
                now = (size_t)(mark - speaker->position);
        }
        give(speaker, samples + at, now);
        at += now;
    }
}

static void add_mark(struct speaker *speaker, const char *name, uint64_t sample)
{
    if (array_reserve((void **)&speaker->marks, &speaker->marks_capacity, speaker->n_marks, 1,
                      sizeof *speaker->marks) < 0)
        return;
    speaker->marks[speaker->n_marks] = (struct speaker_mark){strdup(name), sample};
    speaker->n_marks += speaker->marks[speaker->n_marks].name != NULL;
}

/* A mark is told before its sample comes. One of the analyser's own, which no text has named, is
 * not the server's. */
static void take_mark(struct speaker *speaker, const json_t *data)
{
    const char *kind = json_string_value(json_object_get(data, "event"));
    const char *name = json_string_value(json_object_get(data, "name"));
    json_int_t sample = json_integer_value(json_object_get(data, "sample"));

    if (kind && !strcmp(kind, "mark") && name && sample >= 0 && strcmp(name, "capital") != 0)
        add_mark(speaker, name, (uint64_t)sample);
}

static void take_end(struct speaker *speaker)
{
    while (speaker->marks_passed < speaker->n_marks)
        if (!pass_mark(speaker))
            return;
    finish(speaker, "702 END");
}

static void take_event(void *opaque, const char *type, const json_t *data)
{
    struct speaker *speaker = opaque;

    if (!strcmp(type, "audio-start")) {
        json_int_t rate = json_integer_value(json_object_get(data, "rate"));
        speaker->sample_rate = rate > 0 && rate < 1000000 ? (unsigned)rate : 24000;
    } else if (!strcmp(type, "sori-event")) {
        take_mark(speaker, data);
    } else if (!strcmp(type, "audio-stop")) {
        take_end(speaker);
    } else if (!strcmp(type, "pong")) {
        speaker->pongs++;
    } else if (!strcmp(type, "error")) {
        const char *text = json_string_value(json_object_get(data, "text"));
        fprintf(stderr, "sd_sori: the daemon says: %s\n", text ? text : "an error");
        take_end(speaker);
    }
}

/* --- the connection --------------------------------------------------------------------------- */

static void connect_again(struct speaker *speaker, int64_t now)
{
    link_close(&speaker->link);
    forget_marks(speaker);
    speaker->position = 0;
    speaker->asked = false;
    speaker->state = SPEAKER_CONNECTING;
    speaker->due = now;
    speaker->give_up = now + SPEECHD_CONNECT_MS;
}

static void connection_broke(struct speaker *speaker, int error, int64_t now)
{
    fprintf(stderr, "sd_sori: lost the daemon: %s\n", strerror(-error));
    if (++speaker->breaks >= SPEECHD_MAX_BREAKS)
        finish(speaker, "702 END");
    else
        connect_again(speaker, now);
}

static void try_connect(struct speaker *speaker, int64_t now)
{
    int r = daemon_connect(&speaker->link, speaker->request, now);

    if (r >= 0) {
        speaker->state = SPEAKER_RECEIVING;
        speaker->due = now + SPEECHD_SILENCE_MS;
    } else if (now >= speaker->give_up) {
        fprintf(stderr, "sd_sori: cannot reach the daemon: %s\n", strerror(-r));
        finish(speaker, "702 END");
    } else {
        speaker->due = now + SPEECHD_RETRY_MS;
    }
}

bool speaker_wants_input(const struct speaker *speaker)
{
    return speaker->state == SPEAKER_RECEIVING && !reply_full(speaker->reply);
}

/* The daemon was silent for long. -ETIMEDOUT: it hangs, or does nothing but live. */
static int ask_for_life(struct speaker *speaker, int64_t now)
{
    if (speaker->asked)
        daemon_kill(&speaker->link);
    if (speaker->asked || speaker->pongs >= SPEECHD_MAX_PONGS)
        return -ETIMEDOUT;
    speaker->asked = true;
    speaker->due = now + SPEECHD_SILENCE_MS;
    return link_ping(&speaker->link);
}

void speaker_run(struct speaker *speaker, bool readable, bool writable, int64_t now)
{
    const struct link_handler handler = {take_event, take_audio, speaker};
    int r = 0;

    if (speaker->state == SPEAKER_CONNECTING && now >= speaker->due)
        try_connect(speaker, now);
    if (speaker->state != SPEAKER_RECEIVING)
        return;
    if (writable)
        r = link_send(&speaker->link);
    if (r >= 0 && readable)
        r = link_receive(&speaker->link, &handler);
    if (speaker->state != SPEAKER_RECEIVING)
        return;
    if (readable || !speaker_wants_input(speaker)) {
        speaker->due = now + SPEECHD_SILENCE_MS;
        speaker->asked = false;
    }
    if (r >= 0 && now >= speaker->due)
        r = ask_for_life(speaker, now);
    if (r < 0)
        connection_broke(speaker, r, now);
}

/* --- messages --------------------------------------------------------------------------------- */

/* JSON holds UTF-8 only: each byte that does not belong to a code point becomes U+FFFD. */
static char *mend_utf8(const char *text, size_t size, size_t *ret_size)
{
    char *mended = malloc(3 * size + 1);
    size_t used = 0;

    for (size_t at = 0; mended && at < size;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                                              (utf8proc_ssize_t)(size - at), &code);
        if (n <= 0 || !code) {
            code = 0xfffd;
            n = 1;
        }
        used += (size_t)utf8proc_encode_char(code, (utf8proc_uint8_t *)mended + used);
        at += (size_t)n;
    }
    *ret_size = used;
    return mended;
}

void speaker_say(struct speaker *speaker, const struct settings *settings, const char *reading,
                 const char *format, const char *text, size_t size, int64_t now)
{
    _cleanup_free_ char *mended = mend_utf8(text, size, &size);

    reset(speaker);
    if (!strcmp(reading, "character") || !strcmp(reading, "key"))
        speaker->silence_left = KEY_SILENCE_MAX;
    speaker->request = settings_json(settings);
    if (!mended || !speaker->request ||
        json_object_set_new(speaker->request, "text_format", json_string(format)) < 0 ||
        json_object_set_new(speaker->request, "text", json_stringn(mended, size)) < 0 ||
        json_object_set_new(speaker->request, "reading", json_string(reading)) < 0 ||
        json_object_set_new(speaker->request, "events", json_true()) < 0) {
        finish(speaker, "702 END");
        return;
    }
    connect_again(speaker, now);
    speaker_run(speaker, false, false, now);
}

void speaker_play(struct speaker *speaker, unsigned sample_rate, const int16_t *samples, size_t n)
{
    reset(speaker);
    speaker->sample_rate = sample_rate;
    give(speaker, samples, n);
    finish(speaker, "702 END");
}

void speaker_stop(struct speaker *speaker)
{
    /* Also of a message whose closing event waits behind its last samples. */
    reply_drop_speech(speaker->reply);
    if (speaker->state != SPEAKER_IDLE)
        finish(speaker, "703 STOP");
}

void speaker_pause(struct speaker *speaker)
{
    speaker->pause_wanted = speaker->state != SPEAKER_IDLE;
}
