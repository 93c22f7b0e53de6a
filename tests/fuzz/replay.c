/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays the corpus of a fuzz target without a fuzzer: each file as it is, then with a few bytes
 * changed, cut out, doubled or cut off, the same way in every run.
 *
 *     fuzz-NAME              all of tests/fuzz/corpus/NAME, as TAP
 *     fuzz-NAME FILE...      these files, unchanged
 *
 * SORI_FUZZ_CHANGES says how many changes of each file are tried. An input that ends the process is
 * left in $SORI_FUZZ_SAVE, where that is set.
 */
#include <dirent.h>
#include <libgen.h>
#include <signal.h>

#include "base/random.h"
#include "fuzz/fuzz.h"

enum { CHANGES = 64, MAX_SIZE = 1 << 20, MAX_FILES = 4096 };

static const char *program, *save;
static uint8_t input[MAX_SIZE];
static size_t input_size;

/* --- an input that ends the process ----------------------------------------------------------- */

/* Only calls that a signal handler may make. */
static void save_input(void)
{
    int fd = save ? open(save, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;

    if (fd < 0)
        return;
    if (write(fd, input, input_size) < 0)
        abort();
    close(fd);
}

static void on_signal(int number)
{
    save_input();
    signal(number, SIG_DFL);
    raise(number);
}

/* Of the sanitizers, where the build has them. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*call)(void));

static void watch_for_the_end(void)
{
    save = getenv("SORI_FUZZ_SAVE");
    if (!save)
        return;
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(save_input);
    signal(SIGABRT, on_signal);
    if (!__sanitizer_set_death_callback)
        signal(SIGSEGV, on_signal);
}

/* --- changes ---------------------------------------------------------------------------------- */

static size_t below(struct random_bits *bits, size_t n)
{
    return n ? (size_t)(random_next(bits) % n) : 0;
}

static void change_byte(struct random_bits *bits)
{
    static const uint8_t usual[] = {0, 1, 127, 128, 255, ' ', '\n', '<', '"', '=', '.', '9'};
    size_t at = below(bits, input_size);

    if (!input_size)
        return;
    switch (below(bits, 3)) {
    case 0:
        input[at] ^= (uint8_t)(1u << below(bits, 8));
        break;
    case 1:
        input[at] = (uint8_t)random_next(bits);
        break;
    default:
        input[at] = usual[below(bits, sizeof usual)];
    }
}

static void cut_out(struct random_bits *bits)
{
    size_t at = below(bits, input_size), n = 1 + below(bits, 8);

    n = n < input_size - at ? n : input_size - at;
    memmove(input + at, input + at + n, input_size - at - n);
    input_size -= n;
}

static void repeat(struct random_bits *bits)
{
    size_t at = below(bits, input_size), n = 1 + below(bits, 16);

    n = n < input_size - at ? n : input_size - at;
    if (input_size + n > MAX_SIZE)
        return;
    memmove(input + at + n, input + at, input_size - at);
    input_size += n;
}

static void change(struct random_bits *bits)
{
    for (size_t i = 0, n = 1 + below(bits, 4); i < n; i++)
        switch (below(bits, 8)) {
        case 0:
            cut_out(bits);
            break;
        case 1:
            repeat(bits);
            break;
        case 2:
            input_size = below(bits, 4) ? input_size : below(bits, input_size);
            break;
        default:
            change_byte(bits);
        }
}

/* --- the corpus ------------------------------------------------------------------------------- */

static size_t load(const char *path)
{
    FILE *file = fopen(path, "rbe");

    if (!file) {
        perror(path);
        exit(1);
    }
    input_size = fread(input, 1, sizeof input, file);
    fclose(file);
    return input_size;
}

static void run_input(void)
{
    uint8_t *copy = fuzz_copy(input, input_size);

    LLVMFuzzerTestOneInput(copy, input_size);
    free(copy);
}

static void run_file(const char *path, uint64_t seed, unsigned changes)
{
    struct random_bits bits;

    load(path);
    run_input();
    random_seed(&bits, seed);
    for (unsigned i = 0; i < changes; i++) {
        load(path);
        change(&bits);
        run_input();
    }
}

static int is_visible(const struct dirent *entry)
{
    return *entry->d_name != '.';
}

static int run_corpus(const char *name)
{
    const char *top = getenv("top_srcdir"), *wanted = getenv("SORI_FUZZ_CHANGES");
    unsigned long changes = CHANGES;
    struct dirent **entries;
    char folder[3000], path[4000], *end;
    int n;

    if (wanted)
        changes = strtoul(wanted, &end, 10);
    snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s", top ? top : ".", name);
    n = scandir(folder, &entries, is_visible, alphasort);
    printf("1..%d\n", n > 0 ? n : 1);
    if (n <= 0)
        printf("not ok 1 - %s has files\n", folder);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        run_file(path, (uint64_t)i, (unsigned)changes);
        printf("ok %d - %s and %lu changes of it\n", i + 1, entries[i]->d_name, changes);
        fflush(stdout);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return n <= 0;
}

int main(int argc, char **argv)
{
    program = basename(argv[0]);
    watch_for_the_end();
    if (argc == 1)
        return run_corpus(strncmp(program, "fuzz-", 5) ? program : program + 5);
    for (int i = 1; i < argc; i++)
        run_file(argv[i], 0, 0);
    return 0;
}
