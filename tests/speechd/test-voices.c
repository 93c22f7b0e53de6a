/* SPDX-License-Identifier: Apache-2.0 */
/* Which voice a message of speech-dispatcher gets: by name, by language and symbolic voice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/speechd/voices.h"

#include <cmocka.h>

/* Their names come before those of any voices installed here. */
static const struct {
    const char *id, *language, *gender;
} voices[] = {
    {"a-ada", "en-US", "female"},
    {"a-bert", "en-US", "male"},
    {"a-carl", "de", "male"},
};

enum { N_VOICES = sizeof voices / sizeof *voices };

static char folder[] = "/tmp/sori-voices.XXXXXX";

static void path_of(size_t i, size_t size, char *ret_path)
{
    snprintf(ret_path, size, "%s/%s.voice", folder, voices[i].id);
}

static int set_up(void **state)
{
    char path[256];

    if (!mkdtemp(folder) || setenv("SORI_VOICE_PATH", folder, 1) < 0)
        return -1;
    for (size_t i = 0; i < N_VOICES; i++) {
        path_of(i, sizeof path, path);
        FILE *file = fopen(path, "w");
        if (!file)
            return -1;
        fprintf(file,
                "[voice]\nname = X\nlanguage = %s\ngender = %s\n"
                "[chain]\nsynthesiser = tone\n",
                voices[i].language, voices[i].gender);
        fclose(file);
    }
    return 0;
}

static int tear_down(void **state)
{
    char path[256];

    for (size_t i = 0; i < N_VOICES; i++) {
        path_of(i, sizeof path, path);
        unlink(path);
    }
    return rmdir(folder);
}

/* What is chosen; "" leaves it to the daemon. */
static void chooses(const char *name, const char *language, const char *type, const char *want)
{
    struct settings settings = {.rate_max = 1};
    char id[128];

    snprintf(settings.synthesis_voice, sizeof settings.synthesis_voice, "%s", name);
    snprintf(settings.language, sizeof settings.language, "%s", language);
    snprintf(settings.voice_type, sizeof settings.voice_type, "%s", type);
    assert_int_equal(voices_choose(&settings, id, sizeof id), *want != '\0');
    assert_string_equal(id, want);
}

static void symbolic_voices(void **state)
{
    chooses("", "en-us", "female1", "a-ada");
    chooses("", "en-us", "male2", "a-bert");
    chooses("", "en", "male3", "a-bert");
    chooses("", "en", "child_male", "a-bert");
    chooses("", "de", "male2", "a-carl");
    chooses("", "de", "female1", "");
}

/* It is what the server says when nobody asked, so the user's own voice speaks. */
static void male1_is_no_wish(void **state)
{
    chooses("", "en-us", "male1", "");
}

static void a_name_goes_first(void **state)
{
    chooses("a-carl", "en-us", "female1", "a-carl");
    chooses("a-ada", "de", "male2", "a-ada");
    chooses("a-nobody", "en-us", "male2", "a-bert");
    chooses("a-nobody", "en-us", "male1", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbolic_voices),
        cmocka_unit_test(male1_is_no_wish),
        cmocka_unit_test(a_name_goes_first),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
