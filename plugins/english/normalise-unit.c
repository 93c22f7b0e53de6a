/* SPDX-License-Identifier: Apache-2.0 */
/* Units of measurement behind a number: "5 km", "60mph", "72°F", "3 m/s", "6'2\"". */
#include "english/normalise.h"

enum {
    CLOSE = 1, /* only without a space: "5in" but not "5 in" */
};

static const struct unit {
    const char *sign, *one, *many;
    unsigned flags;
} units[] = {
    {"%", "percent", "percent", 0},
    {"\xe2\x80\xb0", "per mille", "per mille", 0},
    {"\xc2\xb0"
     "C",
     "degree Celsius", "degrees Celsius", 0},
    {"\xc2\xb0"
     "F",
     "degree Fahrenheit", "degrees Fahrenheit", 0},
    {"\xc2\xb0", "degree", "degrees", 0},
    {"km\xc2\xb2", "square kilometer", "square kilometers", 0},
    {"m\xc2\xb2", "square meter", "square meters", 0},
    {"cm\xc2\xb2", "square centimeter", "square centimeters", 0},
    {"m\xc2\xb3", "cubic meter", "cubic meters", 0},
    {"cm\xc2\xb3", "cubic centimeter", "cubic centimeters", 0},
    {"km2", "square kilometer", "square kilometers", 0},
    {"m2", "square meter", "square meters", 0},
    {"m3", "cubic meter", "cubic meters", 0},
    {"sq ft", "square foot", "square feet", 0},
    {"sq. ft.", "square foot", "square feet", 0},
    {"sq mi", "square mile", "square miles", 0},
    {"sq km", "square kilometer", "square kilometers", 0},
    {"fl oz", "fluid ounce", "fluid ounces", 0},
    {"fl. oz.", "fluid ounce", "fluid ounces", 0},
    {"km/h", "kilometer per hour", "kilometers per hour", 0},
    {"kmh", "kilometer per hour", "kilometers per hour", 0},
    {"kph", "kilometer per hour", "kilometers per hour", 0},
    {"mph", "mile per hour", "miles per hour", 0},
    {"m/s", "meter per second", "meters per second", 0},
    {"mpg", "mile per gallon", "miles per gallon", 0},
    {"fps", "frame per second", "frames per second", 0},
    {"rpm", "revolution per minute", "revolutions per minute", 0},
    {"bpm", "beat per minute", "beats per minute", 0},
    {"kbps", "kilobit per second", "kilobits per second", 0},
    {"Mbps", "megabit per second", "megabits per second", 0},
    {"Gbps", "gigabit per second", "gigabits per second", 0},
    {"MB/s", "megabyte per second", "megabytes per second", 0},
    {"GB/s", "gigabyte per second", "gigabytes per second", 0},
    {"km", "kilometer", "kilometers", 0},
    {"cm", "centimeter", "centimeters", 0},
    {"mm", "millimeter", "millimeters", 0},
    {"nm", "nanometer", "nanometers", 0},
    {"\xc2\xb5m", "micrometer", "micrometers", 0},
    {"\xce\xbcm", "micrometer", "micrometers", 0},
    {"m", "meter", "meters", 0},
    {"mi", "mile", "miles", 0},
    {"yd", "yard", "yards", 0},
    {"yds", "yard", "yards", 0},
    {"ft", "foot", "feet", 0},
    {"in", "inch", "inches", CLOSE},
    {"kg", "kilogram", "kilograms", 0},
    {"mg", "milligram", "milligrams", 0},
    {"\xc2\xb5g", "microgram", "micrograms", 0},
    {"\xce\xbcg", "microgram", "micrograms", 0},
    {"g", "gram", "grams", 0},
    {"lb", "pound", "pounds", 0},
    {"lbs", "pound", "pounds", 0},
    {"oz", "ounce", "ounces", 0},
    {"ml", "milliliter", "milliliters", 0},
    {"mL", "milliliter", "milliliters", 0},
    {"cl", "centiliter", "centiliters", 0},
    {"l", "liter", "liters", 0},
    {"L", "liter", "liters", 0},
    {"gal", "gallon", "gallons", 0},
    {"qt", "quart", "quarts", 0},
    {"pt", "point", "points", 0},
    {"tbsp", "tablespoon", "tablespoons", 0},
    {"tsp", "teaspoon", "teaspoons", 0},
    {"ha", "hectare", "hectares", 0},
    {"ms", "millisecond", "milliseconds", 0},
    {"\xc2\xb5s", "microsecond", "microseconds", 0},
    {"\xce\xbcs", "microsecond", "microseconds", 0},
    {"ns", "nanosecond", "nanoseconds", 0},
    {"s", "second", "seconds", 0},
    {"sec", "second", "seconds", 0},
    {"secs", "second", "seconds", 0},
    {"min", "minute", "minutes", 0},
    {"mins", "minute", "minutes", 0},
    {"h", "hour", "hours", 0},
    {"hr", "hour", "hours", 0},
    {"hrs", "hour", "hours", 0},
    {"yr", "year", "years", 0},
    {"yrs", "year", "years", 0},
    {"KB", "kilobyte", "kilobytes", 0},
    {"kB", "kilobyte", "kilobytes", 0},
    {"KiB", "kibibyte", "kibibytes", 0},
    {"MB", "megabyte", "megabytes", 0},
    {"MiB", "mebibyte", "mebibytes", 0},
    {"GB", "gigabyte", "gigabytes", 0},
    {"GiB", "gibibyte", "gibibytes", 0},
    {"TB", "terabyte", "terabytes", 0},
    {"PB", "petabyte", "petabytes", 0},
    {"Hz", "hertz", "hertz", 0},
    {"kHz", "kilohertz", "kilohertz", 0},
    {"MHz", "megahertz", "megahertz", 0},
    {"GHz", "gigahertz", "gigahertz", 0},
    {"kWh", "kilowatt hour", "kilowatt hours", 0},
    {"kW", "kilowatt", "kilowatts", 0},
    {"MW", "megawatt", "megawatts", 0},
    {"GW", "gigawatt", "gigawatts", 0},
    {"W", "watt", "watts", 0},
    {"V", "volt", "volts", 0},
    {"kV", "kilovolt", "kilovolts", 0},
    {"mA", "milliamp", "milliamps", 0},
    {"mAh", "milliamp hour", "milliamp hours", 0},
    {"\xce\xa9", "ohm", "ohms", 0},
    {"\xe2\x84\xa6", "ohm", "ohms", 0},
    {"kJ", "kilojoule", "kilojoules", 0},
    {"J", "joule", "joules", 0},
    {"kcal", "kilocalorie", "kilocalories", 0},
    {"cal", "calorie", "calories", 0},
    {"N", "newton", "newtons", CLOSE},
    {"kPa", "kilopascal", "kilopascals", 0},
    {"hPa", "hectopascal", "hectopascals", 0},
    {"Pa", "pascal", "pascals", 0},
    {"psi", "pound per square inch", "pounds per square inch", 0},
    {"dB", "decibel", "decibels", 0},
    {"px", "pixel", "pixels", 0},
    {"MP", "megapixel", "megapixels", 0},
    {"dpi", "dot per inch", "dots per inch", 0},
    {"hp", "horsepower", "horsepower", 0},
    {"ppm", "part per million", "parts per million", 0},
    {"\xc2\xa2", "cent", "cents", 0},
};

