/* SPDX-License-Identifier: Apache-2.0 */
/* Times of day: "3:45 p.m.", "15:30", "12:30:15.5", "5pm", "14:02:11 +0100"; proportions: "3:1". */
#include "english/normalise.h"

static unsigned value_at(const struct normaliser *normaliser, size_t at, size_t n)
{
    unsigned value = 0;
    for (size_t i = 0; i < n && i < 3; i++)
        value = value * 10 + (unsigned)(peek(normaliser, at + i) - '0');
    return value;
}

/* "am", "p.m." and the like: its length with the space before, and which. */
static size_t half_day(const struct normaliser *normaliser, size_t at, const char **ret_word)
{
    size_t gap = spaces_at(normaliser, at), start = at + gap;
    char first = ascii_lower(peek(normaliser, start));
    size_t dot = peek(normaliser, start + 1) == '.', m = start + 1 + dot;

    if (gap > 1 || (first != 'a' && first != 'p') || ascii_lower(peek(normaliser, m)) != 'm' ||
        !word_ends(normaliser, m + 1))
        return 0;
    *ret_word = first == 'a' ? "AM" : "PM";
    /* The last full stop is also the sentence's if nothing follows. */
    return m + 1 + (dot && peek(normaliser, m + 1) == '.' && m + 2 < normaliser->n) - at;
}

static void say_minutes(struct normaliser *normaliser, unsigned minutes, bool o_clock,
                        bool military)
{
    if (!minutes) {
        if (military)
            say(normaliser, "hundred");
        else if (o_clock)
            say(normaliser, "o'clock");
        return;
    }
    if (minutes < 10)
        say(normaliser, "oh");
    say_small(normaliser, minutes);
}

/* "8am-5pm": the dash; its length */
static size_t say_until(struct normaliser *normaliser, size_t at)
{
    size_t dash = dash_at(normaliser, at);

    if (!dash || !digits_at(normaliser, at + dash))
        return 0;
    say(normaliser, "to");
    return dash;
}

/* "Z", "+01:00", " -0330" behind a time: the length, 0 for none. */
static size_t zone_at(const struct normaliser *normaliser, size_t at)
{
    size_t gap = spaces_at(normaliser, at), digits = at + gap + 1;
    size_t n = digits_at(normaliser, digits);

    if (peek(normaliser, at) == 'Z')
        return word_ends(normaliser, at + 1);
    if (gap > 1 || !peek(normaliser, at + gap) || !strchr("+-", peek(normaliser, at + gap)))
        return 0;
    if (n == 4)
        return word_ends(normaliser, digits + 4) ? gap + 5 : 0;
    return n == 2 && !gap && peek(normaliser, digits + 2) == ':' &&
                   digits_at(normaliser, digits + 3) == 2 && word_ends(normaliser, digits + 5)
               ? 6
               : 0;
}

static void say_zone(struct normaliser *normaliser, size_t at, size_t n)
{
    size_t sign = at + spaces_at(normaliser, at), minutes = at + n - 2;
    unsigned hours = value_at(normaliser, sign + 1, 2);

    say_word(normaliser, "UTC", 3, ITEM_SPELLED);
    if (n == 1 || (!hours && !value_at(normaliser, minutes, 2)))
        return;
    say(normaliser, normaliser->text[sign] == '+' ? "plus" : "minus");
    say_small(normaliser, hours);
    if (value_at(normaliser, minutes, 2))
        say_small(normaliser, value_at(normaliser, minutes, 2));
}

/* "30", "30.125" */
static void say_seconds(struct normaliser *normaliser, size_t at, size_t end)
{
    say(normaliser, "and");
    say_small(normaliser, value_at(normaliser, at, 2));
    if (end > at + 3) {
        say(normaliser, "point");
        say_digits(normaliser, normaliser->text + at + 3, end - at - 3);
    }
    say(normaliser, "seconds");
}

