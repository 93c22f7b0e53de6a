/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h: how far a long text is, on the terminal */
#ifndef CLIENT_PROGRESS_H
#define CLIENT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <sori/types.h>

struct progress {
    bool shown;            /* a line is wanted */
    bool on_screen;        /* and was drawn */
    double started, drawn; /* seconds, monotonic */
    unsigned sample_rate;
    uint64_t text_size; /* bytes, 0 if unknown */
    uint64_t text_done;
    uint64_t samples;
};

/* `wanted`: a line is drawn, if standard error is a terminal and the work takes a while. */
void progress_start(struct progress *progress, bool wanted, unsigned sample_rate,
                    uint64_t text_size);
/* Counts a block that is about to be written. */
void progress_block(struct progress *progress, const struct sori_block *block);
/* Clears the line. */
void progress_end(struct progress *progress);

/* Sound so far. */
double progress_seconds(const struct progress *progress);

#endif
