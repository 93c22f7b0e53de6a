/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much memory the default model takes, where it is installed: its file, which is mapped, and at
 * most 60 MiB for a context of 2,048 tokens with all that is computed in it, a vocabulary, and this
 * program.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/llm/plugin-test.h"

enum { CONTEXT = 2048, MOST_MIB = 60 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OTHER_MEMORY true
#else
#define OTHER_MEMORY false
#endif

static struct test_file map_file(const char *path)
{
    struct test_file file;
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &info) < 0)
        fail_msg("%s cannot be opened", path);
    file.size = (size_t)info.st_size;
    file.data = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(file.data != MAP_FAILED);
    close(fd);
    return file;
}

/* The most that was ever resident, in bytes. */
static size_t peak(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    unsigned long kib = 0;
    char line[256];

    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, "VmHWM:", 6))
            kib = strtoul(line + 6, (char *[]){NULL}, 10);
    fclose(file);
    assert_true(kib > 0);
    return (size_t)kib << 10;
}

/* As if all positions had been computed. */
static void fill_cache(struct llm_state *state)
{
    size_t size = state->config->layers * llm_kv_width(state->config) * state->context;

    assert_int_equal(state->context, CONTEXT);
    memset(state->keys, 1, size * sizeof *state->keys);
    memset(state->values, 1, size * sizeof *state->values);
}

static void test_resident(void **state)
{
    static const char *const settings[] = {"context=2048", "max-tokens=8", NULL};
    struct test_file file = map_file(default_model());
    struct llm_model *model = load_good(&file, settings);
    struct llm_stream *stream = stream_begin(model, 0);
    char question[2000], answer[4096] = "";
    size_t most;

    memset(question, 'a', sizeof question);
    for (size_t i = 9; i < sizeof question; i += 10)
        question[i] = ' ';
    assert_int_equal(stream_say(stream, question, sizeof question), 0);
    assert_int_equal(stream_answer(stream, answer, sizeof answer), SORI_MORE);
    llm_stream_free(stream);
    fill_cache(model->spare->state);
    most = peak();
    print_message("%.1f MiB resident, %.1f more than the file\n", (double)most / 1048576,
                  ((double)most - (double)file.size) / 1048576);
    assert_true(most > file.size); /* else it was not read as a whole */
    assert_true(most - file.size <= (size_t)MOST_MIB << 20);
    llm_model_free(model);
    munmap(file.data, file.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resident),
    };

    if (!default_model() || OTHER_MEMORY) {
        puts("1..0 # SKIP the default model is not installed, or memory is not what it is");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
