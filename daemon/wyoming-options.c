/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a text is to be spoken: Wyoming's voice and text format, and what Sori takes beside them in
 * the same object (sori-protocols(7)). Values out of range are refused by queue_submit().
 */
#include <string.h>

#include <sori/stage.h>

#include "daemon/wyoming-connection.h"

struct name {
    const char *name;
    unsigned value;
};

static const struct name readings[] = {
    {"text", SORI_READ_TEXT},
    {"spelling", SORI_READ_SPELLING},
    {"character", SORI_READ_CHARACTER},
    {"key", SORI_READ_KEY},
    {NULL, 0},
};
static const struct name punctuations[] = {
    {"natural", SORI_PUNCTUATION_NATURAL}, {"none", SORI_PUNCTUATION_NONE},
    {"some", SORI_PUNCTUATION_SOME},       {"most", SORI_PUNCTUATION_MOST},
    {"all", SORI_PUNCTUATION_ALL},         {NULL, 0},
};
static const struct name capitals[] = {
    {"none", SORI_CAPITALS_NONE},
    {"spelled", SORI_CAPITALS_SPELLED},
    {"icon", SORI_CAPITALS_ICON},
    {NULL, 0},
};
static const struct name formats[] = {
    {"text", 0},
    {"ssml", REQUEST_SSML},
    {NULL, 0},
};

static bool take_name(const json_t *data, const char *key, const struct name *names,
                      unsigned *ret_value)
{
    const char *name = wyoming_text(data, key, NULL);

    if (!name)
        return true;
    for (; names->name; names++) {
        if (strcmp(name, names->name) != 0)
            continue;
        *ret_value = names->value;
        return true;
    }
    return false;
}

static bool take_number(const json_t *data, const char *key, double *ret_value)
{
    const json_t *value = json_object_get(data, key);

    if (value && !json_is_number(value))
        return false;
    if (value)
        *ret_value = json_number_value(value);
    return true;
}

const char *wyoming_options(const json_t *data, struct request_options *options)
{
    unsigned ssml = 0;

    if (!take_name(data, "text_format", formats, &ssml))
        return "text_format: neither text nor ssml";
    options->flags |= ssml;
    if (!take_name(data, "reading", readings, &options->reading))
        return "reading: not one of text, spelling, character, key";
    if (!take_name(data, "punctuation", punctuations, &options->punctuation))
        return "punctuation: not one of natural, none, some, most, all";
    if (!take_name(data, "capitals", capitals, &options->capitals))
        return "capitals: not one of none, spelled, icon";
    if (!take_number(data, "rate", &options->rate) ||
        !take_number(data, "pitch", &options->pitch) ||
        !take_number(data, "volume", &options->volume))
        return "rate, pitch and volume are numbers";
    return NULL;
}
