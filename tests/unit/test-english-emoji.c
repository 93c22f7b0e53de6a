/* SPDX-License-Identifier: Apache-2.0 */
/* Every emoji that Unicode's CLDR names in English is read by that name, as a character and in a
 * text; skin tones are left out. */
#include "unit/english-test.h"

#include <ctype.h>

#include <expat.h>

static void *words;
static size_t named, silent, others;

/* The XML reader under way: <annotation cp="..." type="tts">name</annotation>. */
static char emoji[128], name[256];
static size_t name_size;
static bool in_name;

/* Letters and digits only, small: names differ in punctuation, and numbers are written out. */
static void simplify(const char *text, char *ret_simple)
{
    for (; *text; text++)
        if (isalpha((unsigned char)*text))
            *ret_simple++ = (char)tolower((unsigned char)*text);
    *ret_simple = 0;
}

/* Has the name nothing that is spoken otherwise than it is written? */
static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (!isalpha((unsigned char)*text) && !strchr(" -:,()", *text))
            return false;
    return true;
}

/* Not a sign of mathematics or punctuation, for which the analyser has words of its own. */
static bool is_emoji(const char *text)
{
    utf8proc_int32_t first;

    utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &first);
    return first >= 0x1f000 || (first >= 0x2600 && first < 0x27c0);
}

/* A tone by itself: in a text it colours what is before it. */
static bool is_tone(const char *text)
{
    return !strncmp(text, "\xf0\x9f\x8f", 3) && (unsigned char)text[3] >= 0xbb && !text[4];
}

/* Drops the tones at the end, with what else is told there. */
static bool drop_skin_tones(char *text)
{
    char *colon = strstr(text, "skin tone") ? strstr(text, ": ") : NULL;

    if (colon)
        *colon = 0;
    return colon;
}

static void check_name(void)
{
    char wanted[256], said[1024];
    struct heard heard;
    bool toned = drop_skin_tones(name);

    assert_int_equal(analyse(words, emoji, strlen(emoji), strlen(emoji), &heard), 0);
    assert_true(heard.n < sizeof said);
    simplify(name, wanted);
    simplify(heard.text, said);
    named++;
    silent += !*said;
    if (is_plain(name) && (toned ? strncmp(said, wanted, strlen(wanted)) : strcmp(said, wanted))) {
        others++;
        print_message("# %s is '%s', not '%s'\n", emoji, heard.text, name);
    }
    forget(&heard);
}

static void XMLCALL begin_element(void *opaque, const char *element, const char **attributes)
{
    bool tts = false;

    emoji[0] = 0;
    for (; !strcmp(element, "annotation") && attributes[0]; attributes += 2) {
        tts = tts || (!strcmp(attributes[0], "type") && !strcmp(attributes[1], "tts"));
        if (!strcmp(attributes[0], "cp"))
            snprintf(emoji, sizeof emoji, "%s", attributes[1]);
    }
    in_name = tts && *emoji;
    name_size = 0;
}

static void XMLCALL take_text(void *opaque, const char *text, int n)
{
    for (int i = 0; in_name && i < n && name_size < sizeof name - 1; i++)
        name[name_size++] = text[i];
}

static void XMLCALL end_element(void *opaque, const char *element)
{
    name[name_size] = 0;
    if (in_name && is_emoji(emoji) && (how.reading == SORI_READ_CHARACTER || !is_tone(emoji)))
        check_name();
    in_name = false;
}

static void read_file(const char *path)
{
    _cleanup_fclose_ FILE *file = fopen(path, "re");
    XML_Parser parser = XML_ParserCreate(NULL);
    char bytes[4096];
    size_t n;

    if (!file)
        skip();
    XML_SetElementHandler(parser, begin_element, end_element);
    XML_SetCharacterDataHandler(parser, take_text);
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        assert_int_equal(XML_Parse(parser, bytes, (int)n, feof(file)), XML_STATUS_OK);
    XML_ParserFree(parser);
}

static void test_names(void **state)
{
    how.reading = *(unsigned *)*state;
    named = silent = others = 0;
    read_file("/usr/share/unicode/cldr/common/annotations/en.xml");
    read_file("/usr/share/unicode/cldr/common/annotationsDerived/en.xml");
    print_message("# FIGURE names of CLDR (%s): %zu, other names %zu, silent %zu\n",
                  how.reading ? "characters" : "text", named, others, silent);
    assert_true(named > 3000);
    assert_int_equal(silent, 0);
    assert_int_equal(others, 0);
}

int main(void)
{
    static unsigned text = SORI_READ_TEXT, character = SORI_READ_CHARACTER;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_names, &text),
        cmocka_unit_test_prestate(test_names, &character),
    };
    int r;

    if (set_up(NULL) < 0)
        return 1;
    words = load("words");
    r = cmocka_run_group_tests(tests, NULL, NULL);
    stage()->unload(words);
    tear_down(NULL);
    return r;
}
