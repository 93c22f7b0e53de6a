/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spiel: org.freedesktop.Speech.Provider. Every voice is there twice: with events among the samples
 * (audio/x-spiel), and as plain samples under the id with "+raw" behind it.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/dbus-bus.h"
#include "worker/error.h"

#define RAW_SUFFIX "+raw"

enum { MAX_ID = 128, MAX_FORMAT = 96, MAX_LANGUAGE = 64 };

/* libspeechprovider, speech-provider-common.h: what a voice can do. All of it that the analysers
 * do; a token has no effect, a range is a word, glyphs are not told apart. */
#define EVENTS_WORD (UINT64_C(1) << 0)
#define EVENTS_SENTENCE (UINT64_C(1) << 1)
#define EVENTS_SSML_MARK (UINT64_C(1) << 3)
#define SSML_SAY_AS_DATE (UINT64_C(1) << 4)
#define SSML_SAY_AS_TIME (UINT64_C(1) << 5)
#define SSML_SAY_AS_TELEPHONE (UINT64_C(1) << 6)
#define SSML_SAY_AS_CHARACTERS (UINT64_C(1) << 7)
#define SSML_SAY_AS_GLYPHS (UINT64_C(1) << 8)
#define SSML_SAY_AS_CARDINAL (UINT64_C(1) << 9)
#define SSML_SAY_AS_ORDINAL (UINT64_C(1) << 10)
#define SSML_SAY_AS_CURRENCY (UINT64_C(1) << 11)
#define SSML_BREAK (UINT64_C(1) << 12)
#define SSML_SUB (UINT64_C(1) << 13)
#define SSML_PHONEME (UINT64_C(1) << 14)
#define SSML_EMPHASIS (UINT64_C(1) << 15)
#define SSML_PROSODY (UINT64_C(1) << 16)
#define SSML_SENTENCE_PARAGRAPH (UINT64_C(1) << 17)
#define SSML                                                                                       \
    (EVENTS_SSML_MARK | SSML_SAY_AS_DATE | SSML_SAY_AS_TIME | SSML_SAY_AS_TELEPHONE |              \
     SSML_SAY_AS_CHARACTERS | SSML_SAY_AS_GLYPHS | SSML_SAY_AS_CARDINAL | SSML_SAY_AS_ORDINAL |    \
     SSML_SAY_AS_CURRENCY | SSML_BREAK | SSML_SUB | SSML_PHONEME | SSML_EMPHASIS | SSML_PROSODY |  \
     SSML_SENTENCE_PARAGRAPH)
#define EVENTS (EVENTS_WORD | EVENTS_SENTENCE)

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SAMPLE_FORMAT "S16LE"
#else
#define SAMPLE_FORMAT "S16BE"
#endif

/* --- Voices ----------------------------------------------------------------------------------- */

/* The language as it is, and alone: clients look for the exact word. */
static bool append_languages(DBusMessageIter *tuple, const char *language)
{
    DBusMessageIter list;
    char bare[MAX_LANGUAGE];
    const char *word = bare;
    size_t n = strcspn(language, "-");

    if (!dbus_message_iter_open_container(tuple, DBUS_TYPE_ARRAY, "s", &list))
        return false;
    if (*language && !dbus_message_iter_append_basic(&list, DBUS_TYPE_STRING, &language))
        return false;
    snprintf(bare, sizeof bare, "%.*s", (int)(n < sizeof bare ? n : 0), language);
    if (language[n] && !dbus_message_iter_append_basic(&list, DBUS_TYPE_STRING, &word))
        return false;
    return dbus_message_iter_close_container(tuple, &list);
}

/* The analyser of English reads SSML; without events there are no marks. */
static dbus_uint64_t features_of(const struct voice_info *voice, bool raw)
{
    dbus_uint64_t features = raw ? 0 : EVENTS;

    if (!strncmp(bus_text(voice->language), "en", 2))
        features |= raw ? SSML & ~EVENTS_SSML_MARK : SSML;
    return features;
}

static bool append_voice(DBusMessageIter *list, const struct voice_info *voice, bool raw)
{
    DBusMessageIter tuple;
    char id[MAX_ID], name[MAX_ID], format[MAX_FORMAT];
    const char *texts[] = {name, id, format};
    dbus_uint64_t features = features_of(voice, raw);

    snprintf(id, sizeof id, "%s%s", voice->id, raw ? RAW_SUFFIX : "");
    snprintf(name, sizeof name, "%s%s", bus_text(voice->name), raw ? " (sound only)" : "");
    snprintf(format, sizeof format, "audio/x-%s,format=" SAMPLE_FORMAT ",channels=1,rate=%u",
             raw ? "raw" : "spiel", voice->sample_rate);
    if (!dbus_validate_utf8(id, NULL) || !dbus_validate_utf8(name, NULL))
        return true; /* a name cut in the middle of a character: nobody could ask for it */
    if (!dbus_message_iter_open_container(list, DBUS_TYPE_STRUCT, NULL, &tuple))
        return false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!dbus_message_iter_append_basic(&tuple, DBUS_TYPE_STRING, &texts[i]))
            return false;
    return dbus_message_iter_append_basic(&tuple, DBUS_TYPE_UINT64, &features) &&
           append_languages(&tuple, bus_text(voice->language)) &&
           dbus_message_iter_close_container(list, &tuple);
}

