/* SPDX-License-Identifier: Apache-2.0 */
/* SSML as plain text: what is said, where it stands in the markup, what the markup wants. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "text/ssml.h"

static struct ssml read_all(const char *markup, bool well_formed)
{
    struct ssml ssml;

    assert_int_equal(ssml_read(markup, strlen(markup), &ssml), 0);
    if (well_formed != !ssml.wrong)
        fail_msg("%s: %s", markup, ssml.wrong ? ssml.wrong : "nothing wrong");
    return ssml;
}

static void check_text(const char *markup, bool well_formed, const char *text)
{
    struct ssml ssml = read_all(markup, well_formed);

    if (ssml.n != strlen(text) || memcmp(ssml.text ? ssml.text : "", text, ssml.n) != 0)
        fail_msg("%s\n gives '%.*s'\n  not '%s'", markup, (int)ssml.n, ssml.text, text);
    ssml_clear(&ssml);
}

static void test_text(void **state)
{
    check_text("<speak>Hello</speak>", true, "Hello");
    check_text("<?xml version=\"1.0\"?><speak version=\"1.1\" "
               "xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\"en-US\">a<lang "
               "xml:lang=\"fr\">b</lang></speak>",
               true, "ab");
    check_text("plain &amp; simple", true, "plain & simple");
    check_text("a<mark name=\"x\"/>b", true, "ab");
    check_text("<speak>a\r\nb\tc\n\nd</speak>", true, "a b c  d");
    check_text("<speak><sub alias=\"World Wide Web\">WWW</sub>!</speak>", true, "World Wide Web!");
    check_text("<speak><audio src=\"x.wav\">a <desc>no</desc>sound</audio></speak>", true,
               "a sound");
    check_text("<speak><metadata><x>no</x></metadata>yes<unknown>?</unknown></speak>", true,
               "yes?");
    check_text("<speak><![CDATA[1 < 2]]> &#x41;&#66;</speak>", true, "1 < 2 AB");
    check_text("", true, "");
}

static void test_loose(void **state)
{
    check_text("<speak>a<b>b</speak>", false, "ab");
    check_text("<speak>1 < 2 & 3 &lt; 4</speak>", false, "1 < 2 & 3 < 4");
    check_text("rest of it</s></speak>", false, "rest of it");
    check_text("a <b", false, "a <b");
    check_text("<speak>&nbsp;x</speak>", false, "\xc2\xa0x");
    check_text("&#xd800;&#0;&#1114112;&;&#;", false, "&#xd800;&#0;&#1114112;&;&#;");
    check_text("<!DOCTYPE speak [<!ENTITY a \"aaaa\">]><speak>&a;</speak>", false, "]>&a;");
    check_text("</mark>x<mark name='1'>", false, "x");
}

static void test_places(void **state)
{
    static const char markup[] = "<speak>A &amp; <sub alias=\"three words here\">WWW</sub> end";
    struct ssml ssml;
    size_t at;

    for (int whole = 0; whole < 2; whole++) {
        char text[128];
        snprintf(text, sizeof text, "%s%s", markup, whole ? "</speak>" : "<");
        ssml = read_all(text, whole);
        assert_int_equal(ssml_start(&ssml, 0), 7);
        assert_int_equal(ssml_end(&ssml, 1), 8);
        assert_int_equal(ssml_start(&ssml, 2), 9); /* & */
        assert_int_equal(ssml_end(&ssml, 3), 14);
        at = (size_t)((char *)memmem(ssml.text, ssml.n, "end", 3) - ssml.text);
        assert_int_equal(ssml_start(&ssml, at), strstr(text, "end") - text);
        assert_int_equal(ssml_end(&ssml, at + 3), strstr(text, "end") - text + 3);
        if (whole) {
            at = strstr(text, "WWW") - text;
            assert_int_equal(ssml_start(&ssml, 6), at); /* within the alias: all of it */
            assert_int_equal(ssml_end(&ssml, 9), at + 3);
        }
        ssml_clear(&ssml);
    }
}

