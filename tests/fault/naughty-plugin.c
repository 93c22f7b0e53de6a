/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A synthesiser that misbehaves at certain words, as often as the test allows: it shares a page
 * (naughty.h) with it, mapped while it loads, because the sandbox forbids files later.
 *
 *     hang      stays for ever, deaf to SIGTERM: in a loop, or asleep
 *     crash     a write to address 0
 *     slow      takes a third of a second
 *     syscalls  tries what the sandbox forbids
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <sori/plugin.h>

#include "fault/naughty.h"

enum { LETTER = 48, MAX_TEXT = 4096 };

struct model {
    const struct sori_host *host;
    struct naughty *page;
};

struct stream {
    struct model *model;
    char text[MAX_TEXT];
    size_t size, at;
    uint64_t position;
    int ended, in_word, begun;
    float samples[LETTER];
    struct sori_event events[2];
};

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int load(const struct sori_host *host, const struct sori_setting *settings,
                size_t n_settings, void **ret_model)
{
    struct model *model = calloc(1, sizeof *model);
    int fd = n_settings == 1 ? open(settings[0].value, O_RDWR | O_CLOEXEC) : -1;
    unsigned n;

    if (!model || fd < 0)
        return host->error(host, -EINVAL, "page=FILE is missing");
    model->host = host;
    model->page = mmap(NULL, sizeof *model->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (model->page == MAP_FAILED)
        return host->error(host, -errno, "the page cannot be mapped");
    n = atomic_fetch_add(&model->page->starts, 1);
    if (n < NAUGHTY_STARTS)
        model->page->started_ms[n] = now_ms();
    signal(SIGTERM, SIG_IGN);
    *ret_model = model;
    return 0;
}

static void unload(void *opaque)
{
    struct model *model = opaque;

    munmap(model->page, sizeof *model->page);
    free(model);
}

static int describe(const void *model, struct sori_stage_info *ret_info)
{
    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_TEXT},
        .output = {.media = SORI_MEDIA_SAMPLES, .sample_rate = 24000, .channels = 1},
    };
    return 0;
}

static int begin(void *opaque, const struct sori_stream_params *params, void **ret_stream)
{
    struct stream *stream = calloc(1, sizeof *stream);

    if (!stream)
        return -ENOMEM;
    stream->model = opaque;
    *ret_stream = stream;
    return 0;
}

static int feed(void *opaque, const struct sori_block *block)
{
    struct stream *stream = opaque;

    if (!block) {
        stream->ended = 1;
        return 0;
    }
    if (block->count > MAX_TEXT - stream->size)
        return -EMSGSIZE;
    memcpy(stream->text + stream->size, block->data, block->count);
    stream->size += block->count;
    return 0;
}

/* --- misbehaving ------------------------------------------------------------------------------ */

static int may(struct naughty *page)
{
    int left = atomic_load(&page->left);

    while (left > 0)
        if (atomic_compare_exchange_weak(&page->left, &left, left - 1))
            return 1;
    return 0;
}

static void hang(struct naughty *page)
{
    if (!may(page))
        return;
    atomic_store(&page->hung_ms, now_ms());
    while (page->sleeps)
        nanosleep(&(struct timespec){.tv_sec = 1000}, NULL);
    for (volatile unsigned turns = 0;; turns++)
        continue;
}

static void crash(struct naughty *page)
{
    if (may(page))
        *(volatile int *)page->nothing = 1;
}

