/* SPDX-License-Identifier: Apache-2.0 */
#include "english/script.h"

#include <utf8proc.h>

#include "english/fold.h"
#include "english/utf8.h"

enum { LETTERS_MAX = 64, RUN_BYTES = 160 };

/* --- sounds ----------------------------------------------------------------------------------- */

static const char *greek_name(uint32_t symbol)
{
    static const char *const names[] = {
        "alpha", "beta",   "gamma",   "delta", "epsilon", "zeta",    "eta",  "theta", "iota",
        "kappa", "lambda", "mu",      "nu",    "xi",      "omicron", "pi",   "rho",   "sigma",
        "sigma", "tau",    "upsilon", "phi",   "chi",     "psi",     "omega"};

    if (symbol >= 0x391 && symbol <= 0x3a9)
        return names[symbol - 0x391];
    return symbol >= 0x3b1 && symbol <= 0x3c9 ? names[symbol - 0x3b1] : NULL;
}

static const char *greek(uint32_t symbol)
{
    static const char *const sounds[] = {"a", "v", "g", "d", "e", "z",  "i", "th", "i",
                                         "k", "l", "m", "n", "x", "o",  "p", "r",  "s",
                                         "s", "t", "i", "f", "h", "ps", "o"};
    uint32_t small = symbol < 0x3b1 ? symbol + 0x20 : symbol;
    return small >= 0x3b1 && small <= 0x3c9 ? sounds[small - 0x3b1] : NULL;
}

static const char *cyrillic(uint32_t symbol)
{
    static const char *const sounds[] = {
        "a", "b", "v", "g", "d", "ye", "zh", "z",  "i",  "y",    "k", "l", "m", "n", "o",  "p",
        "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "",  "y", "",  "e", "yu", "ya"};
    static const struct {
        uint16_t symbol;
        const char *sound;
    } others[] = {{0x451, "yo"}, {0x452, "j"}, {0x454, "ye"}, {0x455, "dz"}, {0x456, "i"},
                  {0x457, "yi"}, {0x458, "y"}, {0x459, "ly"}, {0x45a, "ny"}, {0x45b, "ch"},
                  {0x45e, "w"},  {0x45f, "j"}, {0x491, "g"}};

    if (symbol >= 0x410 && symbol <= 0x44f)
        return sounds[(symbol - 0x410) % 32];
    if (symbol >= 0x400 && symbol < 0x410)
        symbol += 0x50;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].symbol == symbol || others[i].symbol == symbol + 1)
            return others[i].sound;
    return NULL;
}

/* Hiragana from U+3041 on; Katakana lies 0x60 above. */
static const char *kana(uint32_t symbol)
{
    static const char *const sounds[] = {
        "a",  "a",  "i",  "i",  "u",   "u",  "e",  "e",   "o",   "o",  "ka", "ga", "ki", "gi",
        "ku", "gu", "ke", "ge", "ko",  "go", "sa", "za",  "shi", "ji", "su", "zu", "se", "ze",
        "so", "zo", "ta", "da", "chi", "ji", "",   "tsu", "zu",  "te", "de", "to", "do", "na",
        "ni", "nu", "ne", "no", "ha",  "ba", "pa", "hi",  "bi",  "pi", "fu", "bu", "pu", "he",
        "be", "pe", "ho", "bo", "po",  "ma", "mi", "mu",  "me",  "mo", "ya", "ya", "yu", "yu",
        "yo", "yo", "ra", "ri", "ru",  "re", "ro", "wa",  "wa",  "i",  "e",  "o",  "n",  "vu"};
    uint32_t first = symbol >= 0x30a1 ? 0x30a1 : 0x3041, at = symbol - first;

    if (symbol == 0x30fc)
        return "";
    return at < sizeof sounds / sizeof *sounds && symbol >= 0x3041 ? sounds[at] : NULL;
}

