/* SPDX-License-Identifier: Apache-2.0 */
/* bytes.h: a queue of bytes with a ceiling. Starts zeroed. */
#ifndef DAEMON_BYTES_H
#define DAEMON_BYTES_H

#include <stddef.h>

struct bytes {
    char *data; /* the queue begins at data + start */
    size_t start, size, capacity;
};

/* Makes room for `more` bytes behind the queue. -ENOBUFS: it would be longer than `limit`; -ENOMEM.
 */
int bytes_reserve(struct bytes *bytes, size_t more, size_t limit);
/* Appends. Errors of bytes_reserve(); then nothing was appended. */
int bytes_put(struct bytes *bytes, const void *data, size_t size, size_t limit);
/* Takes away from the front. */
void bytes_drop(struct bytes *bytes, size_t size);
void bytes_clear(struct bytes *bytes);

static inline char *bytes_first(const struct bytes *bytes)
{
    return bytes->data ? bytes->data + bytes->start : NULL; /* NULL + 0 is undefined, too */
}

#endif
