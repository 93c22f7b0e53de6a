/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PortAudio without a sound server: no device at all, then an ALSA device that appears and writes
 * what it plays to a file. It has no clock: it takes samples as fast as they come.
 */
#include "tests/audio/device-test.h"
#include "tests/audio/sink-test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N = RATE };

static float *tone;
static char folder[2048], capture[2200];

static void write_config(const char *text)
{
    char path[2200];
    FILE *file;

    snprintf(path, sizeof path, "%s/.asoundrc", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* "default" is a file, without any conversion between. */
static void add_device(void)
{
    char text[4096];

    snprintf(text, sizeof text,
             "pcm.!default { type file slave.pcm { type null } file \"%s\" format raw }\n"
             "ctl.!default { type null }\n",
             capture);
    write_config(text);
}

static int make_all(void **state)
{
    const char *home = getenv("TMPDIR");

    snprintf(folder, sizeof folder, "%s/home", home ? home : "/tmp");
    snprintf(capture, sizeof capture, "%s/capture", folder);
    mkdir(folder, 0700);
    setenv("HOME", folder, 1);
    unsetenv("PULSE_SERVER");
    tone = make_tone(N);
    return 0;
}

static int free_all(void **state)
{
    free(tone);
    unlink(capture);
    return 0;
}

/* Makes standard error a file for a while and says how much was written to it. */
static int redirect_stderr(void)
{
    char path[2200];
    int saved = dup(STDERR_FILENO), fd;

    snprintf(path, sizeof path, "%s/stderr", folder);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    close(fd);
    return saved;
}

static off_t restore_stderr(int saved)
{
    off_t size = lseek(STDERR_FILENO, 0, SEEK_END);

    dup2(saved, STDERR_FILENO);
    close(saved);
    return size;
}

static void test_no_device(void **state)
{
    struct sink *sink;
    int saved = redirect_stderr();
    int r = open_sink(&sink, "portaudio", NULL);
    off_t noise = restore_stderr(saved);

    assert_int_equal(r, -ENODEV);
    assert_non_null(strstr(fail_message(), "no sound device"));
    assert_null(strchr(fail_message(), '\n'));
    assert_int_equal(noise, 0);
}

static void test_refusals(void **state)
{
    static const char *const settings[][3] = {
        {"latency_ms", "4", "from 5 to 500"},  {"latency_ms", "x", "from 5 to 500"},
        {"rate", "-1", "from 8000 to 192000"}, {"rate", "48000x", "from 8000 to 192000"},
        {"buffer_ms", "", "from 50 to 10000"}, {"lead_in_ms", "2001", "from 0 to 2000"},
        {"volume", "1", "unknown setting"},
    };

    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct sink *sink;
        assert_int_equal(open_sink(&sink, "portaudio", settings[i][0], settings[i][1], NULL),
                         -EINVAL);
        assert_non_null(strstr(fail_message(), settings[i][2]));
    }
}

/* The capture as floats, from the first that is not silent; the caller frees. */
static float *read_capture(size_t *ret_n, size_t *ret_silent)
{
    FILE *file = fopen(capture, "rb");
    float *samples;
    long size;
    size_t n, first = 0;

    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    rewind(file);
    n = (size_t)size / sizeof *samples;
    samples = malloc(n * sizeof *samples + 1);
    assert_non_null(samples);
    assert_int_equal(fread(samples, sizeof *samples, n, file), n);
    fclose(file);
    while (first < n && samples[first] == 0)
        first++;
    memmove(samples, samples + first, (n - first) * sizeof *samples);
    *ret_n = n - first;
    *ret_silent = first;
    return samples;
}

/* Held while it is fed: a device without a clock would be faster, and leave gaps. */
static void play(struct sink *sink)
{
    uint64_t position = 0;

    assert_int_equal(sink_pause(sink, true), 0);
    assert_int_equal(feed(sink, tone, N), 0);
    assert_int_equal(sink_pause(sink, false), 0);
    assert_int_equal(sink_finish(sink), 0);
    assert_int_equal(sink_position(sink, &position), 0);
    assert_int_equal(position, N);
    sink_close(sink);
}

/* The device was not there when PortAudio looked first. Sample by sample what was fed. */
static void test_captures(void **state)
{
    struct sink *sink;
    size_t n, silent;
    float *samples;

    add_device();
    if (open_sink(&sink, "portaudio", "start_ms", "2000", "buffer_ms", "2000", NULL) < 0)
        fail_msg("%s", fail_message());
    play(sink);
    samples = read_capture(&n, &silent);
    assert_true(n >= N - 1);
    /* tone[0] is 0, and so part of the silence before. */
    assert_memory_equal(samples, tone + 1, (N - 1) * sizeof *samples);
    for (size_t i = N + RATE / 100; i < n; i++)
        assert_true(samples[i] == 0);
    free(samples);
}

static void test_lead_in(void **state)
{
    struct sink *sink;
    size_t n, silent;
    float *samples;

    unlink(capture);
    assert_int_equal(open_sink(&sink, "portaudio", "start_ms", "2000", "buffer_ms", "2000",
                               "lead_in_ms", "2000", NULL),
                     0);
    play(sink);
    samples = read_capture(&n, &silent);
    assert_true(silent >= 2 * RATE);
    assert_memory_equal(samples, tone + 1, (N - 1) * sizeof *samples);
    free(samples);
}

/* Opened at twice the rate: twice the samples of half the pitch, with the loudness of the tone. */
static void test_converts(void **state)
{
    struct sink *sink;
    size_t n, silent;
    float *samples;
    double error = 0, power = 0;

    unlink(capture);
    assert_int_equal(open_sink(&sink, "portaudio", "start_ms", "2000", "buffer_ms", "2000", "rate",
                               "48000", NULL),
                     0);
    play(sink);
    samples = read_capture(&n, &silent);
    assert_true(n > 2 * N - 400);
    /* The converter rings a little around the first sample: aligned at the best of some offsets. */
    for (int offset = -100; offset < 400; offset++) {
        double sum = 0, whole = 1e-9;
        for (size_t i = 1000; i < N - 1000; i++) {
            double difference = (double)samples[2 * (int)i + offset] - (double)tone[i];
            sum += difference * difference;
            whole += (double)tone[i] * tone[i];
        }
        if (power == 0 || sum < error) {
            error = sum;
            power = whole;
        }
    }
    if (10 * log10(power / error) < 30)
        fail_msg("signal to noise ratio is %.1f dB", 10 * log10(power / error));
    print_message("# %.1f dB\n", 10 * log10(power / error));
    free(samples);
}

static void test_unknown_device(void **state)
{
    struct sink *sink;

    assert_int_equal(open_sink(&sink, "portaudio", "device", "loudhailer", NULL), -ENODEV);
    assert_non_null(strstr(fail_message(), "'loudhailer'"));
    assert_non_null(strstr(fail_message(), "'default'"));
}

/* Files do not play in real time. */
static void test_wavfile_cannot(void **state)
{
    struct sink *sink;
    uint64_t position = 1;
    char path[2200];

    snprintf(path, sizeof path, "%s/a.wav", folder);
    assert_int_equal(open_sink(&sink, "wavfile", "path", path, NULL), 0);
    assert_int_equal(sink_position(sink, &position), -ENOTSUP);
    assert_int_equal(sink_pause(sink, true), -ENOTSUP);
    sink_close(sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_device),      cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_captures),       cmocka_unit_test(test_lead_in),
        cmocka_unit_test(test_converts),       cmocka_unit_test(test_unknown_device),
        cmocka_unit_test(test_wavfile_cannot),
    };

    return cmocka_run_group_tests(tests, make_all, free_all);
}
