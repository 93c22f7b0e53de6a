/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.h: samples as a sound file
 *
 * WAV, FLAC, Ogg Opus and MP3 come from libsndfile, which writes through struct output, so that
 * every error is the system's own. Raw samples (16 bit signed, little endian, mono) and WAV to a
 * pipe are written here; the latter has the largest size in its header, as nobody knows the real
 * one, which players take for "until the end".
 *
 * Samples become 16 bits (WAV, FLAC, raw) by rounding, with saturation, without dither: equal input
 * gives equal bytes, and the noise of a vocoder lies far above the last bit. NaN becomes silence.
 * Opus and MP3 get the floats. Ogg numbers its streams at random, so Opus files differ in a few
 * header bytes between runs.
 *
 * A WAV file is a plain RIFF file up to 4 GiB and becomes RF64 above. Its header is brought up to
 * date every second of sound: whatever ends the process, what was written plays.
 */
#ifndef WAVFILE_WRITER_H
#define WAVFILE_WRITER_H

#include <sndfile.h>

#include "wavfile/output.h"

enum { WRITER_CHUNK = 1024 };

struct writer_format {
    const char *name; /* as in settings and file endings */
    int sndfile;      /* SF_FORMAT_*, 0 for raw */
    bool floats;      /* the encoder takes floats, else 16 bits */
};

struct writer {
    const struct writer_format *format;
    struct output output;
    SNDFILE *file; /* NULL for what is written here */
    unsigned sample_rate;
    uint64_t samples; /* taken without error */
    uint64_t saved;   /* of them, those that the header tells of */
    const char *why;  /* what an encoder said of its failure; else NULL: output.error tells */
    union {
        int16_t integers[WRITER_CHUNK];
        float floats[WRITER_CHUNK];
    } chunk;
};

/* The format of that name in any case, or NULL. */
const struct writer_format *writer_format_find(const char *name);
#define WRITER_FORMATS "wav, flac, opus, ogg, mp3, raw"

/*
 * Opens the output (see output_open) as `format`. -ENOTSUP with `writer->why` set: the encoder does
 * not take this rate, or cannot write to a pipe; errors of output_open().
 */
int writer_open(struct writer *writer, const struct writer_format *format, const char *path, int fd,
                unsigned sample_rate);
/* 0, -ECANCELED, or what the output or the encoder failed with. */
int writer_write(struct writer *writer, const float *samples, size_t n);
/* Completes headers and closes the file. 0 or the first error. */
int writer_finish(struct writer *writer);
/* Frees the rest, after the last output_cancel(). */
void writer_clear(struct writer *writer);

#endif
