/* SPDX-License-Identifier: Apache-2.0 */
/* Values of attributes. What cannot be read changes nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/ssml-builder.h"

struct named {
    const char *name;
    double value;
};

static const struct named *find(const struct named *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(table[i].name, name))
            return &table[i];
    return NULL;
}

#define FIND(table, name) find(table, sizeof(table) / sizeof *(table), name)

/* A number of XML: no hexadecimal, no "inf", nothing of the locale. *ret_unit is what follows. */
static bool number(const char *text, double *ret_number, const char **ret_unit)
{
    double value = 0, place = 1;
    bool minus = *text == '-', digits = false;

    text += *text == '-' || *text == '+';
    for (; *text >= '0' && *text <= '9'; text++, digits = true)
        value = value * 10 + (*text - '0');
    if (*text == '.')
        for (text++; *text >= '0' && *text <= '9'; text++, digits = true)
            value += (*text - '0') * (place /= 10);
    *ret_number = minus ? -value : value;
    *ret_unit = text;
    return digits && value < 1e6;
}

uint32_t ssml_pause(const char *time, const char *strength)
{
    static const struct named strengths[] = {{"none", 0},     {"x-weak", 0},   {"weak", 100},
                                             {"medium", 250}, {"strong", 500}, {"x-strong", 1000}};
    const struct named *named = FIND(strengths, strength ? strength : "medium");
    double value;
    const char *unit;

    if (time && number(time, &value, &unit) && (!strcmp(unit, "s") || !strcmp(unit, "ms"))) {
        value *= *unit == 's' ? 1000 : 1;
        return value <= 0 ? 0 : value < SSML_MAX_PAUSE_MS ? (uint32_t)value : SSML_MAX_PAUSE_MS;
    }
    return (uint32_t)(named ? named->value : 250);
}

static float bound(double value, double min, double max)
{
    return (float)fmin(fmax(value, min), max);
}

static bool is_signed(const char *value)
{
    return *value == '+' || *value == '-';
}

/* "+10%" adds to 100 %, "80%" is a part of it. */
static double percent(const char *value, double n)
{
    return is_signed(value) ? 1 + n / 100 : n / 100;
}

/* "80%" and SSML 1.0's "0.8" are parts of the voice's own rate, whatever is around; "+10%" counts
 * from what is around. */
static double rate_of(double now, const char *value)
{
    static const struct named names[] = {{"x-slow", .5}, {"slow", .75}, {"medium", 1},
                                         {"default", 1}, {"fast", 1.5}, {"x-fast", 2}};
    const struct named *named = FIND(names, value);
    const char *unit;
    double n;

    if (named)
        return named->value;
    if (!number(value, &n, &unit) || (*unit && strcmp(unit, "%")))
        return now;
    if (is_signed(value))
        return *unit ? now * percent(value, n) : now;
    return n <= 0 ? now : *unit ? n / 100 : n;
}

/* The model's own frequency is not known here: "+20Hz" counts from that of a middle voice, and an
 * absolute frequency changes nothing. */
static double pitch_of(double now, const char *value)
{
    static const struct named names[] = {{"x-low", .63}, {"low", .8},    {"medium", 1},
                                         {"default", 1}, {"high", 1.25}, {"x-high", 1.6}};
    const double middle = 180;
    const struct named *named = FIND(names, value);
    const char *unit;
    double n;

    if (named)
        return named->value;
    if (!number(value, &n, &unit))
        return now;
    if (!strcmp(unit, "%"))
        return now * percent(value, n);
    if (!strcmp(unit, "st"))
        return now * exp2(fmin(fmax(n, -48), 48) / 12);
    return !strcmp(unit, "Hz") && is_signed(value) ? now * (1 + n / middle) : now;
}

static double volume_of(double now, const char *value)
{
    static const struct named names[] = {{"silent", 0}, {"x-soft", .25}, {"soft", .5},
                                         {"medium", 1}, {"default", 1},  {"loud", 1.5},
                                         {"x-loud", 2}};
    const struct named *named = FIND(names, value);
    const char *unit;
    double n;

    if (named)
        return named->value;
    if (!number(value, &n, &unit))
        return now;
    if (!strcmp(unit, "%"))
        return now * percent(value, n);
    if (!strcmp(unit, "dB"))
        return now * pow(10, fmin(fmax(n, -200), 200) / 20);
    if (*unit)
        return now;
    return is_signed(value) ? now + n / 100 : n / 100; /* SSML 1.0: 0..100 */
}

void ssml_prosody(struct sori_prosody *prosody, const char *name, const char *value)
{
    if (!strcmp(name, "rate"))
        prosody->rate = bound(rate_of((double)prosody->rate, value), RATE_MIN, RATE_MAX);
    else if (!strcmp(name, "pitch"))
        prosody->pitch = bound(pitch_of((double)prosody->pitch, value), PITCH_MIN, PITCH_MAX);
    else if (!strcmp(name, "volume"))
        prosody->volume = bound(volume_of((double)prosody->volume, value), 0, VOLUME_MAX);
}

void ssml_emphasis(struct sori_prosody *prosody, const char *level)
{
    static const struct {
        const char *level, *rate, *pitch, *volume;
    } table[] = {{"moderate", "-7%", "+4%", "+1dB"},
                 {"strong", "-15%", "+8%", "+2.5dB"},
                 {"none", "+0%", "+0%", "+0dB"},
                 {"reduced", "+8%", "-4%", "-2dB"}};
    size_t i = sizeof table / sizeof *table;

    while (level && --i && strcmp(table[i].level, level))
        ;
    i = level ? i : 0; /* what is not known, or not said, is "moderate" */
    ssml_prosody(prosody, "rate", table[i].rate);
    ssml_prosody(prosody, "pitch", table[i].pitch);
    ssml_prosody(prosody, "volume", table[i].volume);
}
