/* SPDX-License-Identifier: Apache-2.0 */
/* sori-models(1): the language models that are installed, and how to get one */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "client/options.h"
#include "neural/gguf.h"
#include "worker/error.h"
#include "worker/model-find.h"

struct models {
    bool install;
    size_t n; /* listed */
};

static const struct option_row rows[] = {
    {0, "install", NULL, "fetch the default model, 93 MB, by pip",
     .at = offsetof(struct models, install)},
};

/* A value of the file as text that a terminal can take. */
static void print_string(const struct gguf *gguf, const char *key)
{
    struct sori_span string = {0};

    if (gguf_get_string(gguf, key, &string, NULL) < 0)
        string = (struct sori_span){(const unsigned char *)"?", 1};
    for (size_t i = 0; i < string.size && i < 60; i++)
        putchar(string.data[i] < ' ' || string.data[i] == 0x7f ? '?' : string.data[i]);
}

static int print_model(struct models *models, const char *path)
{
    struct stat status;
    struct gguf_error error;
    struct gguf *gguf = NULL;
    void *data;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size <= 0)
        return 0;
    data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return fail(-errno, "%s: %s", path, strerror(errno));
    models->n++;
    printf("%s\n    ", path);
    if (gguf_open((struct sori_span){data, (size_t)status.st_size}, &gguf, &error) < 0) {
        printf("cannot be used: %s\n", error.message);
    } else {
        print_string(gguf, "general.name");
        printf(", ");
        print_string(gguf, "general.architecture");
        printf(", %jd MB\n", (intmax_t)status.st_size / 1000000);
    }
    gguf_free(gguf);
    munmap(data, (size_t)status.st_size);
    return 0;
}

static int list(void *opaque, const char *folder)
{
    _cleanup_free_ char *pattern = NULL;
    glob_t found;
    int r = 0;

    if (asprintf(&pattern, "%s/*.gguf", folder) < 0)
        return fail(-ENOMEM, "out of memory");
    if (glob(pattern, 0, NULL, &found))
        return 0;
    for (size_t i = 0; i < found.gl_pathc && r >= 0; i++)
        r = print_model(opaque, found.gl_pathv[i]);
    globfree(&found);
    return r;
}

static int print_folder(void *opaque, const char *folder)
{
    printf("    %s\n", folder);
    return 0;
}

static int print_help(const struct models *models)
{
    if (models->n)
        puts("\nOther models are used by path (-m FILE.gguf), or by name from these folders:");
    else
        puts("No language model is installed: 'sori models --install' fetches the default one.\n"
             "Any other GGUF file is used by path (-m FILE.gguf), or by name from these folders:");
    return model_each_folder(print_folder, NULL);
}

/* Becomes the installer; returns only if that cannot be started. */
static int install(void)
{
    const char *program = getenv("SORI_INSTALL_MODEL");

    if (!program || !*program)
        program = SORI_INSTALL_MODEL;
    execl(program, program, (char *)NULL);
    return fail(-errno, "%s: %s", program, strerror(errno));
}

static int run(int argc, char **argv)
{
    struct models models = {0};
    int first, r = options_parse(&command_models, argc, argv, &models, &first);

    if (r)
        return r;
    if (first < argc) {
        fprintf(stderr, "sori: models: '%.60s' is too much\n", argv[first]);
        return EXIT_USAGE;
    }
    if (models.install) {
        r = install();
    } else {
        r = model_each_folder(list, &models);
        if (r >= 0)
            r = print_help(&models);
    }
    if (r < 0)
        fprintf(stderr, "sori: %s\n", fail_message());
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

const struct command command_models = {
    "models", "", "List the language models that are installed", rows, sizeof rows / sizeof *rows,
    run,
};