static void test_points(void **state)
{
    struct ssml ssml = read_all("<speak>a<mark name=\"m1\"/>b<break time=\"1.5s\"/>c<break "
                                "strength=\"none\"/><p>d</p></speak>",
                                true);
    const struct ssml_point *points = ssml.points;

    assert_int_equal(ssml.n_points, 5);
    assert_int_equal(points[1].type, SSML_MARK);
    assert_int_equal(points[1].at, 1);
    assert_int_equal(points[1].start, 8);
    assert_string_equal(ssml.strings + points[1].name, "m1");
    assert_int_equal(points[2].type, SSML_BREAK);
    assert_int_equal(points[2].pause_ms, 1500);
    assert_int_equal(points[3].type, SSML_BOUNDARY);
    assert_int_equal(points[4].at, 4);
    ssml_clear(&ssml);
}

/* The prosody within an element with this attribute. */
static struct sori_prosody prosody(const char *attribute)
{
    char markup[256];
    struct sori_prosody inside;
    struct ssml ssml;

    snprintf(markup, sizeof markup, "<speak><prosody %s>x</prosody>y</speak>", attribute);
    ssml = read_all(markup, true);
    assert_int_equal(ssml.n_points, 3);
    assert_int_equal(ssml.points[1].type, SSML_PROSODY);
    inside = ssml.points[1].prosody;
    assert_true(ssml.points[2].prosody.rate == 1 && ssml.points[2].prosody.pitch == 1 &&
                ssml.points[2].prosody.volume == 1);
    ssml_clear(&ssml);
    return inside;
}

static void near(float is, double wanted)
{
    if (fabs((double)is - wanted) > 1e-4)
        fail_msg("%g, not %g", (double)is, wanted);
}

static void test_prosody(void **state)
{
    near(prosody("rate='80%'").rate, 0.8);
    near(prosody("rate='+50%'").rate, 1.5);
    near(prosody("rate='x-fast'").rate, 2);
    near(prosody("rate='1.2'").rate, 1.2);
    near(prosody("rate='-100%'").rate, RATE_MIN);
    near(prosody("rate='400%'").rate, 4);
    near(prosody("rate='0'").rate, 1);
    near(prosody("rate='+2'").rate, 1);
    near(prosody("rate='nan'").rate, 1);
    near(prosody("rate='1e300'").rate, 1);
    near(prosody("rate='9999999999999999999999'").rate, 1);
    near(prosody("pitch='+12st'").pitch, 2);
    near(prosody("pitch='-50%'").pitch, 0.5);
    near(prosody("pitch='low'").pitch, 0.8);
    near(prosody("pitch='200Hz'").pitch, 1);
    near(prosody("volume='+6dB'").volume, 1.99526);
    near(prosody("volume='silent'").volume, 0);
    near(prosody("volume='50'").volume, 0.5);
    near(prosody("volume='loud' pitch='high'").volume, 1.5);
}

/* The prosody where both elements are open. */
static struct sori_prosody nested(const char *outer, const char *inner)
{
    char markup[256];
    struct sori_prosody inside;
    struct ssml ssml;

    snprintf(markup, sizeof markup, "<speak><prosody %s>x<%s>y</%.*s></prosody></speak>", outer,
             inner, (int)strcspn(inner, " "), inner);
    ssml = read_all(markup, true);
    assert_int_equal(ssml.n_points, 5);
    inside = ssml.points[2].prosody;
    ssml_clear(&ssml);
    return inside;
}

static void test_nested_prosody(void **state)
{
    near(nested("rate='200%'", "prosody rate='150%'").rate, 1.5);
    near(nested("rate='200%'", "prosody rate='+50%'").rate, 3);
    near(nested("rate='200%'", "prosody rate='-50%'").rate, 1);
    near(nested("rate='x-fast'", "prosody rate='default'").rate, 1);
    near(nested("rate='200%'", "emphasis level='strong'").rate, 1.7);
    near(nested("rate='200%'", "emphasis level='none'").rate, 2);
    near(nested("pitch='+6st'", "prosody pitch='+6st'").pitch, 2);
    near(nested("pitch='+100%'", "prosody pitch='+100%'").pitch, PITCH_MAX);
}

