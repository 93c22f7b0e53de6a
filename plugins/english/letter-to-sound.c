/* SPDX-License-Identifier: Apache-2.0 */
#include "english/letter-to-sound.h"

#include <string.h>

static const struct rule {
    const char *letters, *phones;
} rules[] = {
    {"tion", "S@n"}, {"sion", "Z@n"}, {"eigh", "A"}, {"ough", "c"}, {"tch", "C"}, {"sch", "sk"},
    {"igh", "I"},    {"ing", "1N"},   {"qu", "kw"},  {"ch", "C"},   {"sh", "S"},  {"th", "0"},
    {"ph", "f"},     {"wh", "w"},     {"ck", "k"},   {"ng", "N"},   {"gh", "g"},  {"kn", "n"},
    {"wr", "r"},     {"ee", "i"},     {"ea", "i"},   {"oo", "u"},   {"ou", "W"},  {"ow", "O"},
    {"oi", "Y"},     {"oy", "Y"},     {"ai", "A"},   {"ay", "A"},   {"au", "c"},  {"aw", "c"},
    {"ei", "A"},     {"ey", "i"},     {"ie", "i"},   {"eu", "u"},   {"ew", "u"},  {"ar", "ar"},
    {"er", "@r"},    {"ir", "3r"},    {"or", "cr"},  {"ur", "3r"},  {"ll", "l"},  {"ss", "s"},
    {"tt", "t"},     {"pp", "p"},     {"bb", "b"},   {"dd", "d"},   {"ff", "f"},  {"gg", "g"},
    {"mm", "m"},     {"nn", "n"},     {"rr", "r"},   {"zz", "z"},   {"cc", "k"},  {"ce", "s@"},
    {"ci", "s1"},    {"cy", "si"},    {"ge", "J@"},  {"a", "{"},    {"b", "b"},   {"c", "k"},
    {"d", "d"},      {"e", "E"},      {"f", "f"},    {"g", "g"},    {"h", "h"},   {"i", "1"},
    {"j", "J"},      {"k", "k"},      {"l", "l"},    {"m", "m"},    {"n", "n"},   {"o", "a"},
    {"p", "p"},      {"q", "k"},      {"r", "r"},    {"s", "s"},    {"t", "t"},   {"u", "V"},
    {"v", "v"},      {"w", "w"},      {"x", "ks"},   {"y", "i"},    {"z", "z"},
};

void letters_to_sound(struct sori_span model, const char *letters, size_t n,
                      struct phones *ret_phones)
{
    size_t at = 0;

    ret_phones->n = 0;
    while (at < n) {
        size_t used = 0;
        for (size_t i = 0; !used && i < sizeof rules / sizeof *rules; i++) {
            size_t size = strlen(rules[i].letters);
            if (size <= n - at && !memcmp(letters + at, rules[i].letters, size)) {
                phones_append(ret_phones, rules[i].phones, strlen(rules[i].phones));
                used = size;
            }
        }
        at += used ? used : 1;
    }
    phones_stress(ret_phones, STRESS_FULL);
}