/* A Hangul syllable: 19 initials, 21 vowels, 28 finals (Unicode standard, 3.12). */
static size_t hangul(uint32_t symbol, char *ret_sound, size_t room)
{
    static const char *const initials[] = {"g",  "kk", "n", "d",  "tt", "r", "m", "b", "pp", "s",
                                           "ss", "",   "j", "jj", "ch", "k", "t", "p", "h"};
    static const char *const vowels[] = {"a",  "ae", "ya", "yae", "eo", "e",  "yeo",
                                         "ye", "o",  "wa", "wae", "oe", "yo", "u",
                                         "wo", "we", "wi", "yu",  "eu", "ui", "i"};
    static const char *const finals[] = {"",  "k",  "k", "k", "n", "n", "n", "t", "l", "k",
                                         "m", "l",  "l", "l", "p", "l", "m", "p", "p", "t",
                                         "t", "ng", "t", "t", "k", "t", "p", "t"};
    uint32_t index = symbol - 0xac00;
    const char *parts[3];
    size_t n = 0;

    if (symbol < 0xac00 || symbol > 0xd7a3)
        return 0;
    parts[0] = initials[index / 588];
    parts[1] = vowels[index / 28 % 21];
    parts[2] = finals[index % 28];
    for (int i = 0; i < 3; i++)
        for (const char *c = parts[i]; *c && n < room; c++)
            ret_sound[n++] = *c;
    return n;
}

/* --- which script ----------------------------------------------------------------------------- */

enum script { GREEK, CYRILLIC, KANA, HANGUL, OTHER };

static const struct range {
    uint32_t first, last;
    const char *name;
    enum script script;
} ranges[] = {
    {0x370, 0x3ff, "Greek", GREEK},         {0x1f00, 0x1fff, "Greek", GREEK},
    {0x400, 0x52f, "Cyrillic", CYRILLIC},   {0x1c80, 0x1c8f, "Cyrillic", CYRILLIC},
    {0x2de0, 0x2dff, "Cyrillic", CYRILLIC}, {0xa640, 0xa69f, "Cyrillic", CYRILLIC},
    {0x530, 0x58f, "Armenian", OTHER},      {0x590, 0x5ff, "Hebrew", OTHER},
    {0x600, 0x6ff, "Arabic", OTHER},        {0x750, 0x77f, "Arabic", OTHER},
    {0x8a0, 0x8ff, "Arabic", OTHER},        {0xfb1d, 0xfb4f, "Hebrew", OTHER},
    {0xfb50, 0xfdff, "Arabic", OTHER},      {0xfe70, 0xfeff, "Arabic", OTHER},
    {0x700, 0x74f, "Syriac", OTHER},        {0x900, 0x97f, "Devanagari", OTHER},
    {0x980, 0x9ff, "Bengali", OTHER},       {0xa00, 0xa7f, "Gurmukhi", OTHER},
    {0xa80, 0xaff, "Gujarati", OTHER},      {0xb80, 0xbff, "Tamil", OTHER},
    {0xc00, 0xc7f, "Telugu", OTHER},        {0xc80, 0xcff, "Kannada", OTHER},
    {0xd00, 0xd7f, "Malayalam", OTHER},     {0xd80, 0xdff, "Sinhala", OTHER},
    {0xe00, 0xe7f, "Thai", OTHER},          {0xe80, 0xeff, "Lao", OTHER},
    {0xf00, 0xfff, "Tibetan", OTHER},       {0x1000, 0x109f, "Burmese", OTHER},
    {0x10a0, 0x10ff, "Georgian", OTHER},    {0x1c90, 0x1cbf, "Georgian", OTHER},
    {0x1100, 0x11ff, "Korean", OTHER},      {0x1200, 0x139f, "Ethiopic", OTHER},
    {0x13a0, 0x13ff, "Cherokee", OTHER},    {0x1780, 0x17ff, "Khmer", OTHER},
    {0x1800, 0x18af, "Mongolian", OTHER},   {0x3041, 0x3096, "Japanese", KANA},
    {0x30a1, 0x30fc, "Japanese", KANA},     {0x3100, 0x312f, "Bopomofo", OTHER},
    {0x3130, 0x318f, "Korean", OTHER},      {0x3400, 0x4dbf, "Chinese", OTHER},
    {0x4e00, 0x9fff, "Chinese", OTHER},     {0xf900, 0xfaff, "Chinese", OTHER},
    {0x20000, 0x3ffff, "Chinese", OTHER},   {0xac00, 0xd7a3, "Korean", HANGUL},
    {0x12000, 0x1254f, "cuneiform", OTHER}, {0x13000, 0x1345f, "Egyptian", OTHER},
    {0x250, 0x2af, "phonetic", OTHER},      {0x1d00, 0x1dbf, "phonetic", OTHER},
};
static const struct range unknown = {0, 0x10ffff, "foreign", OTHER};

static const struct range *range_of(uint32_t symbol)
{
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (symbol >= ranges[i].first && symbol <= ranges[i].last)
            return &ranges[i];
    return &unknown;
}

