/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon/worker/plugin.c: what is refused, and with which words. The bad plugins are real shared
 * objects, compiled here from bad-plugin.c with one fault each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/error.h"
#include "worker/plugin.h"
#include "worker/stage.h"

#include <cmocka.h> /* last: it has a macro fail() */

extern char **environ;

static char folder[] = "/tmp/sori-plugins-XXXXXX";

static void path_of(const char *name, char ret_path[static 200])
{
    snprintf(ret_path, 200, "%s/%s", folder, name);
}

static void compile(const char *name, const char *fault)
{
    char command[2000], path[200];
    char *arguments[] = {(char *)"sh", (char *)"-c", command, NULL};
    const char *source = getenv("top_srcdir"), *compiler = getenv("CC");
    pid_t pid;
    int status;

    path_of(name, path);
    snprintf(command, sizeof command,
             "%s -shared -fPIC -fvisibility=hidden %s -I'%s/include' -o '%s' "
             "'%s/tests/fault/bad-plugin.c'",
             compiler ? compiler : "cc", fault, source, path, source);
    assert_int_equal(posix_spawn(&pid, "/bin/sh", NULL, NULL, arguments, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static unsigned refused; /* with the error and the message that it shall have */

static void refuses(const char *path, int error, const char *message)
{
    struct plugin *untouched = (struct plugin *)&folder, *plugin = untouched;

    assert_int_equal(plugin_open(path, &plugin), error);
    assert_ptr_equal(plugin, untouched);
    if (!strstr(fail_message(), message))
        fail_msg("'%s' is not in: %s", message, fail_message());
    if (path[0] == '/' && !strstr(fail_message(), path))
        fail_msg("the file is not named in: %s", fail_message());
    refused++;
}

static void faults(void **state)
{
    static const struct {
        const char *fault;
        int error;
        const char *message;
    } table[] = {
        {"-DFAULT_VERSION", -ENOTSUP, "made for plugin interface 2, this is 1"},
        {"-DFAULT_SIZE", -ENOTSUP, "its stage has 96 bytes, interface 1 has 104"},
        {"-DFAULT_KIND", -ENOTSUP, "stage of unknown kind 99"},
        {"-DFAULT_SLOT", -ENOTSUP, "its stage lacks 'feed'"},
        {"-DFAULT_SYMBOL", -ENOEXEC, "it has no symbol sori_plugin_entry"},
        {"-DFAULT_ENTRY", -ENOTSUP, "does not serve plugin interface 1"},
    };
    char name[32], path[200];

    /* They stay until the end: dlopen could take a file in the place of another one for that. */
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        snprintf(name, sizeof name, "bad%zu.so", i);
        path_of(name, path);
        compile(name, table[i].fault);
        refuses(path, table[i].error, table[i].message);
    }
}

static void write_file(const char *path, const char *data, size_t size)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void not_elf(void **state)
{
    char path[200];

    path_of("text.so", path);
    write_file(path, "#!/bin/sh\n", 10);
    refuses(path, -ENOEXEC, "not an ELF shared object");
    write_file(path, "\177EL", 3);
    refuses(path, -ENOEXEC, "not an ELF shared object");
    write_file(path, "", 0);
    refuses(path, -ENOEXEC, "not an ELF shared object");
    write_file(path, "\177ELF and no more", 16);
    refuses(path, -ENOEXEC, "");
    refuses(folder, -ENOEXEC, "not a regular file");
    refuses("/dev/null", -ENOEXEC, "not a regular file");
    path_of("nowhere.so", path);
    refuses(path, -ENOENT, "No such file");
}

static void rights(void **state)
{
    struct plugin *plugin = NULL;
    char path[200];

    path_of("mode.so", path);
    compile("mode.so", "");
    assert_int_equal(chmod(path, 0757), 0);
    refuses(path, -EPERM, "others may write it (mode 0757), not opened");
    assert_int_equal(chmod(path, 0755), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
        refuses(path, -EPERM, "belongs to another user (12345), not opened");
        assert_int_equal(chown(path, 0, 12345), 0);
        assert_int_equal(chmod(path, 0775), 0);
        refuses(path, -EPERM, "others may write it (mode 0775), not opened");
        assert_int_equal(chmod(path, 0755), 0);
    }
    assert_int_equal(plugin_open(path, &plugin), 0);
    assert_null(plugin_close(plugin));
}

static void names(void **state)
{
    static const char *const bad[] = {"",        "..",    ".",           "Tone",
                                      "tone.so", "to ne", "t\xc3\xb6ne", "~"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuses(bad[i], -EINVAL, "is not a plugin's name");
    refuses("no-such-plugin", -ENOENT, "plugin 'no-such-plugin' not found in ");
}

/* A failure that a plugin does not explain still gets its name and a reason. */
static void no_message(void **state)
{
    const struct sori_stream_params params = {.size = sizeof params, .rate = 1, .pitch = 1};
    struct stage_spec spec = {.role = (char *)"synthesiser"};
    struct stage *stage = NULL;
    char path[200];

    path_of("mute.so", path);
    compile("mute.so", "");
    spec.plugin = path;
    assert_int_equal(stage_load(&spec, NULL, 1, &stage), 0);
    assert_int_equal(stage_begin(stage, &params), 0);
    assert_int_equal(stage_feed(stage, NULL), -EIO);
    assert_string_equal(fail_message(), "bad: Input/output error");
    assert_null(stage_unload(stage));
}

static size_t open_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    size_t n = 0;

    assert_non_null(directory);
    while (readdir(directory))
        n++;
    closedir(directory);
    return n;
}

static size_t mapped_lines(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    size_t n = 0;
    int c;

    assert_non_null(maps);
    while ((c = getc(maps)) != EOF)
        n += c == '\n';
    fclose(maps);
    return n;
}

static void load_once(void)
{
    struct stage_spec spec = {.role = (char *)"synthesiser", .plugin = (char *)"tone"};
    struct stage *stage = NULL;

    assert_int_equal(stage_load(&spec, NULL, 1, &stage), 0);
    assert_null(stage_unload(stage));
}

static void thousand_times(void **state)
{
    size_t memory, maps, descriptors, used;
    bool counts = true;

#ifdef __SANITIZE_ADDRESS__
    counts = false; /* it maps as it likes, and finds leaks itself */
#endif
    for (int i = 0; i < 10; i++)
        load_once();
    maps = mapped_lines();
    descriptors = open_descriptors();
    memory = mallinfo2().uordblks; /* what these two have freed may count as used: a cache */
    for (int i = 0; i < 1000; i++)
        load_once();
    used = mallinfo2().uordblks;
    print_message(
        "# FIGURE row 21, plugin loader: %u bad plugins and names refused with a message; "
        "1000 times loaded and unloaded: descriptors %+d, maps %+d, bytes in use %+ld\n",
        refused, (int)open_descriptors() - (int)descriptors, (int)mapped_lines() - (int)maps,
        (long)used - (long)memory);
    assert_int_equal(open_descriptors(), descriptors);
    if (!counts)
        return;
    assert_int_equal(mapped_lines(), maps);
    assert_in_range(used, 0, memory + 4096); /* less than one block a time */
}

static int make_folder(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    DIR *files = opendir(folder);
    struct dirent *file;
    char path[300];

    while (files && (file = readdir(files))) {
        snprintf(path, sizeof path, "%s/%s", folder, file->d_name);
        unlink(path);
    }
    if (files)
        closedir(files);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults), cmocka_unit_test(not_elf),    cmocka_unit_test(rights),
        cmocka_unit_test(names),  cmocka_unit_test(no_message), cmocka_unit_test(thousand_times),
    };

    return cmocka_run_group_tests_name("plugin", tests, make_folder, remove_folder);
}
