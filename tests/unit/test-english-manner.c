/* SPDX-License-Identifier: Apache-2.0 */
/* How a listener wants to hear a text: single characters, keys, spelling, punctuation, capitals. */
#include "unit/english-test.h"

static void *words;

static void check(const char *text, const char *said)
{
    struct heard heard;

    assert_int_equal(analyse(words, text, strlen(text), 3, &heard), 0);
    if (strcmp(heard.text, said) != 0)
        fail_msg("%s says '%s', not '%s'", text, heard.text, said);
    for (size_t i = 0; i < heard.n_events; i++)
        assert_true(heard.events[i].text_end <= strlen(text));
    forget(&heard);
}

static void read_as(unsigned reading, unsigned punctuation, unsigned capitals)
{
    how.reading = reading;
    how.punctuation = punctuation;
    how.capitals = capitals;
}

static void test_characters(void **state)
{
    static const char *const cases[][2] = {
        {"a", "a"},
        {"A", "A"},
        {"7", "seven"},
        {" ", "space"},
        {"\n", "new line"},
        {"\t", "tab"},
        {"space", "space"},
        {"[", "left bracket"},
        {"&", "ampersand"},
        {".", "dot"},
        {"\x01", "control a"},
        {"\x7f", "delete"},
        {"é", "e acute"},
        {"Ü", "U umlaut"},
        {"ß", "sharp S"},
        {"α", "alpha"},
        {"½", "one half"},
        {"😀", "grinning face"},
        {"\xcc\x81", "acute"},
        {"\xe2\x80\x8d", "zero width joiner"},
        {"中", "Chinese character four e two d"},
        {"ш", "Cyrillic sh"},
        {"א", "Hebrew letter zero five d zero"},
        {"か", "ka"},
        {"한", "han"},
    };

    read_as(SORI_READ_CHARACTER, 0, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i][0], cases[i][1]);
    read_as(SORI_READ_CHARACTER, 0, SORI_CAPITALS_SPELLED);
    check("A", "capital A");
    check("a", "a");
    check("É", "capital E acute");
}

/* No scalar value is passed over in silence. */
static void test_every_character(void **state)
{
    void *model = load("phonemes");

    read_as(SORI_READ_CHARACTER, 0, 0);
    for (utf8proc_int32_t code = 0; code <= 0x10ffff; code++) {
        utf8proc_uint8_t text[4];
        struct heard heard;
        size_t size;
        int r;
        if (code >= 0xd800 && code < 0xe000)
            continue;
        /* The rest is private or not there: its words will do, which takes less time. */
        size = (size_t)utf8proc_encode_char(code, text);
        r = analyse(code < 0x32000 ? model : words, (char *)text, size, 4, &heard);
        assert_int_equal(r, 0);
        if (!heard.n || !heard.n_events)
            fail_msg("U+%04X is silent", (unsigned)code);
        forget(&heard);
    }
    stage()->unload(model);
}

static void test_keys(void **state)
{
    static const char *const cases[][2] = {
        {"control_a", "control a"},
        {"control_l", "control l"},
        {"Control_L", "left Control"},
        {"Super_R", "right Super"},
        {"XF86AudioMute", "Audio Mute"},
        {"a", "a"},
        {"A", "A"},
        {"F1", "F one"},
        {"f12", "f twelve"},
        {"Page_Down", "Page Down"},
        {"_", "underscore"},
        {"underscore", "underscore"},
        {"plus", "plus"},
        {"+", "plus"},
        {"control_+", "control plus"},
        {"control__", "control underscore"},
        {"shift_control_x", "shift control x"},
        {"kp-enter", "keypad enter"},
        {"KP_Add", "keypad Add"},
        {"num-lock", "number lock"},
        {"space", "space"},
        {"-", "dash"},
        {"alt_F4", "alt F four"},
        {"", ""},
    };

    read_as(SORI_READ_KEY, 0, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i][0], cases[i][1]);
}