static size_t sound_of(const struct range *range, uint32_t symbol, char *ret_sound, size_t room)
{
    const char *sound = NULL;
    utf8proc_int32_t parts[8];
    int boundary = 0;
    size_t n = 0;

    if (range->script == HANGUL)
        return hangul(symbol, ret_sound, room);
    if (range->script == KANA)
        sound = kana(symbol);
    if (range->script == CYRILLIC)
        sound = cyrillic(symbol);
    if (range->script == GREEK) {
        /* accents off */
        utf8proc_decompose_char((utf8proc_int32_t)symbol, parts, 8,
                                UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
        sound = greek((uint32_t)parts[0]);
    }
    for (; sound && *sound && n < room; sound++)
        ret_sound[n++] = *sound;
    return n;
}

/* --- runs ------------------------------------------------------------------------------------- */

static bool is_letter(uint32_t symbol)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)symbol);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

/* A digit of another script: ten of them stand in a row, beginning with zero. */
static size_t say_digit(struct normaliser *normaliser, size_t at, uint32_t symbol, size_t size)
{
    char digit = '0';

    if (utf8proc_category((utf8proc_int32_t)symbol) != UTF8PROC_CATEGORY_ND)
        return 0;
    if (symbol >= 0x1d7ce && symbol <= 0x1d7ff) {
        digit = (char)('0' + (symbol - 0x1d7ce) % 10);
    } else {
        for (uint32_t before = symbol; digit < '9'; digit++)
            if (utf8proc_category((utf8proc_int32_t)--before) != UTF8PROC_CATEGORY_ND)
                break;
    }
    place(normaliser, at, at + size);
    say_digits(normaliser, &digit, 1);
    return size;
}

static void say_count(struct normaliser *normaliser, const struct range *range, size_t letters)
{
    if (letters > 1)
        say_small(normaliser, (unsigned)letters);
    say(normaliser, range->name);
    if (!strcmp(range->name, "Chinese"))
        say(normaliser, letters > 1 ? "characters" : "character");
    else
        say(normaliser, letters > 1 ? "letters" : "letter");
}

/* The micro sign is a mu. */
static uint32_t greek_micro(uint32_t symbol)
{
    return symbol == 0xb5 ? 0x3bc : symbol;
}

bool script_say_one(struct normaliser *normaliser, size_t at, bool *ret_known)
{
    size_t size, n;
    uint32_t symbol = greek_micro(utf8_decode(normaliser->text + at, normaliser->n - at, &size));
    const struct range *range = range_of(symbol);
    bool syllable = range->script == KANA || range->script == HANGUL;
    char sounds[LETTERS_MAX];

    *ret_known = true;
    if (!is_letter(symbol))
        return say_digit(normaliser, at, symbol, size);
    place(normaliser, at, at + size);
    if (greek_name(symbol)) {
        say(normaliser, greek_name(symbol));
        return true;
    }
    n = sound_of(range, symbol, sounds, sizeof sounds);
    if (!n || !syllable)
        say(normaliser, range->name);
    if (n)
        say_word(normaliser, sounds, n, 0);
    *ret_known = n;
    return true;
}

size_t script_say(struct normaliser *normaliser, size_t at)
{
    size_t size, end = at, letters = 0, n = 0;
    uint32_t first = greek_micro(utf8_decode(normaliser->text + at, normaliser->n - at, &size));
    const struct range *range = range_of(first);
    char sounds[LETTERS_MAX];

    if (!is_letter(first))
        return say_digit(normaliser, at, first, size);
    while (end < normaliser->n && end - at < RUN_BYTES) {
        uint32_t symbol =
            greek_micro(utf8_decode(normaliser->text + end, normaliser->n - end, &size));
        bool mark = fold_is_mark(symbol);
        if (!mark && (!is_letter(symbol) || range_of(symbol)->name != range->name))
            break;
        letters += !mark;
        if (!mark)
            n += sound_of(range, symbol, sounds + n, sizeof sounds - n);
        end += size;
        if (n + 8 > sizeof sounds)
            break;
    }
    place(normaliser, at, end);
    if (letters == 1 && greek_name(first))
        say(normaliser, greek_name(first));
    else if (n && (letters > 1 || range->script == KANA || range->script == HANGUL))
        say_word(normaliser, sounds, n, 0);
    else
        say_count(normaliser, range, letters);
    return end - at;
}
