/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each allocation failing once: load a voice, speak, close. The N-th allocation of the scenario
 * fails, for every N; the result must be an error, or the same samples bit for bit, and nothing may
 * stay allocated. The allocator stands in the program itself, so that plugins and the C library use
 * it too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/error.h"
#include "worker/pipeline.h"

#include <cmocka.h> /* last: it has a macro fail() */

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <dlfcn.h>
#include <errno.h>

/* Of glibc: what malloc() and its kin are when nobody stands in for them. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

static long countdown; /* allocations until the one that fails; <= 0: none does */
static long made;      /* allocations since the scenario began */
static long live;      /* allocated and not freed */

static bool fails(void)
{
    __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED);
    if (__atomic_load_n(&countdown, __ATOMIC_RELAXED) <= 0 ||
        __atomic_sub_fetch(&countdown, 1, __ATOMIC_RELAXED) != 0)
        return false;
    errno = ENOMEM;
    return true;
}

static void *counted(void *memory)
{
    if (memory)
        __atomic_add_fetch(&live, 1, __ATOMIC_RELAXED);
    return memory;
}

/* Seen by plugins and libraries as well. */
#pragma GCC visibility push(default)

void *malloc(size_t size)
{
    return fails() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
    if (fails())
        return NULL;
    return old ? __libc_realloc(old, size) : counted(__libc_malloc(size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : counted(__libc_memalign(alignment, size));
}

int posix_memalign(void **ret_memory, size_t alignment, size_t size)
{
    void *memory = fails() ? NULL : counted(__libc_memalign(alignment, size));

    if (memory)
        *ret_memory = memory;
    return memory ? 0 : ENOMEM;
}

void free(void *memory)
{
    if (memory)
        __atomic_sub_fetch(&live, 1, __ATOMIC_RELAXED);
    __libc_free(memory);
}

#pragma GCC visibility pop

/* --- the scenario ----------------------------------------------------------------------------- */

struct listener {
    const char *text; /* NULL when read */
    uint64_t hash, samples;
};

static int read_text(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct listener *listener = opaque;

    if (!listener->text)
        return 0;
    *ret_data = listener->text;
    *ret_size = strlen(listener->text);
    listener->text = NULL;
    return 1;
}

/* FNV-1a over the bytes of the samples. */
static int hash_block(void *opaque, const struct sori_block *block)
{
    struct listener *listener = opaque;
    const unsigned char *bytes = block->data;

    for (size_t i = 0; i < block->count * sizeof(float); i++)
        listener->hash = (listener->hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    listener->samples += block->count;
    return 0;
}

static int scenario(const char *name, double volume, struct listener *listener)
{
    struct voice *voice = NULL;
    struct pipeline *pipeline = NULL;
    const struct speech speech = {.rate = 1,
                                  .pitch = 1,
                                  .volume = volume,
                                  .read = read_text,
                                  .write = hash_block,
                                  .opaque = listener};
    int r = voice_find(name, &voice);

    *listener = (struct listener){.text = "Hi.", .hash = UINT64_C(0xcbf29ce484222325)};
    if (r >= 0)
        r = pipeline_open(voice, NULL, 1, &pipeline);
    if (r >= 0)
        r = pipeline_run(pipeline, &speech);
    pipeline_close(pipeline);
    voice_free(voice);
    while (dlerror()) /* the C library keeps its last message until it has been asked for twice */
        ;
    return r;
}

static void fail_each(const char *name)
{
    struct listener whole, listener;
    long total, before, errors = 0, same = 0;

    /* What is allocated once for good (dlopen's tables and messages) is there after this. */
    assert_null(dlopen("/nowhere", RTLD_NOW));
    assert_int_equal(scenario(name, 1.5, &whole), 0);
    made = 0;
    assert_int_equal(scenario(name, 1.5, &whole), 0);
    assert_true(whole.samples > 0);
    total = made;
    assert_true(total > 20); /* those of the plugins are among them */
    before = live;
    for (long n = 1; n <= total; n++) {
        int r;
        countdown = n;
        r = scenario(name, 1.5, &listener);
        countdown = 0;
        if (r >= 0 && (listener.hash != whole.hash || listener.samples != whole.samples))
            fail_msg("allocation %ld of %ld: no error, but other samples", n, total);
        if (r < 0 && !*fail_message())
            fail_msg("allocation %ld of %ld: error %d without a message", n, total, r);
        if (live > before)
            fail_msg("allocation %ld of %ld: %ld blocks leaked (result %d: %s)", n, total,
                     live - before, r, r < 0 ? fail_message() : "fine");
        *(r < 0 ? &errors : &same) += 1;
    }
    print_message("%s: %ld allocations, %ld errors, %ld the same sound\n", name, total, errors,
                  same);
}

static void tone(void **state)
{
    fail_each("tone");
}

static void heart(void **state)
{
    struct listener listener;

    /*
     * OpenBLAS and its Fortran library end the process when memory lacks while they are being
     * loaded: they stay loaded here.
     */
    if (!dlopen("libopenblas.so.0", RTLD_NOW) || scenario("heart", 1, &listener) < 0)
        skip();
    fail_each("heart");
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tone),
        cmocka_unit_test(heart),
    };

    return cmocka_run_group_tests_name("alloc", tests, NULL, NULL);
}
#else
int main(void)
{
    puts("1..0 # SKIP a sanitizer has an allocator of its own");
    return 0;
}
#endif