static size_t with_colon(struct normaliser *normaliser, size_t at, size_t n)
{
    size_t end = at + n + 1, seconds_at = 0, seconds_end = 0, more, zone;
    unsigned hour = value_at(normaliser, at, n), minute;
    const char *half = NULL;

    if (digits_at(normaliser, end) != 2 || hour > 24)
        return 0;
    minute = value_at(normaliser, end, 2);
    end += 2;
    if (peek(normaliser, end) == ':' && digits_at(normaliser, end + 1) == 2) {
        seconds_at = end + 1;
        end += 3;
        if ((peek(normaliser, end) == '.' || peek(normaliser, end) == ',') &&
            digits_at(normaliser, end + 1))
            end += 1 + digits_at(normaliser, end + 1);
        seconds_end = end;
    }
    zone = zone_at(normaliser, end);
    if (minute > 59 || !word_ends(normaliser, end) || peek(normaliser, end) == ':')
        if (minute > 59 || (!zone && !half_day(normaliser, end, &half)))
            return 0;
    more = zone ? 0 : half_day(normaliser, end, &half);
    place(normaliser, at, end + more + zone);
    if (!hour && !minute && !seconds_at && !zone) {
        say(normaliser, "midnight");
        return end + more - at;
    }
    say_small(normaliser, hour);
    say_minutes(normaliser, minute, !more && !zone && !seconds_at && hour <= 12,
                hour > 12 && !seconds_at);
    if (seconds_at)
        say_seconds(normaliser, seconds_at, seconds_end);
    if (zone) {
        say_zone(normaliser, end, zone);
        return end + zone - at;
    }
    if (more)
        say_word(normaliser, half, 2, ITEM_SPELLED);
    return end + more + say_until(normaliser, end + more) - at;
}

static size_t proportion(struct normaliser *normaliser, size_t at, size_t n)
{
    size_t m = digits_at(normaliser, at + n + 1), end = at + n + 1 + m;

    if (!m || m > 4 || n > 4 || peek(normaliser, end) == ':')
        return 0;
    place(normaliser, at, end);
    say_cardinal(normaliser, normaliser->text + at, n);
    say(normaliser, "to");
    say_cardinal(normaliser, normaliser->text + at + n + 1, m);
    return end - at;
}

/* "5-6 pm" */
static size_t hours(struct normaliser *normaliser, size_t at, size_t n)
{
    size_t dash = dash_at(normaliser, at + n), next = at + n + dash, m, more;
    const char *half;

    m = dash ? digits_at(normaliser, next) : 0;
    if (!m || m > 2 || n > 2 || value_at(normaliser, at, n) > 12 ||
        value_at(normaliser, next, m) > 12 || !(more = half_day(normaliser, next + m, &half)))
        return 0;
    place(normaliser, at, next + m + more);
    say_small(normaliser, value_at(normaliser, at, n));
    say(normaliser, "to");
    say_small(normaliser, value_at(normaliser, next, m));
    say_word(normaliser, half, 2, ITEM_SPELLED);
    return normaliser->to - at;
}

size_t match_time(struct normaliser *normaliser, size_t at)
{
    size_t n = digits_at(normaliser, at), more, taken;
    const char *half;

    if (!n || n > 4 || (at && ascii_is_digit(normaliser->text[at - 1])))
        return 0;
    if (peek(normaliser, at + n) == ':') {
        taken = n <= 2 ? with_colon(normaliser, at, n) : 0;
        return taken ? taken : proportion(normaliser, at, n);
    }
    if ((taken = hours(normaliser, at, n)))
        return taken;
    more = n <= 2 ? half_day(normaliser, at + n, &half) : 0;
    if (!more || value_at(normaliser, at, n) > 12)
        return 0;
    place(normaliser, at, at + n + more);
    say_small(normaliser, value_at(normaliser, at, n));
    say_word(normaliser, half, 2, ITEM_SPELLED);
    return n + more + say_until(normaliser, at + n + more);
}
