/* SPDX-License-Identifier: Apache-2.0 */
#include "wavfile/writer.h"

#include <endian.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct writer_format formats[] = {
    /* RF64 that turns into plain WAV where that can hold it, see writer_open() */
    {"wav", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, false},
    {"flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, false},
    {"opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, true},
    {"ogg", SF_FORMAT_OGG | SF_FORMAT_OPUS, true},
    {"mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, true},
    {"raw", 0, false},
    {"pcm", 0, false},
};

const struct writer_format *writer_format_find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcasecmp(name, formats[i].name))
            return &formats[i];
    return NULL;
}

/* --- what libsndfile sees: a file that begins at output.base ---------------------------------- */

static sf_count_t virtual_length(void *opaque)
{
    const struct output *output = opaque;
    struct stat status;

    return fstat(output->fd, &status) < 0 ? -1 : status.st_size - output->base;
}

static sf_count_t virtual_tell(void *opaque)
{
    const struct output *output = opaque;

    return lseek(output->fd, 0, SEEK_CUR) - output->base;
}

static sf_count_t virtual_seek(sf_count_t offset, int whence, void *opaque)
{
    const struct output *output = opaque;

    if (whence == SEEK_SET)
        offset += output->base;
    return lseek(output->fd, offset, whence) - output->base;
}

static sf_count_t virtual_read(void *data, sf_count_t size, void *opaque)
{
    return 0; /* nothing is read back */
}

static sf_count_t virtual_write(const void *data, sf_count_t size, void *opaque)
{
    return output_write(opaque, data, (size_t)size) < 0 ? 0 : size;
}

static int open_encoder(struct writer *writer)
{
    SF_VIRTUAL_IO io = {virtual_length, virtual_seek, virtual_read, virtual_write, virtual_tell};
    SF_INFO info = {
        .samplerate = (int)writer->sample_rate, .channels = 1, .format = writer->format->sndfile};

    writer->file = sf_open_virtual(&io, SFM_WRITE, &info, &writer->output);
    if (!writer->file) {
        writer->why = sf_strerror(NULL);
        return writer->output.error ? writer->output.error : -ENOTSUP;
    }
    sf_command(writer->file, SFC_RF64_AUTO_DOWNGRADE, NULL, SF_TRUE);
    return 0;
}

/* --- WAV to a pipe ---------------------------------------------------------------------------- */

static int write_stream_header(struct writer *writer)
{
    struct {
        char riff[4];
        uint32_t size;
        char wave_fmt[8];
        uint32_t fmt_size;
        uint16_t pcm, channels;
        uint32_t rate, bytes_a_second;
        uint16_t bytes_a_sample, bits;
        char data[4];
        uint32_t data_size;
    } __attribute__((packed)) header = {
        .riff = {'R', 'I', 'F', 'F'},
        .size = UINT32_MAX,
        .wave_fmt = {'W', 'A', 'V', 'E', 'f', 'm', 't', ' '},
        .fmt_size = htole32(16),
        .pcm = htole16(1),
        .channels = htole16(1),
        .rate = htole32(writer->sample_rate),
        .bytes_a_second = htole32(writer->sample_rate * 2),
        .bytes_a_sample = htole16(2),
        .bits = htole16(16),
        .data = {'d', 'a', 't', 'a'},
        .data_size = UINT32_MAX,
    };

    _Static_assert(sizeof header == 44, "a WAV header has 44 bytes");
    return output_write(&writer->output, &header, sizeof header);
}

/* --- writing ---------------------------------------------------------------------------------- */

static int begin_format(struct writer *writer)
{
    if (!writer->format->sndfile)
        return 0;
    if (writer->output.seekable)
        return open_encoder(writer);
    if ((writer->format->sndfile & SF_FORMAT_TYPEMASK) == SF_FORMAT_RF64)
        return write_stream_header(writer);
    writer->why = "a pipe takes only wav and raw";
    return -ENOTSUP;
}

int writer_open(struct writer *writer, const struct writer_format *format, const char *path, int fd,
                unsigned sample_rate)
{
    int r;

    *writer = (struct writer){.format = format, .sample_rate = sample_rate};
    r = output_open(&writer->output, path, fd);
    if (r < 0)
        return r;
    r = begin_format(writer);
    if (r < 0)
        output_clear(&writer->output);
    return r;
}

static float saturated(float x)
{
    if (isnan(x))
        return 0;
    return x > 1 ? 1 : x < -1 ? -1 : x;
}

static void convert(struct writer *writer, const float *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float x = saturated(samples[i]);
        if (writer->format->floats)
            writer->chunk.floats[i] = x;
        else
            writer->chunk.integers[i] = (int16_t)lrintf(x * 32767);
    }
}

static int write_raw(struct writer *writer, size_t n)
{
    for (size_t i = 0; i < n; i++)
        writer->chunk.integers[i] = (int16_t)htole16((uint16_t)writer->chunk.integers[i]);
    return output_write(&writer->output, writer->chunk.integers, n * sizeof(int16_t));
}

static int write_encoded(struct writer *writer, size_t n)
{
    sf_count_t written = writer->format->floats
                             ? sf_write_float(writer->file, writer->chunk.floats, (sf_count_t)n)
                             : sf_write_short(writer->file, writer->chunk.integers, (sf_count_t)n);

    if (writer->output.error)
        return writer->output.error;
    if (written == (sf_count_t)n)
        return 0;
    writer->why = sf_strerror(writer->file);
    return -EIO;
}

static int save_header(struct writer *writer)
{
    if (!writer->file || writer->samples - writer->saved < writer->sample_rate)
        return 0;
    sf_command(writer->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
    writer->saved = writer->samples;
    return writer->output.error;
}

int writer_write(struct writer *writer, const float *samples, size_t n)
{
    while (n) {
        size_t part = n < WRITER_CHUNK ? n : WRITER_CHUNK;
        int r;
        if (atomic_load(&writer->output.cancelled))
            return -ECANCELED;
        convert(writer, samples, part);
        r = writer->file ? write_encoded(writer, part) : write_raw(writer, part);
        if (r < 0)
            return r;
        writer->samples += part;
        samples += part;
        n -= part;
    }
    return save_header(writer);
}

int writer_finish(struct writer *writer)
{
    int failed = writer->output.error;

    /*
     * A full disk takes no more sound, but still the header that makes the rest playable: it lies
     * over the old one.
     */
    writer->output.error = 0;
    if (writer->file && sf_close(writer->file) && !writer->output.error && !failed)
        writer->output.error = -EIO;
    writer->file = NULL;
    if (failed)
        writer->output.error = failed;
    return output_close(&writer->output);
}

void writer_clear(struct writer *writer)
{
    output_clear(&writer->output);
}