static void test_regions(void **state)
{
    struct ssml ssml = read_all("<speak>a <say-as interpret-as=\"date\" "
                                "format=\"dmy\">1.2.03</say-as> <phoneme ph=\"x\">pecan</phoneme>"
                                "<say-as interpret-as=\"cardinal\"/></speak>",
                                true);

    assert_int_equal(ssml.n_regions, 2);
    assert_int_equal(ssml.regions[0].reading, SSML_DATE);
    assert_int_equal(ssml.regions[0].start, 2);
    assert_int_equal(ssml.regions[0].end, 8);
    assert_string_equal(ssml.strings + ssml.regions[0].detail, "dmy");
    assert_int_equal(ssml.regions[1].reading, SSML_PHONEME);
    ssml_clear(&ssml);
}

/* --- hostile ---------------------------------------------------------------------------------- */

static void test_depth(void **state)
{
    enum { DEEP = 50000 };
    _cleanup_free_ char *markup = malloc(3 * DEEP + 2);
    struct ssml ssml;

    assert_non_null(markup);
    for (size_t i = 0; i < DEEP; i++)
        memcpy(markup + 3 * i, "<p>", 3);
    markup[3 * DEEP] = 'x';
    assert_int_equal(ssml_read(markup, 3 * DEEP + 1, &ssml), 0);
    assert_non_null(ssml.wrong);
    assert_int_equal(ssml.n, 1);
    ssml_clear(&ssml);
}

static void test_size(void **state)
{
    _cleanup_free_ char *markup = malloc(TEXT_MAX_SIZE + 1);
    struct ssml ssml;

    assert_non_null(markup);
    memset(markup, '<', TEXT_MAX_SIZE + 1);
    assert_int_equal(ssml_read(markup, TEXT_MAX_SIZE + 1, &ssml), -EMSGSIZE);
    assert_int_equal(ssml_read(markup, TEXT_MAX_SIZE, &ssml), 0);
    assert_int_equal(ssml.n, TEXT_MAX_SIZE);
    ssml_clear(&ssml);
    for (size_t i = 0; i < TEXT_MAX_SIZE; i++)
        markup[i] = "<a "[i % 3];
    assert_int_equal(ssml_read(markup, TEXT_MAX_SIZE, &ssml), 0);
    ssml_clear(&ssml);
}

/* Every cut of a document, and every byte of it replaced: an answer, with places in the markup. */
static void test_damage(void **state)
{
    static const char good[] =
        "<?xml version=\"1.0\"?><speak>a<mark name=\"m\"/>b &lt; <break time=\"1s\"/><sub "
        "alias=\"x\">y</sub><say-as interpret-as=\"date\">1/2/3</say-as><!-- --></speak>";
    static const char others[] = "<>&\"'/;a\0\n";
    struct ssml ssml;
    char bad[sizeof good];

    for (size_t i = 0; i < sizeof good - 1; i++)
        for (size_t k = 0; k < sizeof others; k++) {
            size_t n = k + 1 == sizeof others ? i : sizeof good - 1;
            memcpy(bad, good, sizeof good);
            if (n > i)
                bad[i] = others[k];
            assert_int_equal(ssml_read(bad, n, &ssml), 0);
            for (size_t at = 0; at <= ssml.n; at++)
                assert_true(ssml_start(&ssml, at) <= n && ssml_end(&ssml, at) <= n);
            for (size_t p = 1; p < ssml.n_points; p++)
                assert_true(ssml.points[p].at >= ssml.points[p - 1].at);
            ssml_clear(&ssml);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),    cmocka_unit_test(test_loose),
        cmocka_unit_test(test_places),  cmocka_unit_test(test_points),
        cmocka_unit_test(test_prosody),
        cmocka_unit_test(test_nested_prosody), cmocka_unit_test(test_regions),
        cmocka_unit_test(test_depth),   cmocka_unit_test(test_size),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
