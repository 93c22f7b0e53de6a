/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.h: a descriptor that is written to its end or tells why not
 *
 * The first error sticks: later writes fail with it at once, so that an encoder between the caller
 * and the descriptor cannot lose it. Writing to a closed pipe gives -EPIPE and never a signal. A
 * wait for a slow reader ends when output_cancel() is called; files are written without waiting.
 *
 * Threads: one call at a time; output_cancel() from any thread between open and clear.
 */
#ifndef WAVFILE_OUTPUT_H
#define WAVFILE_OUTPUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct output {
    int fd;
    int wake;      /* eventfd: readable once cancelled */
    bool owned;    /* fd is closed with the output */
    bool seekable; /* a regular file that may be rewritten */
    int64_t base;  /* where the output begins in a seekable file */
    int error;     /* the first failure, a negative errno value, or 0 */
    atomic_bool cancelled;
};

/*
 * Creates (or empties) `path`; a path that is NULL or "-" means the open descriptor `fd`, which
 * stays the caller's. 0 or the negative errno value of open, fcntl or eventfd.
 */
int output_open(struct output *output, const char *path, int fd);
/* Closes the file. 0, or the first error of writing or closing. */
int output_close(struct output *output);
/* Frees the rest, after the last output_cancel(). Fine after a failed open and twice. */
void output_clear(struct output *output);

/* Writes all of it at the present position. 0, -ECANCELED or the errno value of write. */
int output_write(struct output *output, const void *data, size_t size);

void output_cancel(struct output *output);

#endif