/* One call; it was denied when it gives EPERM (clone3: ENOSYS). */
#define TRY(name, ...)                                                                             \
    do {                                                                                           \
        errno = 0;                                                                                 \
        page->tried++;                                                                             \
        if (syscall(SYS_##name, __VA_ARGS__) == -1 && (errno == EPERM || errno == ENOSYS))         \
            page->denied++;                                                                        \
        else                                                                                       \
            snprintf(page->allowed, sizeof page->allowed, "%s", #name);                            \
    } while (0)

/* With arguments that do no harm where a call is allowed after all. */
static void try_calls(struct naughty *page)
{
    TRY(openat, AT_FDCWD, "/dev/null", O_RDONLY, 0);
    TRY(unlinkat, AT_FDCWD, "/nowhere/file", 0);
    TRY(mkdirat, AT_FDCWD, "/nowhere/folder", 0700);
    TRY(renameat2, AT_FDCWD, "/nowhere/a", AT_FDCWD, "/nowhere/b", 0);
    TRY(fchmodat, AT_FDCWD, "/nowhere/a", 0600);
    TRY(symlinkat, "/nowhere/a", AT_FDCWD, "/nowhere/b");
    TRY(socket, 1, 1, 0);
    TRY(connect, -1, NULL, 0);
    TRY(bind, -1, NULL, 0);
    TRY(execve, "/nowhere/program", NULL, NULL);
    TRY(clone, SIGCHLD | CLONE_VFORK | CLONE_NEWUSER | CLONE_FS, 0, 0, 0, 0);
    TRY(clone3, NULL, 0);
    TRY(ptrace, PTRACE_PEEKDATA, 0, 0, 0);
    TRY(kill, getppid(), 0);
    TRY(tgkill, getppid(), getppid(), 0);
    TRY(process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
    TRY(mmap, NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TRY(mprotect, page, 0, PROT_READ | PROT_EXEC);
    TRY(memfd_create, "x", 0);
    TRY(mount, NULL, NULL, NULL, 0, NULL);
    TRY(setuid, getuid());
    TRY(chroot, "/nowhere");
    TRY(unshare, 0);
    TRY(bpf, -1, NULL, 0);
    TRY(perf_event_open, NULL, 0, -1, -1, 0);
    TRY(keyctl, -1, 0, 0, 0, 0);
    TRY(io_uring_setup, 0, NULL);
    TRY(userfaultfd, -1);
    TRY(prctl, 3 /* PR_GET_DUMPABLE */, 0, 0, 0, 0);
    TRY(ioctl, 0, 0x5413 /* TIOCGWINSZ */, NULL);
}

static void look_at_word(struct stream *stream)
{
    const char *word = stream->text + stream->at;
    size_t left = stream->size - stream->at;
    struct naughty *page = stream->model->page;

    if (left >= 4 && !memcmp(word, "hang", 4))
        hang(page);
    else if (left >= 5 && !memcmp(word, "crash", 5))
        crash(page);
    else if (left >= 4 && !memcmp(word, "slow", 4))
        nanosleep(&(struct timespec){.tv_nsec = 333000000}, NULL);
    else if (left >= 8 && !memcmp(word, "syscalls", 8))
        try_calls(page);
}

/* --- speaking --------------------------------------------------------------------------------- */

static void note(struct stream *stream, struct sori_block *block, uint32_t type)
{
    size_t end = stream->at;

    while (end < stream->size && stream->text[end] != (type == SORI_EVENT_WORD ? ' ' : '.'))
        end++;
    stream->events[block->n_events++] = (struct sori_event){.type = type,
                                                            .text_start = (uint32_t)stream->at,
                                                            .text_end = (uint32_t)end,
                                                            .position = stream->position};
}

static int drain(void *opaque, struct sori_block *ret_block)
{
    struct stream *stream = opaque;
    struct sori_block block = {.media = SORI_MEDIA_SAMPLES,
                               .data = stream->samples,
                               .count = LETTER,
                               .events = stream->events};
    int letter;

    if (stream->at == stream->size)
        return stream->ended ? SORI_DONE : SORI_MORE;
    letter = stream->text[stream->at] != ' ' && stream->text[stream->at] != '.';
    if (letter && !stream->begun)
        note(stream, &block, SORI_EVENT_SENTENCE);
    if (letter && !stream->in_word) {
        note(stream, &block, SORI_EVENT_WORD);
        look_at_word(stream);
    }
    stream->begun = stream->begun ? stream->text[stream->at] != '.' : letter;
    stream->in_word = letter;
    for (size_t i = 0; i < LETTER; i++)
        stream->samples[i] = (float)stream->text[stream->at] / (float)(256 + i);
    stream->at++;
    stream->position += LETTER;
    *ret_block = block;
    return 0;
}

static void end(void *stream)
{
    free(stream);
}

static const struct sori_stage stage = {
    .version = SORI_ABI_VERSION,
    .size = sizeof stage,
    .kind = SORI_STAGE_SYNTHESISER,
    .name = "naughty",
    .summary = "misbehaves at certain words",
    .licence = "Apache-2.0",
    .load = load,
    .unload = unload,
    .describe = describe,
    .begin = begin,
    .feed = feed,
    .drain = drain,
    .end = end,
};

const struct sori_stage *sori_plugin_entry(uint32_t abi)
{
    return abi == SORI_ABI_VERSION ? &stage : NULL;
}