/* "per" behind a unit: "5 g/day", "$5/month" is money's. */
static size_t say_per(struct normaliser *normaliser, size_t at)
{
    size_t n = letters_at(normaliser, at + 1);

    if (peek(normaliser, at) != '/' || n < 2)
        return 0;
    say(normaliser, "per");
    return 1;
}

/* "6'2\"": feet and inches */
static size_t feet(struct normaliser *normaliser, size_t at, bool one)
{
    size_t prime = is_at(normaliser, at, "\xe2\x80\xb2") ? 3 : peek(normaliser, at) == '\'' ? 1 : 0;
    size_t n = prime ? digits_at(normaliser, at + prime) : 0, end = at + prime + n;

    if (!n || n > 2)
        return 0;
    say(normaliser, one ? "foot" : "feet");
    say_cardinal(normaliser, normaliser->text + at + prime, n);
    if (peek(normaliser, end) == '"')
        end++;
    else if (is_at(normaliser, end, "\xe2\x80\xb3"))
        end += 3;
    return end - at;
}

size_t say_unit(struct normaliser *normaliser, size_t at, bool one)
{
    size_t gap = spaces_at(normaliser, at), start = at + gap, best = 0;
    const struct unit *found = NULL;

    if (!gap && (best = feet(normaliser, at, one)))
        return best;
    if (gap > 1)
        return 0;
    if (!gap && peek(normaliser, at) == '-') { /* "a 5-km run" */
        gap = 1;
        start = at + 1;
        one = true;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const struct unit *unit = &units[i];
        size_t size = strlen(unit->sign);
        if (size <= best || (gap && (unit->flags & CLOSE)) || !is_at(normaliser, start, unit->sign))
            continue;
        if (!word_ends(normaliser, start + size) && unit->sign[size - 1] != '%')
            continue;
        best = size;
        found = unit;
    }
    if (!found)
        return 0;
    one = one || is_attributive(normaliser, normaliser->from, start + best);
    say(normaliser, one ? found->one : found->many);
    best += say_per(normaliser, start + best);
    return gap + best;
}
