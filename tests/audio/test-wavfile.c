/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/audio/sink-test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sndfile.h>

enum { SECONDS = 3, N = SECONDS * RATE + 123 };

static float *tone;
static char path[4096];

static int make_all(void **state)
{
    tone = make_tone(N);
    return 0;
}

static int free_all(void **state)
{
    free(tone);
    return 0;
}

static const char *file(const char *name)
{
    const char *folder = getenv("TMPDIR");

    snprintf(path, sizeof path, "%s/%s", folder ? folder : "/tmp", name);
    return path;
}

/* Reads a sound file whole; the caller frees. */
static float *read_back(const char *name, size_t *ret_n, SF_INFO *ret_info)
{
    SNDFILE *in;
    float *samples;

    *ret_info = (SF_INFO){0};
    in = sf_open(name, SFM_READ, ret_info);
    if (!in)
        fail_msg("%s: %s", name, sf_strerror(NULL));
    samples = calloc((size_t)ret_info->frames + 1, sizeof *samples);
    assert_non_null(samples);
    *ret_n = (size_t)sf_read_float(in, samples, ret_info->frames);
    assert_int_equal(*ret_n, ret_info->frames);
    sf_close(in);
    return samples;
}

/* Largest difference to the tone, in steps of 16 bits. */
static double distance(const float *samples, size_t n)
{
    double worst = 0;

    for (size_t i = 0; i < n; i++)
        worst = fmax(worst, fabs(samples[i] * 32768.0 - tone[i] * 32767.0));
    return worst;
}

/* Best normalised correlation with the tone over delays of up to 0.1 s. */
static double likeness(const float *samples, size_t n)
{
    double best = 0;

    for (size_t delay = 0; delay < RATE / 10; delay++) {
        double product = 0, a = 1e-9, b = 1e-9;
        for (size_t i = 0; i < RATE && i + delay < n; i++) {
            product += samples[i + delay] * tone[i];
            a += samples[i + delay] * samples[i + delay];
            b += tone[i] * tone[i];
        }
        best = fmax(best, product / sqrt(a * b));
    }
    return best;
}

static void write_whole(const char *name, const char *format)
{
    struct sink *sink;
    int r = format ? open_sink(&sink, "wavfile", "path", name, "format", format, NULL)
                   : open_sink(&sink, "wavfile", "path", name, NULL);

    if (r < 0)
        fail_msg("%s", fail_message());
    assert_int_equal(feed(sink, tone, N), 0);
    assert_int_equal(sink_finish(sink), 0);
    sink_close(sink);
}

static void test_lossless(void **state)
{
    static const char *const names[] = {"a.wav", "a.FLAC", "folder.mp3.wav"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        SF_INFO info;
        size_t n;
        float *samples;
        write_whole(file(names[i]), NULL);
        samples = read_back(path, &n, &info);
        assert_int_equal(info.samplerate, RATE);
        assert_int_equal(info.channels, 1);
        assert_int_equal(info.format & SF_FORMAT_SUBMASK, SF_FORMAT_PCM_16);
        assert_int_equal(n, N);
        assert_true(distance(samples, n) <= 0.51);
        free(samples);
    }
}

static void test_plain_wav_header(void **state)
{
    char head[12] = {0};
    FILE *in;

    write_whole(file("a.wav"), NULL);
    in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fread(head, 1, 12, in), 12);
    fclose(in);
    assert_memory_equal(head, "RIFF", 4);
    assert_memory_equal(head + 8, "WAVE", 4);
}

static void test_lossy(void **state)
{
    static const struct {
        const char *name;
        int format;
    } files[] = {{"a.opus", SF_FORMAT_OGG}, {"a.ogg", SF_FORMAT_OGG}, {"a.mp3", SF_FORMAT_MPEG}};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        SF_INFO info;
        size_t n;
        float *samples;
        write_whole(file(files[i].name), NULL);
        samples = read_back(path, &n, &info);
        assert_int_equal(info.samplerate, RATE);
        assert_int_equal(info.format & SF_FORMAT_TYPEMASK, files[i].format);
        assert_true(fabs((double)n - N) < RATE / 10.0);
        assert_true(likeness(samples, n) > 0.98);
        free(samples);
    }
}

static void test_format_beats_ending(void **state)
{
    struct stat status;
    SF_INFO info;
    size_t n;

    write_whole(file("a.mp3"), "flac");
    free(read_back(path, &n, &info));
    assert_int_equal(info.format & SF_FORMAT_TYPEMASK, SF_FORMAT_FLAC);
    write_whole(file("a.raw"), NULL);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 2 * N);
}

static char *read_bytes(const char *name, size_t *ret_size)
{
    struct stat status;
    FILE *in = fopen(name, "rb");
    char *bytes;

    assert_non_null(in);
    assert_int_equal(fstat(fileno(in), &status), 0);
    bytes = malloc((size_t)status.st_size + 1);
    assert_non_null(bytes);
    *ret_size = fread(bytes, 1, (size_t)status.st_size, in);
    fclose(in);
    return bytes;
}

