/* SPDX-License-Identifier: Apache-2.0 */
#include "client/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "worker/error.h"

static int join_arguments(struct source *source, int argc, char **argv)
{
    size_t size = 1, n = 0;

    for (int i = 0; i < argc; i++)
        if (!checked_add(size, strlen(argv[i]) + 1, &size))
            return fail(-ENOMEM, "out of memory");
    source->text = malloc(size);
    if (!source->text)
        return fail(-ENOMEM, "out of memory");
    for (int i = 0; i < argc; i++) {
        size_t length = strlen(argv[i]);
        if (i)
            source->text[n++] = ' ';
        memcpy(source->text + n, argv[i], length);
        n += length;
    }
    source->text[n] = '\0';
    source->text_size = n;
    source->size = (off_t)n;
    source->name = "the text";
    return 0;
}

int source_open(struct source *source, const char *path, int argc, char **argv)
{
    struct stat status;

    *source = (struct source){.fd = -1};
    if (!path && argc && !(argc == 1 && !strcmp(argv[0], "-")))
        return join_arguments(source, argc, argv);
    if (!path || !strcmp(path, "-")) {
        source->fd = dup(STDIN_FILENO);
        source->name = "standard input";
    } else {
        source->fd = open(path, O_RDONLY | O_CLOEXEC);
        source->name = path;
    }
    if (source->fd < 0 || fstat(source->fd, &status) < 0)
        return fail(-errno, "%s: %s", source->name, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return fail(-EISDIR, "%s: is a folder", source->name);
    if (S_ISREG(status.st_mode))
        source->size = status.st_size;
    return 0;
}

void source_clear(struct source *source)
{
    if (source->fd >= 0)
        close(source->fd);
    free(source->text);
    source->fd = -1;
    source->text = NULL;
}

/* Waits until the descriptor has something to read or the user has had enough. */
static int wait_readable(int fd, int stop)
{
    struct pollfd polled[2] = {{.fd = fd, .events = POLLIN}, {.fd = stop, .events = POLLIN}};

    while (poll(polled, 2, -1) < 0)
        if (errno != EINTR)
            return fail(-errno, "poll: %s", strerror(errno));
    return polled[1].revents ? fail(-ECANCELED, "cancelled") : 0;
}

static int read_descriptor(struct source *source, int stop, size_t *ret_size)
{
    for (;;) {
        ssize_t n;
        int r = wait_readable(source->fd, stop);
        if (r < 0)
            return r;
        n = read(source->fd, source->piece, sizeof source->piece);
        if (n >= 0) {
            *ret_size = (size_t)n;
            return 0;
        }
        if (errno != EINTR && errno != EAGAIN)
            return fail(-errno, "%s: %s", source->name, strerror(errno));
    }
}

/* Whatever the voice, what is no text is refused here, where the file and the offset are known. */
static int check_text(struct source *source, const char *data, size_t size)
{
    size_t right = utf8_check(&source->utf8, data, size);
    unsigned char byte;

    if (!size && source->utf8.left)
        return fail(-EILSEQ, "%s: not UTF-8: it ends within a character", source->name);
    if (right == size)
        return 0;
    byte = (unsigned char)data[right];
    if (!source->taken && !right && (byte == 0xff || byte == 0xfe))
        return fail(-EILSEQ, "%s: not UTF-8 but, by its first byte, UTF-16; iconv can convert it",
                    source->name);
    return fail(-EILSEQ, "%s: not UTF-8 text: byte 0x%02x at offset %zu", source->name, byte,
                source->taken + right);
}

int source_read(struct source *source, int stop, const char **ret_data, size_t *ret_size)
{
    const char *data;
    size_t size = 0;
    int r = 0;

    if (source->fd >= 0) {
        r = read_descriptor(source, stop, &size);
        data = source->piece;
    } else {
        size = source->text_size - source->taken;
        if (size > TEXT_PIECE_SIZE)
            size = TEXT_PIECE_SIZE;
        data = source->text + source->taken;
    }
    if (r >= 0)
        r = check_text(source, data, size);
    if (r < 0 || !size)
        return r;
    source->taken += size;
    *ret_data = data;
    *ret_size = size;
    return 1;
}
