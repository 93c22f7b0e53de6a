/* SPDX-License-Identifier: Apache-2.0 */
/* sound.h: where the sound of an answer goes, opened with the first block of it */
#ifndef CLIENT_SOUND_H
#define CLIENT_SOUND_H

#include "worker/pipeline.h"

struct sound {
    const char *output; /* a file, or NULL */
    bool to_stdout;     /* as WAV */
    struct pipeline *pipeline;
    struct sink *sink;

    /* Called around a change of `sink`, which another thread may be cancelling; or NULL. */
    void (*guard)(bool enter);
};

/* Opens the sink if it is not open, and writes. Errors of sink_open() and sink_write(). */
int sound_write(struct sound *sound, const struct sori_block *block);
/* Waits until all has sounded or is written. A file is made even without sound. */
int sound_finish(struct sound *sound);
/* Any thread, not during a change of `sink`. */
void sound_cancel(struct sound *sound);
void sound_close(struct sound *sound);

#endif