static void test_deterministic(void **state)
{
    static const char *const names[] = {"d.wav", "d.flac", "d.mp3", "d.raw"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n, again;
        char *first, *second;
        write_whole(file(names[i]), NULL);
        first = read_bytes(path, &n);
        write_whole(path, NULL);
        second = read_bytes(path, &again);
        assert_int_equal(n, again);
        assert_memory_equal(first, second, n);
        free(first);
        free(second);
    }
}

static void test_saturates(void **state)
{
    static const float loud[] = {2, -2, 1, -1, 0.5f, NAN, INFINITY, -INFINITY, 1e30f};
    static const int16_t expected[] = {32767, -32767, 32767,  -32767, 16384,
                                       0,     32767,  -32767, 32767};
    size_t size;
    char *bytes;
    struct sink *sink;

    assert_int_equal(open_sink(&sink, "wavfile", "path", file("loud.raw"), NULL), 0);
    assert_int_equal(feed(sink, loud, sizeof loud / sizeof *loud), 0);
    assert_int_equal(sink_finish(sink), 0);
    sink_close(sink);
    bytes = read_bytes(path, &size);
    assert_int_equal(size, sizeof expected);
    assert_memory_equal(bytes, expected, size);
    free(bytes);
}

static void refused(int error, const char *part, const char *key, const char *value,
                    const char *key2, const char *value2)
{
    struct sink *sink;

    assert_int_equal(open_sink(&sink, "wavfile", key, value, key2, value2, NULL), error);
    if (!strstr(fail_message(), part))
        fail_msg("'%s' does not tell '%s'", fail_message(), part);
}

static void test_refusals(void **state)
{
    refused(-EINVAL, "wav, flac, opus, ogg, mp3, raw", "path", "a.xyz", NULL, NULL);
    refused(-EINVAL, "known", "path", "folder.wav/a", NULL, NULL);
    refused(-EINVAL, "known: wav", "path", "a.wav", "format", "aiff");
    refused(-EINVAL, "either", NULL, NULL, NULL, NULL);
    refused(-EINVAL, "either", "fd", "1", "path", "a.wav");
    refused(-EINVAL, "descriptor's number", "fd", "1x", NULL, NULL);
    refused(-EINVAL, "descriptor's number", "fd", "-1", NULL, NULL);
    refused(-EINVAL, "unknown setting", "paht", "a.wav", NULL, NULL);
    refused(-EINVAL, "empty", "path", "", NULL, NULL);
    refused(-ENOENT, "/nowhere/a.wav", "path", "/nowhere/a.wav", NULL, NULL);
    refused(-EBADF, "descriptor 999", "fd", "999", NULL, NULL);
    refused(-ENOSPC, "/dev/full", "path", "/dev/full", "format", "wav");
}

/* Cancelled half-way, and cancelled without an end: the file holds and tells what was written. */
static void test_cancel_leaves_playable(void **state)
{
    static const char *const names[] = {"c.wav", "c.flac", "c.opus", "c.mp3"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct sink *sink;
        SF_INFO info;
        size_t n;
        assert_int_equal(open_sink(&sink, "wavfile", "path", file(names[i]), NULL), 0);
        assert_int_equal(feed(sink, tone, 2 * RATE), 0);
        sink_cancel(sink);
        assert_int_equal(feed(sink, tone, BLOCK), -ECANCELED);
        assert_int_equal(sink_finish(sink), -ECANCELED);
        sink_close(sink);
        free(read_back(path, &n, &info));
        if (i < 2)
            assert_int_equal(n, 2 * RATE);
        else
            assert_true(fabs((double)n - 2 * RATE) < RATE / 10.0);
    }
}