bool provider_append_voices(const struct frontend_dbus *bus, DBusMessageIter *to)
{
    const struct voices *voices = bus->daemon->voices;
    DBusMessageIter variant, list;
    bool fine = dbus_message_iter_open_container(to, DBUS_TYPE_VARIANT, "a(ssstas)", &variant) &&
                dbus_message_iter_open_container(&variant, DBUS_TYPE_ARRAY, "(ssstas)", &list);

    for (int raw = 0; fine && raw < 2; raw++)
        for (size_t i = 0; fine && i < voices_count(voices); i++)
            fine = append_voice(&list, voices_get(voices, i), raw);
    return fine && dbus_message_iter_close_container(&variant, &list) &&
           dbus_message_iter_close_container(to, &variant);
}

/* --- Synthesize ------------------------------------------------------------------------------- */

static bool ends_in_raw(const char *id, size_t *ret_size)
{
    size_t size = strlen(id), suffix = strlen(RAW_SUFFIX);

    *ret_size = size > suffix ? size - suffix : size;
    return size > suffix && !strcmp(id + size - suffix, RAW_SUFFIX);
}

/* A voice of exactly that id wins; "" is the voice for the language. */
static int choose_voice(const struct frontend_dbus *bus, const char *id, char ret_id[static MAX_ID],
                        enum stream_format *ret_format)
{
    const struct voices *voices = bus->daemon->voices;
    size_t size = strlen(id);

    *ret_format = STREAM_SPIEL;
    if (*id && !voices_find(voices, id) && ends_in_raw(id, &size))
        *ret_format = STREAM_RAW;
    else
        size = strlen(id);
    if (size < MAX_ID) {
        memcpy(ret_id, id, size);
        ret_id[size] = 0;
    }
    if (size >= MAX_ID || !*ret_id || !voices_find(voices, ret_id))
        return fail(-EINVAL, "there is no voice '%.60s'", id);
    return 0;
}

/* Both interfaces count from one octave down; Spiel's scale begins at 0. */
static int set_prosody(struct request_options *options, double pitch, double rate)
{
    if (!(pitch >= 0 && pitch <= 2))
        return fail(-EINVAL, "pitch %g is not from 0 to 2", pitch);
    if (!(rate >= RATE_MIN && rate <= RATE_MAX))
        return fail(-EINVAL, "rate %g is not from %g to %g", rate, RATE_MIN, RATE_MAX);
    options->pitch = fmax(pitch, PITCH_MIN);
    options->rate = rate;
    options->volume = 1; /* the client's business */
    return 0;
}

static void synthesize(struct frontend_dbus *bus, DBusMessage *call)
{
    struct request_options options;
    struct job_order order = {.options = &options, .fd = -1};
    struct request *request;
    const char *voice, *language;
    char id[MAX_ID];
    double pitch, rate;
    dbus_bool_t ssml;
    int r;

    if (!dbus_message_get_args(call, NULL, DBUS_TYPE_UNIX_FD, &order.fd, DBUS_TYPE_STRING,
                               &order.text, DBUS_TYPE_STRING, &voice, DBUS_TYPE_DOUBLE, &pitch,
                               DBUS_TYPE_DOUBLE, &rate, DBUS_TYPE_BOOLEAN, &ssml, DBUS_TYPE_STRING,
                               &language, DBUS_TYPE_INVALID)) {
        bus_error(bus, call, DBUS_ERROR_LIMITS_EXCEEDED, "the descriptor could not be received");
        return;
    }
    request_options_init(&options);
    options.kind = REQUEST_SPEAK;
    options.flags = REQUEST_AUDIO | (ssml ? REQUEST_SSML : 0u);
    options.language = language;
    options.voice = id;
    r = choose_voice(bus, voice, id, &order.format);
    if (r >= 0)
        r = set_prosody(&options, pitch, rate);
    if (r < 0)
        cleanup_close(&order.fd);
    else
        r = job_start(bus, call, &order, &request);
    if (r < 0)
        bus_fail(bus, call, r);
    else
        bus_reply(bus, call, DBUS_TYPE_INVALID);
}

const struct dbus_method provider_methods[] = {
    {PROVIDER_INTERFACE, "Synthesize", "hssddbs", synthesize},
};
const size_t n_provider_methods = sizeof provider_methods / sizeof *provider_methods;
