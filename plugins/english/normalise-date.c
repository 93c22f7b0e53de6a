/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates: "2024-01-05", "1/5/2024" (month first, as in America, unless that cannot be), "05.01.2024"
 * (day first), "Jan. 5, 2024", "5 January 2024", "January 5th", "Jan 2024", "Sept. 1", "'90s"; days
 * of the week before them ("Tue, 5 Mar") and in ranges ("Mon-Fri").
 */
#include "english/normalise.h"

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

struct date {
    unsigned year, month, day; /* 0: not given; the year as it stands */
    size_t year_at, year_n;
    unsigned until; /* "June 5-7" */
};

static unsigned two_digits(const struct normaliser *normaliser, size_t at, size_t n)
{
    unsigned value = 0;
    for (size_t i = 0; i < n && i < 4; i++)
        value = value * 10 + (unsigned)(peek(normaliser, at + i) - '0');
    return value;
}

static void say_day(struct normaliser *normaliser, unsigned day)
{
    char digits[2] = {(char)('0' + day / 10), (char)('0' + day % 10)};
    say_ordinal(normaliser, digits, 2);
}

static void say_year_at(struct normaliser *normaliser, size_t at, size_t n)
{
    if (n == 4)
        say_year(normaliser, normaliser->text + at);
    else if (n == 2 && peek(normaliser, at) == '0')
        say(normaliser, "oh"), say_digits(normaliser, normaliser->text + at + 1, 1);
    else
        say_cardinal(normaliser, normaliser->text + at, n);
}

static void say_date(struct normaliser *normaliser, const struct date *date)
{
    say(normaliser, months[date->month - 1]);
    if (date->day)
        say_day(normaliser, date->day);
    if (date->until) {
        say(normaliser, "to");
        say_day(normaliser, date->until);
    }
    if (date->year_n && date->day)
        say_mark(normaliser, ',');
    if (date->year_n)
        say_year_at(normaliser, date->year_at, date->year_n);
}

/* --- all in digits ---------------------------------------------------------------------------- */

static bool valid(const struct date *date)
{
    return date->month >= 1 && date->month <= 12 && date->day >= 1 && date->day <= 31;
}

static size_t in_digits(struct normaliser *normaliser, size_t at)
{
    size_t n[3], place_of[3], end = at, clock = 0; /* "2024-01-05T15:30" */
    struct date date = {0};
    char separator = 0;

    for (int i = 0; i < 3; i++) {
        place_of[i] = end;
        n[i] = digits_at(normaliser, end);
        end += n[i];
        if (!n[i] || n[i] > 4 || (i < 2 && !strchr("-/.", peek(normaliser, end))))
            return 0;
        if (i < 2 && separator && peek(normaliser, end) != separator)
            return 0;
        if (i < 2)
            separator = peek(normaliser, end++);
    }
    if (n[0] == 4 && peek(normaliser, end) == 'T' && digits_at(normaliser, end + 1) >= 2)
        clock = 1;
    if (!word_ends(normaliser, end + clock) == !clock || !separator || n[1] > 2 ||
        (peek(normaliser, end) == separator && digits_at(normaliser, end + 1)))
        return 0;
    if (n[0] == 4 && n[2] <= 2 && separator != '.') { /* year first */
        date = (struct date){1, two_digits(normaliser, place_of[1], n[1]),
                             two_digits(normaliser, place_of[2], n[2]), place_of[0], 4};
    } else if (n[0] <= 2 && (n[2] == 4 || (n[2] == 2 && separator == '/'))) {
        unsigned a = two_digits(normaliser, place_of[0], n[0]);
        unsigned b = two_digits(normaliser, place_of[1], n[1]);
        bool day_first = separator == '.' || a > 12;
        date = (struct date){1, day_first ? b : a, day_first ? a : b, place_of[2], n[2]};
    } else {
        return 0;
    }
    if (!valid(&date))
        return 0;
    place(normaliser, at, end);
    say_date(normaliser, &date);
    if (clock)
        say_mark(normaliser, ',');
    return end + clock - at;
}