static void test_spelling(void **state)
{
    read_as(SORI_READ_SPELLING, 0, 0);
    check("cat", "c a t");
    check("It is.", "I t, i s dot");
    read_as(SORI_READ_SPELLING, 0, SORI_CAPITALS_SPELLED);
    check("Ab", "capital A b");
}

static void test_punctuation(void **state)
{
    static const struct {
        unsigned level;
        const char *text, *said;
    } cases[] = {
        {SORI_PUNCTUATION_NONE, "a*b # (c)", NULL},
        {SORI_PUNCTUATION_SOME, "a # b (c).", "a hash b, c."},
        {SORI_PUNCTUATION_MOST, "a (b); c.",
         "a left parenthesis b right parenthesis semicolon; c."},
        {SORI_PUNCTUATION_ALL, "Hi, you!", "Hi comma, you exclamation mark!"},
        {SORI_PUNCTUATION_ALL, "don't", "don't"},
        {SORI_PUNCTUATION_ALL, "----------", "ten dash"},
        {SORI_PUNCTUATION_ALL, "...", "dot. dot. dot."},
        {SORI_PUNCTUATION_ALL, "3.5", "three point five"},
        {SORI_PUNCTUATION_ALL, "d41d8cd9", "d four one d eight c d nine"},
        {SORI_PUNCTUATION_ALL, "::1", "colon: colon: one"},
        {SORI_PUNCTUATION_NONE, "/srv/.config/x", "srv dot config x"},
        {SORI_PUNCTUATION_NONE, "IMG_20240315.jpg",
         "IMG two zero two four zero three one five dot jpg"},
        {SORI_PUNCTUATION_SOME, "+49 30 1234567",
         "plus four nine, three zero, one two three four five six seven"},
        {SORI_PUNCTUATION_SOME, "apt -y", "apt dash y"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_as(0, cases[i].level, 0);
        if (cases[i].said)
            check(cases[i].text, cases[i].said);
    }
}

/* All punctuation of Unicode is named when all is asked for. */
static void test_all_punctuation(void **state)
{
    read_as(0, SORI_PUNCTUATION_ALL, 0);
    for (utf8proc_int32_t code = '!'; code <= 0x1ffff; code++) {
        utf8proc_category_t category = utf8proc_category(code);
        utf8proc_uint8_t text[4];
        struct heard heard;
        if (category < UTF8PROC_CATEGORY_PC || category > UTF8PROC_CATEGORY_PO)
            continue;
        assert_int_equal(
            analyse(words, (char *)text, (size_t)utf8proc_encode_char(code, text), 4, &heard), 0);
        if (heard.n < 2)
            fail_msg("U+%04X is silent", (unsigned)code);
        forget(&heard);
    }
}

static void test_capitals(void **state)
{
    struct heard heard;

    read_as(0, 0, SORI_CAPITALS_SPELLED);
    check("Hello you", "capital Hello you");
    read_as(0, 0, SORI_CAPITALS_ICON);
    assert_int_equal(analyse(words, "so Hello", 8, 8, &heard), 0);
    assert_string_equal(heard.text, "so Hello");
    assert_int_equal(heard.n_events, 4);
    assert_int_equal(heard.events[2].type, SORI_EVENT_MARK);
    assert_string_equal(heard.events[2].name, "capital");
    assert_int_equal(heard.events[2].text_start, 3);
    forget(&heard);
}

static int load_words(void **state)
{
    int r = set_up(state);

    words = r ? NULL : load("words");
    return r;
}

static int unload_words(void **state)
{
    stage()->unload(words);
    return tear_down(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_characters),  cmocka_unit_test(test_every_character),
        cmocka_unit_test(test_keys),        cmocka_unit_test(test_spelling),
        cmocka_unit_test(test_punctuation), cmocka_unit_test(test_all_punctuation),
        cmocka_unit_test(test_capitals),
    };
    return cmocka_run_group_tests(tests, load_words, unload_words);
}
