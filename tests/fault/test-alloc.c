/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each allocation failing once: load a voice, speak, close; or load a language model, ask, close.
 * The N-th allocation of the scenario fails, for every N; the result must be an error, or the same
 * samples bit for bit, and nothing may stay allocated. The allocator stands in the program itself,
 * so that plugins and the C library use it too.
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

/* FNV-1a over the bytes of the samples, or of the text. */
static int hash_block(void *opaque, const struct sori_block *block)
{
    struct listener *listener = opaque;
    const unsigned char *bytes = block->data;
    size_t item = block->media == SORI_MEDIA_TEXT ? 1 : sizeof(float);

    for (size_t i = 0; i < block->count * item; i++)
        listener->hash = (listener->hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    listener->samples += block->count;
    return 0;
}

/* What lies around pipeline_run() in every scenario. */
static int run(struct pipeline *pipeline, double volume, struct listener *listener)
{
    const struct speech speech = {.rate = 1,
                                  .pitch = 1,
                                  .volume = volume,
                                  .read = read_text,
                                  .write = hash_block,
                                  .opaque = listener};

    *listener = (struct listener){.text = "Hi.", .hash = UINT64_C(0xcbf29ce484222325)};
    return pipeline_run(pipeline, &speech);
}

static int speak(const char *name, double volume, struct listener *listener)
{
    struct voice *voice = NULL;
    struct pipeline *pipeline = NULL;
    int r = voice_find(name, &voice);

    if (r >= 0)
        r = pipeline_open(voice, NULL, 1, &pipeline);
    if (r >= 0)
        r = run(pipeline, volume, listener);
    pipeline_close(pipeline);
    voice_free(voice);
    while (dlerror()) /* the C library keeps its last message until it has been asked for twice */
        ;
    return r;
}

/* `name`: a model in tests/llm. */
static int ask(const char *name, double volume, struct listener *listener)
{
    char path[512];
    struct stage_spec front[] = {
        {.role = (char *)"generator",
         .plugin = (char *)"llm",
         .settings = {{"model", path}, {"max-tokens", "4"}, {"system", ""}},
         .n_settings = 3},
        {.role = (char *)"filter", .plugin = (char *)"speakable"},
    };
    struct pipeline *pipeline = NULL;
    int r;

    snprintf(path, sizeof path, "%s/tests/llm/%s", getenv("top_srcdir"), name);
    r = pipeline_open_behind(front, 2, NULL, NULL, 1, &pipeline);
    if (r >= 0)
        r = run(pipeline, volume, listener);
    pipeline_close(pipeline);
    while (dlerror())
        ;
    return r;
}

static void fail_each(int (*scenario)(const char *, double, struct listener *), const char *name)
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
            fail_msg("allocation %ld of %ld: no error, but another result", n, total);
        if (r < 0 && !*fail_message())
            fail_msg("allocation %ld of %ld: error %d without a message", n, total, r);
        if (live > before)
            fail_msg("allocation %ld of %ld: %ld blocks leaked (result %d: %s)", n, total,
                     live - before, r, r < 0 ? fail_message() : "fine");
        *(r < 0 ? &errors : &same) += 1;
    }
    print_message("%s: %ld allocations, %ld errors, %ld the same result\n", name, total, errors,
                  same);
}

static void tone(void **state)
{
    fail_each(speak, "tone");
}

static void heart(void **state)
{
    struct listener listener;

    /*
     * OpenBLAS and its Fortran library end the process when memory lacks while they are being
     * loaded: they stay loaded here.
     */
    if (!dlopen("libopenblas.so.0", RTLD_NOW) || speak("heart", 1, &listener) < 0)
        skip();
    fail_each(speak, "heart");
}

/*
 * The loader of the C library leaks, and leaves libraries half loaded, where memory lacks while it
 * loads what a library needs: these stay loaded here.
 */
static void keep(const char *plugin)
{
    char path[512];

    snprintf(path, sizeof path, "%s/.libs/%s.so", getenv("top_builddir"), plugin);
    if (!dlopen(path, RTLD_NOW))
        fail_msg("%s: %s", path, dlerror());
}

static void answer(void **state)
{
    keep("llm");
    keep("speakable");
    fail_each(ask, "tiny-llama3.gguf");
    fail_each(ask, "tiny-gemma3.gguf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tone),
        cmocka_unit_test(answer),
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
