/* SPDX-License-Identifier: Apache-2.0 */
/* sori-inspect(1): shows what is in a weights file or a plugin */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "client/options.h"
#include "neural/gguf.h"
#include "worker/error.h"
#include "worker/plugin.h"

DEFINE_CLEANUP(plugin, struct plugin *, plugin_close)
DEFINE_CLEANUP(gguf, struct gguf *, gguf_free)

/* Members of an array, and bytes of a string, that are shown. */
enum { SHOWN_MEMBERS = 8, SHOWN_BYTES = 60 };

/* U+0080..U+009F: what follows is a command to some terminals. */
static bool is_control(const unsigned char *character, size_t size)
{
    return *character < ' ' || *character == 0x7f ||
           (size == 2 && *character == 0xc2 && character[1] < 0xa0);
}

/* File bytes may hold terminal escapes and what is no text: only the rest is shown as it is. */
static void print_bytes(struct sori_span bytes, size_t most)
{
    for (size_t i = 0, size; i < bytes.size && i < most; i += size ? size : 1) {
        size = utf8_length(bytes.data + i, bytes.size - i);
        if (bytes.data[i] == '\n')
            fputs("\\n", stdout);
        else if (size && !is_control(bytes.data + i, size))
            fwrite(bytes.data + i, 1, size, stdout);
        else
            for (size_t k = 0; k < (size ? size : 1); k++)
                printf("\\x%02x", bytes.data[i + k]);
    }
    if (bytes.size > most)
        printf("... (%zu bytes)", bytes.size);
}

static void print_member(const struct gguf_value *value, size_t i)
{
    switch (value->type) {
    case GGUF_STRING:
        putchar('"');
        print_bytes(gguf_value_string(value, i), SHOWN_BYTES);
        putchar('"');
        break;
    case GGUF_F32:
    case GGUF_F64:
        printf("%g", gguf_value_f64(value, i));
        break;
    case GGUF_BOOL_TYPE:
        fputs(gguf_value_u64(value, i) ? "true" : "false", stdout);
        break;
    case GGUF_I8:
    case GGUF_I16:
    case GGUF_I32:
    case GGUF_I64:
        printf("%" PRIi64, gguf_value_i64(value, i));
        break;
    default:
        printf("%" PRIu64, gguf_value_u64(value, i));
    }
}

static void print_value(const struct gguf_value *value)
{
    fputs("  ", stdout);
    print_bytes(value->key, GGUF_MAX_KEY);
    fputs(" = ", stdout);
    if (value->is_array)
        putchar('[');
    for (size_t i = 0; i < value->count && i < SHOWN_MEMBERS; i++) {
        if (i)
            fputs(", ", stdout);
        print_member(value, i);
    }
    if (value->is_array && value->count > SHOWN_MEMBERS)
        printf(", ... (%zu members)", value->count);
    puts(value->is_array ? "]" : "");
}

static void print_tensor(const struct tensor *tensor)
{
    fputs("  ", stdout);
    print_bytes(tensor->name, GGUF_MAX_KEY);
    printf("  %s [", tensor_type_info(tensor->type)->name);
    for (uint32_t i = 0; i < tensor->n_dims; i++)
        printf("%s%zu", i ? ", " : "", tensor->ne[i]);
    printf("]  %zu bytes\n", tensor->size);
}

static int inspect_gguf(const char *path, struct sori_span span)
{
    _cleanup_(cleanup_gguf) struct gguf *gguf = NULL;
    struct gguf_error error;
    int r = gguf_open(span, &gguf, &error);

    if (r < 0)
        return fail(r, "%s: %s", path, error.message);
    printf("%s: GGUF version %u, %zu bytes, %zu keys, %zu tensors, %" PRIu64 " weights\n", path,
           gguf_version(gguf), span.size, gguf_value_count(gguf), gguf_tensor_count(gguf),
           gguf_parameters(gguf));
    puts("keys:");
    for (size_t i = 0; i < gguf_value_count(gguf); i++)
        print_value(gguf_value_at(gguf, i));
    puts("tensors:");
    for (size_t i = 0; i < gguf_tensor_count(gguf); i++)
        print_tensor(gguf_tensor_at(gguf, i));
    return 0;
}

static int inspect_plugin(const char *path)
{
    _cleanup_free_ char *real = realpath(path, NULL); /* dlopen wants a slash in it */
    _cleanup_(cleanup_plugin) struct plugin *plugin = NULL;
    const struct sori_stage *stage;
    int r;

    if (!real)
        return fail(-errno, "%s: %s", path, strerror(errno));
    r = plugin_open(real, &plugin);
    if (r < 0)
        return r;
    stage = plugin->stage;
    printf("%s: plugin '%s', %s\n  %s\n  licence %s, interface %u, %u bytes\n", path, stage->name,
           stage_kind_name(stage->kind), stage->summary, stage->licence, stage->version,
           stage->size);
    return 0;
}

static int inspect(const char *path)
{
    struct stat status;
    void *data;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
    int r;

    if (fd < 0 || fstat(fd, &status) < 0)
        return fail(-errno, "%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return fail(-EINVAL, "%s: %s", path,
                    S_ISDIR(status.st_mode) ? "is a folder" : "not a regular file");
    if (status.st_size < 4)
        return fail(-ENOTSUP, "%s: neither a GGUF file nor a plugin", path);
    data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return fail(-errno, "%s: %s", path, strerror(errno));
    if (!memcmp(data, "GGUF", 4))
        r = inspect_gguf(path, (struct sori_span){data, (size_t)status.st_size});
    else if (!memcmp(data, "\177ELF", 4))
        r = inspect_plugin(path);
    else
        r = fail(-ENOTSUP, "%s: neither a GGUF file nor a plugin", path);
    munmap(data, (size_t)status.st_size);
    return r;
}

static int run(int argc, char **argv)
{
    int first, failed = 0, r = options_parse(&command_inspect, argc, argv, NULL, &first);

    if (r)
        return r;
    if (first == argc) {
        fputs("sori: inspect needs a file\nTry 'sori inspect --help'.\n", stderr);
        return EXIT_USAGE;
    }
    for (int i = first; i < argc; i++)
        if (inspect(argv[i]) < 0) {
            fprintf(stderr, "sori: %s\n", fail_message());
            failed = 1;
        }
    return failed || fflush(stdout) ? EXIT_FAILED : EXIT_OK;
}

const struct command command_inspect = {
    "inspect", "FILE...", "Show what is in a weights file or a plugin", NULL, 0, run,
};