/* --- with the month in letters ---------------------------------------------------------------- */

/* The month that begins at `at`, 1..12, and its length with the full stop of an abbreviation. */
static unsigned month_at(const struct normaliser *normaliser, size_t at, size_t *ret_length)
{
    size_t n = letters_at(normaliser, at);
    const char *word = normaliser->text + at;

    *ret_length = n;
    if (n < 3 || !(word[0] >= 'A' && word[0] <= 'Z'))
        return 0;
    for (unsigned i = 0; i < 12; i++) {
        size_t size = strlen(months[i]);
        bool whole = n == size && !memcmp(word, months[i], n);
        bool cut = (n == 3 || (n == 4 && i == 8)) && !memcmp(word, months[i], n) && size > n;
        if (whole || cut) {
            *ret_length += cut && peek(normaliser, at + n) == '.';
            return i + 1;
        }
    }
    return 0;
}

/* A day at `at`, with its ending ("5th"); 0 for none. */
static unsigned day_at(const struct normaliser *normaliser, size_t at, size_t *ret_length)
{
    size_t n = digits_at(normaliser, at), letters = letters_at(normaliser, at + n);
    unsigned day = two_digits(normaliser, at, n);

    *ret_length = n;
    if (!n || n > 2 || day < 1 || day > 31)
        return 0;
    if (letters == 2 &&
        strstr("st nd rd th", (char[3]){peek(normaliser, at + n), peek(normaliser, at + n + 1), 0}))
        *ret_length += 2;
    else if (letters)
        return 0;
    if (strchr(":.,/%", peek(normaliser, at + *ret_length)) && peek(normaliser, at + *ret_length) &&
        digits_at(normaliser, at + *ret_length + 1))
        return 0;
    return day;
}

/* A year behind a date: its place; *ret_end is where it ends. */
static size_t year_behind(const struct normaliser *normaliser, size_t at, size_t *ret_end)
{
    size_t start = at + (peek(normaliser, at) == ',');

    start += spaces_at(normaliser, start);
    if (start == at || digits_at(normaliser, start) != 4 || !word_ends(normaliser, start + 4) ||
        !strchr("12", peek(normaliser, start)))
        return 0;
    *ret_end = start + 4;
    return start;
}

/* The later day behind the one that ends at *end: "5-7". */
static unsigned until_at(const struct normaliser *normaliser, unsigned day, size_t *end)
{
    size_t dash = day ? dash_at(normaliser, *end) : 0, n = 0;
    unsigned until = dash ? day_at(normaliser, *end + dash, &n) : 0;

    if (until <= day || dash_at(normaliser, *end + dash + n))
        return 0;
    *end += dash + n;
    return until;
}

static size_t month_first(struct normaliser *normaliser, size_t at)
{
    size_t n, day_n, end, next, year_end;
    struct date date = {.month = month_at(normaliser, at, &n)};

    if (!date.month || (at && ascii_is_letter(normaliser->text[at - 1])))
        return 0;
    end = at + n;
    next = end + spaces_at(normaliser, end);
    if (next > end && (date.day = day_at(normaliser, next, &day_n)))
        end = next + day_n;
    date.until = until_at(normaliser, date.day, &end);
    date.year_at = year_behind(normaliser, end, &year_end);
    if (date.year_at) {
        date.year_n = 4;
        end = year_end;
    }
    if (!date.day && !date.year_n) {
        /* An abbreviation alone: "Jan." but not "Mar", which may be a name. */
        if (normaliser->text[at + n - 1] != '.')
            return 0;
        end = at + n;
    }
    place(normaliser, at, end);
    say_date(normaliser, &date);
    return end - at;
}

static bool the_before(const struct normaliser *normaliser, size_t at)
{
    return at >= 4 && ascii_equals(normaliser->text + at - 4, 4, "the ");
}