/* The process is killed: all but the last second of the sound is in the header. */
static void test_kill_leaves_playable(void **state)
{
    const char *name = file("k.wav");
    SF_INFO info;
    size_t n;
    float *samples;
    int status;
    pid_t child = fork();

    if (!child) {
        struct sink *sink;
        if (open_sink(&sink, "wavfile", "path", name, NULL) < 0 || feed(sink, tone, N) < 0)
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    samples = read_back(path, &n, &info);
    assert_true(n >= N - RATE && n <= N);
    assert_true(distance(samples, n) <= 0.51);
    free(samples);
}

/* The file may not grow further, as on a full disk: message, and what is there plays. */
static void test_file_full(void **state)
{
    struct rlimit before, limit;
    struct sink *sink;
    SF_INFO info;
    size_t n;
    float *samples;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 100001;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(open_sink(&sink, "wavfile", "path", file("f.wav"), NULL), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(feed(sink, tone, N), -EFBIG);
    assert_non_null(strstr(fail_message(), "f.wav"));
    assert_non_null(strstr(fail_message(), "keeps the first 2.0"));
    sink_close(sink);
    setrlimit(RLIMIT_FSIZE, &before);
    samples = read_back(path, &n, &info);
    assert_true(n >= 49900 && n <= 50000);
    assert_true(distance(samples, n) <= 0.51);
    free(samples);
}

static void test_device_full(void **state)
{
    struct sink *sink;
    char fd[12];
    int full = open("/dev/full", O_WRONLY);

    assert_true(full >= 0);
    snprintf(fd, sizeof fd, "%d", full);
    assert_int_equal(open_sink(&sink, "wavfile", "fd", fd, NULL), 0);
    assert_int_equal(feed(sink, tone, BLOCK), -ENOSPC);
    assert_non_null(strstr(fail_message(), "No space"));
    sink_close(sink);
    assert_true(fcntl(full, F_GETFD) >= 0); /* it stays the caller's */
    close(full);
}

/* --- pipes ------------------------------------------------------------------------------------ */

static struct sink *open_pipe(int ends[2], const char *format)
{
    struct sink *sink;
    char fd[12];

    assert_int_equal(pipe(ends), 0);
    snprintf(fd, sizeof fd, "%d", ends[1]);
    assert_int_equal(open_sink(&sink, "wavfile", "fd", fd, "format", format, NULL), 0);
    return sink;
}

static void test_closed_pipe(void **state)
{
    int ends[2];
    struct sink *sink = open_pipe(ends, "raw");

    signal(SIGPIPE, SIG_DFL);
    close(ends[0]);
    assert_int_equal(feed(sink, tone, BLOCK), -EPIPE);
    assert_non_null(strstr(fail_message(), "descriptor"));
    sink_close(sink);
    close(ends[1]);
}

static void test_wav_stream(void **state)
{
    int ends[2];
    struct sink *sink = open_pipe(ends, "wav");
    unsigned char bytes[44 + 2 * 100 + 10];

    assert_int_equal(feed(sink, tone, 100), 0);
    assert_int_equal(sink_finish(sink), 0);
    sink_close(sink);
    close(ends[1]);
    assert_int_equal(read(ends[0], bytes, sizeof bytes), 44 + 200);
    close(ends[0]);
    assert_memory_equal(bytes, "RIFF\xff\xff\xff\xffWAVEfmt ", 16);
    assert_memory_equal(bytes + 36, "data\xff\xff\xff\xff", 8);
    assert_int_equal(bytes[24] | bytes[25] << 8, RATE);
}

static void test_pipe_takes_no_flac(void **state)
{
    int ends[2];
    struct sink *sink;
    char fd[12];

    assert_int_equal(pipe(ends), 0);
    snprintf(fd, sizeof fd, "%d", ends[1]);
    assert_int_equal(open_sink(&sink, "wavfile", "fd", fd, "format", "flac", NULL), -ENOTSUP);
    assert_non_null(strstr(fail_message(), "pipe"));
    close(ends[0]);
    close(ends[1]);
}

static double cancelled_at;

static void *cancel_later(void *sink)
{
    usleep(100000);
    cancelled_at = seconds_now();
    sink_cancel(sink);
    return NULL;
}

/* Nobody reads: writing waits, and cancel ends that at once. */
static void test_cancel_wakes_writer(void **state)
{
    int ends[2];
    struct sink *sink = open_pipe(ends, "raw");
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, cancel_later, sink), 0);
    assert_int_equal(feed(sink, tone, N), -ECANCELED);
    pthread_join(thread, NULL);
    assert_true(seconds_now() - cancelled_at < 0.05);
    sink_close(sink);
    close(ends[0]);
    close(ends[1]);
}

/* A file that begins in the middle of another, as `{ echo; sori; } > file` does. */
static void test_descriptor_of_a_file(void **state)
{
    struct sink *sink;
    char fd[12], head[4];
    SF_INFO info = {0};
    SNDFILE *in;
    int out = open(file("o.bin"), O_RDWR | O_CREAT | O_TRUNC, 0600);

    assert_true(out >= 0);
    assert_int_equal(write(out, "abcd", 4), 4);
    snprintf(fd, sizeof fd, "%d", out);
    assert_int_equal(open_sink(&sink, "wavfile", "fd", fd, "format", "wav", NULL), 0);
    assert_int_equal(feed(sink, tone, RATE), 0);
    assert_int_equal(sink_finish(sink), 0);
    sink_close(sink);
    assert_int_equal(pread(out, head, 4, 0), 4);
    assert_memory_equal(head, "abcd", 4);
    lseek(out, 4, SEEK_SET);
    in = sf_open_fd(out, SFM_READ, &info, 0);
    assert_non_null(in);
    assert_int_equal(info.frames, RATE);
    sf_close(in);
    close(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lossless),
        cmocka_unit_test(test_plain_wav_header),
        cmocka_unit_test(test_lossy),
        cmocka_unit_test(test_format_beats_ending),
        cmocka_unit_test(test_deterministic),
        cmocka_unit_test(test_saturates),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_cancel_leaves_playable),
        cmocka_unit_test(test_kill_leaves_playable),
        cmocka_unit_test(test_file_full),
        cmocka_unit_test(test_device_full),
        cmocka_unit_test(test_closed_pipe),
        cmocka_unit_test(test_wav_stream),
        cmocka_unit_test(test_pipe_takes_no_flac),
        cmocka_unit_test(test_cancel_wakes_writer),
        cmocka_unit_test(test_descriptor_of_a_file),
    };

    return cmocka_run_group_tests(tests, make_all, free_all);
}
