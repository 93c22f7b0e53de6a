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
    int best;
    char *id;
    size_t size;
};

static bool gender_fits(const char *type, const char *gender)
{
    const char *wanted = !strncmp(type, "child_", 6) ? type + 6 : type;

    return gender && *wanted && !strncasecmp(wanted, gender, strlen(gender));
}

static int rate_voice(void *opaque, const struct voice *voice)
{
    struct choice *choice = opaque;
    const struct settings *settings = choice->settings;
    int score = 0, n;

    if (*settings->synthesis_voice && !strcmp(settings->synthesis_voice, voice->id))
        score += 4;
    if (*settings->language && language_fits(settings->language, voice->language))
        score += 2;
    if (gender_fits(settings->voice_type, voice->gender))
        score += 1;
    if (score <= choice->best)
        return 0;
    n = snprintf(choice->id, choice->size, "%s", voice->id);
    if (n > 0 && (size_t)n < choice->size)
        choice->best = score;
    return 0;
}

bool voices_choose(const struct settings *settings, char *ret_id, size_t size)
{
    /* Gender alone must not bring up a voice of another language than the daemon's default. */
    struct choice choice = {settings, 1, ret_id, size};

    return voice_each(rate_voice, &choice) >= 0 && choice.best > 1;
}
