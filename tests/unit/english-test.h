/* SPDX-License-Identifier: Apache-2.0 */
/* english-test.h: the analyser as a host sees it, for its tests. Included once by each of them. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "base/cleanup.h"
#include "unit/english-host.h"

static const char *source_file(const char *name)
{
    static char path[4096];
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/%s", top ? top : ".", name);
    return path;
}

/* Maps voices/en-us/lexicon.bin. */
static int set_up(void **state)
{
    struct stat status;
    _cleanup_close_ int fd = open(source_file("voices/en-us/lexicon.bin"), O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &status) < 0)
        return -1;
    lexicon_file.size = (size_t)status.st_size;
    lexicon_file.data = mmap(NULL, lexicon_file.size, PROT_READ, MAP_PRIVATE, fd, 0);
    return lexicon_file.data == MAP_FAILED ? -1 : 0;
}

__attribute__((unused)) static int tear_down(void **state)
{
    return munmap((void *)lexicon_file.data, lexicon_file.size);
}

static const struct sori_stage *stage(void)
{
    return sori_plugin_entry(SORI_ABI_VERSION);
}

__attribute__((unused)) static void *load(const char *output)
{
    const struct sori_setting settings[] = {{"lexicon", "lexicon.bin"}, {"output", output}};
    void *model = NULL;

    assert_int_equal(stage()->load(&host, settings, 2, &model), 0);
    return model;
}

/* How texts are read, until it is changed. */
static struct sori_stream_params how = {.size = sizeof how,
                                        .input = {.media = SORI_MEDIA_TEXT},
                                        .rate = 1,
                                        .pitch = 1,
                                        .volume = 1};

static int begin(void *model, void **ret_stream)
{
    return stage()->begin(model, &how, ret_stream);
}

/* What came out: all sentences as UTF-8, " | " between them, and the events. */
struct heard {
    char *text;
    size_t n, capacity, n_sentences, n_events, event_capacity;
    struct sori_event *events;
};

/* Room for `wanted` items, and as much again. */
static void *room_for(void *memory, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted > *capacity) {
        *capacity = 2 * wanted;
        memory = realloc(memory, *capacity * size);
        assert_non_null(memory);
    }
    return memory;
}

static void hear_text(struct heard *heard, const void *data, size_t n)
{
    heard->text = room_for(heard->text, &heard->capacity, heard->n + n + 1, 1);
    memcpy(heard->text + heard->n, data, n);
    heard->n += n;
    heard->text[heard->n] = 0;
}

static void hear(struct heard *heard, const struct sori_block *block)
{
    const struct sori_phoneme *phonemes = block->data;

    assert_true(block->flags & SORI_BLOCK_UTTERANCE_END);
    if (heard->n_sentences++)
        hear_text(heard, " | ", 3);
    if (block->media == SORI_MEDIA_TEXT)
        hear_text(heard, block->data, block->count);
    for (size_t i = 0; block->media == SORI_MEDIA_PHONEMES && i < block->count; i++) {
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)phonemes[i].symbol, bytes);
        hear_text(heard, bytes, (size_t)n);
    }
    heard->events = room_for(heard->events, &heard->event_capacity,
                             heard->n_events + block->n_events + 1, sizeof *heard->events);
    if (block->n_events)
        memcpy(heard->events + heard->n_events, block->events,
               block->n_events * sizeof *heard->events);
    heard->n_events += block->n_events;
}

static int drain_all(void *stream, struct heard *heard)
{
    struct sori_block block;
    int r;

    while ((r = stage()->drain(stream, &block)) == 0)
        hear(heard, &block);
    return r;
}

/* Analyses n bytes, fed `piece` at a time. The result of the call that failed, or 0. */
__attribute__((unused)) static int analyse(void *model, const char *text, size_t n, size_t piece,
                                           struct heard *ret_heard)
{
    struct heard heard = {0};
    void *stream = NULL;
    int r = begin(model, &stream);

    hear_text(&heard, "", 0);
    for (size_t at = 0; r >= 0 && at < n; at += piece) {
        struct sori_block block = {
            .media = SORI_MEDIA_TEXT, .data = text + at, .count = n - at < piece ? n - at : piece};
        r = drain_all(stream, &heard);
        if (r >= 0)
            r = stage()->feed(stream, &block);
    }
    if (r >= 0)
        r = drain_all(stream, &heard);
    if (r >= 0)
        r = stage()->feed(stream, NULL);
    if (r >= 0)
        r = drain_all(stream, &heard);
    stage()->end(stream);
    *ret_heard = heard;
    return r < 0 ? r : 0;
}

__attribute__((unused)) static void forget(struct heard *heard)
{
    free(heard->text);
    free(heard->events);
    *heard = (struct heard){0};
}

/* Calls check(line, expected) for each line of a table with a tab between. Returns their number. */
__attribute__((unused)) static size_t
for_each_row(const char *name, void (*check)(void *, char *, char *), void *opaque)
{
    _cleanup_fclose_ FILE *file = fopen(source_file(name), "re");
    _cleanup_free_ char *line = NULL;
    size_t capacity = 0, rows = 0;
    ssize_t n;

    assert_non_null(file);
    while ((n = getline(&line, &capacity, file)) > 0) {
        char *tab = strchr(line, '\t');
        assert_non_null(tab);
        line[n - 1] = *tab = 0;
        check(opaque, line, tab + 1);
        rows++;
    }
    return rows;
}
