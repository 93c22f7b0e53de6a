/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz.h: what fuzz targets share
 *
 * A target is one file fuzz-NAME.c with LLVMFuzzerTestOneInput(), as libFuzzer wants it: whatever
 * the bytes are, the code under test gives an answer or an error, and FUZZ_ASSERT() says what holds
 * of the answer. It is built twice: with --enable-fuzzing as a fuzzer (`make fuzz`), else as a
 * program that replays tests/fuzz/corpus/NAME and small changes of it (replay.c, `make check`).
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sori/types.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process in a way that every fuzzer sees. */
#define FUZZ_ASSERT(condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#define FUZZ __attribute__((unused)) static

/* Keeps the compiler from leaving out that a byte is read. */
FUZZ void fuzz_touch(const void *data, size_t size)
{
    static volatile unsigned sink __attribute__((unused));
    const unsigned char *bytes = data;

    for (size_t i = 0; i < size; i++)
        sink += bytes[i];
}

/* The bytes in memory of exactly their size, so that a sanitizer sees every step beyond. free(). */
FUZZ unsigned char *fuzz_copy(const uint8_t *data, size_t size)
{
    unsigned char *copy = calloc(1, size ? size : 1);

    FUZZ_ASSERT(copy);
    if (size)
        memcpy(copy, data, size);
    return copy;
}

/* Takes a number of one byte from the front of the input; 0 when there is none. */
FUZZ unsigned fuzz_take(const uint8_t **data, size_t *size)
{
    if (!*size)
        return 0;
    --*size;
    return *(*data)++;
}

/* The bytes as a file; the path is good until the next call. */
FUZZ const char *fuzz_file(const uint8_t *data, size_t size)
{
    static char path[32];
    static int fd = -1;

    if (fd < 0)
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    FUZZ_ASSERT(fd >= 0 && ftruncate(fd, 0) == 0);
    FUZZ_ASSERT(pwrite(fd, data, size, 0) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return path;
}

/* A file of the source tree, mapped for good. */
FUZZ struct sori_span fuzz_map(const char *name)
{
    const char *top = getenv("top_srcdir");
    struct sori_span span;
    struct stat status;
    char path[4096];
    int fd;

    snprintf(path, sizeof path, "%s/%s", top ? top : ".", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0) {
        fprintf(stderr, "%s cannot be read: run in the source tree, or set top_srcdir\n", path);
        exit(1);
    }
    span.size = (size_t)status.st_size;
    span.data = mmap(NULL, span.size, PROT_READ, MAP_PRIVATE, fd, 0);
    FUZZ_ASSERT(span.data != MAP_FAILED);
    close(fd);
    return span;
}

#endif
