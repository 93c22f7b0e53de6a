/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of each plugin in sori-plugins(7) are those that the plugin knows: it lists them
 * when it meets an unknown one. Environment: top_srcdir, sori_plugins.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/error.h"
#include "worker/stage.h"

#include <cmocka.h>

enum { MAX_TEXT = 1024 };

/* Notes a key at the end of a list "a, b, c". */
static void add_key(char list[MAX_TEXT], const char *key, size_t length)
{
    size_t at = strlen(list);

    snprintf(list + at, MAX_TEXT - at, "%s%.*s", at ? ", " : "", (int)length, key);
}

/*
 * The keys of the page's section `.Ss NAME`, each an `.It Cm key Ns = ...`; "elsewhere" where the
 * section sends the reader to a page of the plugin's own. False without a section.
 */
static bool keys_in_page(const char *name, char ret_keys[MAX_TEXT])
{
    char line[MAX_TEXT], path[MAX_TEXT], own[MAX_TEXT];
    bool found = false, inside = false;
    FILE *page;

    snprintf(path, sizeof path, "%s/man/sori-plugins.7", getenv("top_srcdir"));
    snprintf(own, sizeof own, ".Xr sori-%s 7 .", name);
    page = fopen(path, "r");
    assert_non_null(page);
    *ret_keys = '\0';
    while (fgets(line, sizeof line, page)) {
        line[strcspn(line, "\n")] = '\0';
        if (!strncmp(line, ".Ss ", 4) || !strncmp(line, ".Sh ", 4)) {
            inside = !strcmp(line + 4, name);
            found = found || inside;
        } else if (inside && !strncmp(line, ".It Cm ", 7)) {
            add_key(ret_keys, line + 7, strcspn(line + 7, " "));
        } else if (inside && !strcmp(line, own)) {
            snprintf(ret_keys, MAX_TEXT, "elsewhere");
        }
    }
    fclose(page);
    return found;
}

/* The keys that the plugin says it knows, empty if there are none. */
static void keys_in_code(const char *name, char ret_keys[MAX_TEXT])
{
    struct stage_spec spec = {.role = (char *)"stage",
                              .plugin = (char *)name,
                              .settings = {{.key = "no-such-setting", .value = "1"}},
                              .n_settings = 1};
    struct stage *stage;
    const char *known;

    *ret_keys = '\0';
    assert_int_equal(stage_load(&spec, NULL, 1, &stage), -EINVAL);
    if (!strstr(fail_message(), "unknown setting 'no-such-setting' ("))
        fail_msg("%s does not refuse an unknown setting: %s", name, fail_message());
    known = strstr(fail_message(), "(known: ");
    if (known)
        add_key(ret_keys, known + 8, strcspn(known + 8, ")"));
    else
        assert_non_null(strstr(fail_message(), "(there are none)"));
}

static void test_page(void **state)
{
    char *plugins = strdup(getenv("sori_plugins")), *rest = plugins;
    size_t n = 0;

    assert_non_null(plugins);
    for (char *name; (name = strsep(&rest, " "));) {
        char in_page[MAX_TEXT], in_code[MAX_TEXT];
        if (!*name)
            continue;
        *strstr(name, ".la") = '\0';
        if (!keys_in_page(name, in_page))
            fail_msg("sori-plugins(7) has no section on %s", name);
        keys_in_code(name, in_code);
        if (strcmp(in_page, "elsewhere") && strcmp(in_page, in_code))
            fail_msg("%s: sori-plugins(7) has the settings '%s', the code '%s'", name, in_page,
                     in_code);
        n++;
    }
    assert_true(n >= 8);
    free(plugins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
