/* SPDX-License-Identifier: Apache-2.0 */
#include "client/speechd/voices.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "worker/voice.h"

/* "en" fits "en-US"; the server lower-cases languages. */
static bool language_fits(const char *wanted, const char *language)
{
    size_t size = strlen(wanted);

    return !strncasecmp(wanted, language, size) && (!language[size] || language[size] == '-');
}

/* --- the list --------------------------------------------------------------------------------- */

struct list {
    struct reply *reply;
    const char *language;
};

static int list_voice(void *opaque, const struct voice *voice)
{
    struct list *list = opaque;

    if (!list->language || language_fits(list->language, voice->language))
        reply_line(list->reply, "200-%s\t%s\tnone", voice->id, voice->language);
    return 0;
}

void voices_list(struct reply *reply, const char *language)
{
    struct list list = {reply, language};

    if (voice_each(list_voice, &list) < 0)
        reply_line(reply, "304 CANT LIST VOICES");
    else
        reply_line(reply, "200 OK VOICE LIST SENT");
}

/* --- the choice ------------------------------------------------------------------------------- */

struct choice {
    const struct settings *settings;
    char *id;
    size_t size;
    bool named;
};

/* The server says "male1" when nobody has asked for anything: that is no wish. */
static bool gender_fits(const char *type, const char *gender)
{
    const char *wanted = !strncmp(type, "child_", 6) ? type + 6 : type;

    return gender && *wanted && strcmp(type, "male1") != 0 &&
           !strncasecmp(wanted, gender, strlen(gender));
}

static int consider(void *opaque, const struct voice *voice)
{
    struct choice *choice = opaque;
    const struct settings *settings = choice->settings;
    bool named = *settings->synthesis_voice && !strcmp(settings->synthesis_voice, voice->id);
    bool fits = !*choice->id && *settings->language &&
                language_fits(settings->language, voice->language) &&
                gender_fits(settings->voice_type, voice->gender);

    if (!choice->named && (named || fits) && strlen(voice->id) < choice->size) {
        memcpy(choice->id, voice->id, strlen(voice->id) + 1);
        choice->named = named;
    }
    return 0;
}

bool voices_choose(const struct settings *settings, char *ret_id, size_t size)
{
    struct choice choice = {settings, ret_id, size, false};

    *ret_id = '\0';
    return voice_each(consider, &choice) >= 0 && *ret_id;
}
