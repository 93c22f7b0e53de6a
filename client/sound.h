/* SPDX-License-Identifier: Apache-2.0 */
/* sound.h: where sound goes, opened with the first of it: a text that fails early costs no file */
#ifndef CLIENT_SOUND_H
#define CLIENT_SOUND_H

#include "worker/pipeline.h"

struct sound {
    const char *output; /* a file, "-" for standard output, or NULL */
    const char *format; /* of the file; NULL: as its name ends, WAV to standard output */
    bool to_stdout;
    const char *device; /* without these: a sink and its settings, as in a manifest */
    struct pipeline *pipeline;
    struct sink *sink;
    bool begun; /* the file is there */
};

/* Does it go to standard output? */
bool sound_to_stdout(const struct sound *sound);
/* Opens the sink if it is not open, and writes. Errors of sink_open() and sink_write(). */
int sound_write(struct sound *sound, const struct sori_block *block);
/* Waits until all has sounded or is written. A file is made even without sound. */
int sound_finish(struct sound *sound);
/* Any thread, at any time. */
void sound_cancel(struct sound *sound);
void sound_close(struct sound *sound);

#endif