static size_t day_first(struct normaliser *normaliser, size_t at)
{
    size_t day_n, month_n, next, end, year_end;
    struct date date = {.day = day_at(normaliser, at, &day_n)};

    if (!date.day)
        return 0;
    next = at + day_n + spaces_at(normaliser, at + day_n);
    if (is_at(normaliser, next, "of "))
        next += 3;
    date.month = next > at + day_n ? month_at(normaliser, next, &month_n) : 0;
    if (!date.month)
        return 0;
    end = next + month_n;
    date.year_at = year_behind(normaliser, end, &year_end);
    place(normaliser, at, date.year_at ? year_end : end);
    if (!the_before(normaliser, at))
        say(normaliser, "the");
    say_day(normaliser, date.day);
    say(normaliser, "of");
    say(normaliser, months[date.month - 1]);
    if (date.year_at)
        say_year_at(normaliser, date.year_at, 4);
    return normaliser->to - at;
}

/* --- days of the week ------------------------------------------------------------------------- */

/* The day that is cut to three letters there, or NULL. */
static const char *weekday_at(const struct normaliser *normaliser, size_t at)
{
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};

    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (letters_at(normaliser, at) == 3 && !memcmp(normaliser->text + at, days[i], 3))
            return days[i];
    return NULL;
}

/* Is there a date or a time of day? */
static bool dated(const struct normaliser *normaliser, size_t at)
{
    size_t n = digits_at(normaliser, at), month_n, day_n;

    if (month_at(normaliser, at, &month_n))
        return true;
    if (n && n <= 2 && peek(normaliser, at + n) == ':')
        return digits_at(normaliser, at + n + 1) == 2;
    if (n == 4 && peek(normaliser, at + n) == '-')
        return true;
    return day_at(normaliser, at, &day_n) &&
           month_at(normaliser, at + day_n + spaces_at(normaliser, at + day_n), &month_n);
}

/* "Tue, 5 Mar", "Mon-Fri"; alone "Sat" and "Sun" are words. */
static size_t weekday(struct normaliser *normaliser, size_t at)
{
    const char *day = weekday_at(normaliser, at), *until;
    size_t end = at + 3, dash, next;

    if (!day || (at && ascii_is_alnum(normaliser->text[at - 1])))
        return 0;
    dash = dash_at(normaliser, end);
    until = dash ? weekday_at(normaliser, end + dash) : NULL;
    if (until) {
        end += dash + 3;
        place(normaliser, at, end);
        say(normaliser, day);
        say(normaliser, "to");
        say(normaliser, until);
        return end - at;
    }
    next = end + (peek(normaliser, end) == ',');
    if (!spaces_at(normaliser, next) || !dated(normaliser, next + spaces_at(normaliser, next)))
        return 0;
    place(normaliser, at, end);
    say(normaliser, day);
    return end - at;
}

/* --- "'90s", "'05" ---------------------------------------------------------------------------- */

static size_t short_year(struct normaliser *normaliser, size_t at)
{
    size_t mark = peek(normaliser, at) == '\'' ? 1 : is_at(normaliser, at, "\xe2\x80\x99") ? 3 : 0;

    if (!mark || digits_at(normaliser, at + mark) != 2 || !word_ends(normaliser, at + mark + 2))
        return 0;
    place(normaliser, at, at + mark + 2);
    say_year_at(normaliser, at + mark, 2);
    return mark + 2;
}

size_t match_date(struct normaliser *normaliser, size_t at)
{
    char c = normaliser->text[at];
    size_t taken = 0;

    if (ascii_is_digit(c))
        return (taken = in_digits(normaliser, at)) ? taken : day_first(normaliser, at);
    if (ascii_is_letter(c))
        return (taken = weekday(normaliser, at)) ? taken : month_first(normaliser, at);
    return chunk_begins(normaliser, at) ? short_year(normaliser, at) : 0;
}
