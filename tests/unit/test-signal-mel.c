/* SPDX-License-Identifier: Apache-2.0 */
/* Log-mel frames against reference vectors, however the samples are cut; the bank backwards. */
#include <errno.h>

#include "base/checked.h"
#include "golden/golden.h"
#include "signal/logmel.h"

static const struct mel_format format = MEL_FORMAT_DEFAULT;

struct speech {
    struct gguf *golden;
    float *samples;
    const float *log_mel;
    size_t n_samples, n_frames;
};

static struct speech speech;

static int set_up(void **state)
{
    const int16_t *pcm;
    size_t n;

    speech.golden = golden_open("tests/golden/signal.bin");
    pcm = golden_vector(speech.golden, "pcm", TENSOR_I16, &speech.n_samples);
    speech.samples = calloc(speech.n_samples, sizeof *speech.samples);
    for (size_t i = 0; i < speech.n_samples; i++)
        speech.samples[i] = (float)pcm[i] / 32768;
    speech.log_mel = golden_floats(speech.golden, "log_mel", &n);
    speech.n_frames = n / format.bands;
    return 0;
}

static int tear_down(void **state)
{
    free(speech.samples);
    gguf_free(speech.golden);
    return 0;
}

/* All frames of the samples, fed in pieces of `piece`; the caller frees them. */
static float *analyse(struct logmel *logmel, size_t n_samples, size_t piece, size_t *ret_frames)
{
    size_t capacity = n_samples / format.hop_length + 2, count = 0;
    float *frames = calloc(capacity * format.bands, sizeof *frames);

    logmel_reset(logmel);
    for (size_t at = 0; at < n_samples;) {
        size_t n = n_samples - at < piece ? n_samples - at : piece;
        at += logmel_feed(logmel, speech.samples + at, n);
        while (logmel_fetch(logmel, false, frames + count * format.bands))
            assert_true(++count < capacity);
    }
    while (logmel_fetch(logmel, true, frames + count * format.bands))
        assert_true(++count < capacity);
    *ret_frames = count;
    return frames;
}

static void test_reference(void **state)
{
    struct logmel *logmel;
    float *frames;
    double worst = 0;
    size_t n;

    assert_int_equal(logmel_new(&format, &logmel), 0);
    frames = analyse(logmel, speech.n_samples, speech.n_samples, &n);
    assert_int_equal(n, speech.n_frames);
    for (size_t i = 0; i < n * format.bands; i++)
        worst = fmax(worst, fabs((double)frames[i] - (double)speech.log_mel[i]));
    print_message("# largest difference %.1e\n", worst);
    assert_true(worst < 1e-3);
    assert_true(golden_difference(frames, speech.log_mel, n * format.bands) < 1e-5);
    free(frames);
    logmel_free(logmel);
}

static void test_pieces(void **state)
{
    static const size_t pieces[] = {1, 7, 299, 300, 301, 1024, 5000};
    struct logmel *logmel;
    float *whole;
    size_t n, m;

    assert_int_equal(logmel_new(&format, &logmel), 0);
    whole = analyse(logmel, speech.n_samples, speech.n_samples, &n);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        float *frames = analyse(logmel, speech.n_samples, pieces[i], &m);
        assert_int_equal(m, n);
        assert_memory_equal(frames, whole, n * format.bands * sizeof *frames);
        free(frames);
    }
    free(whole);
    logmel_free(logmel);
}

/* n samples give n / hop frames, rounded up; none give none. */
static void test_lengths(void **state)
{
    static const size_t lengths[][2] = {{0, 0},   {1, 1},   {299, 1}, {300, 1},
                                        {301, 2}, {661, 3}, {662, 3}, {1024, 4}};
    struct logmel *logmel;
    size_t n;

    assert_int_equal(logmel_new(&format, &logmel), 0);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        free(analyse(logmel, lengths[i][0], 100, &n));
        assert_int_equal(n, lengths[i][1]);
    }
    logmel_free(logmel);
}

static void test_refusals(void **state)
{
    const struct mel_format wrong[] = {
        {0, 1024, 300, 80, 0, 12000},           {24000, 2, 300, 80, 0, 12000},
        {24000, 1024, 0, 80, 0, 12000},         {24000, 1024, 300, 0, 0, 12000},
        {24000, 1024, 300, 257, 0, 12000},      {24000, 1024, 300, 80, -1, 12000},
        {24000, 1024, 300, 80, 500, 500},       {24000, 1024, 300, 80, 0, 12001},
        {24000, 1024, 300, 80, 0, (double)NAN}, {24000, 256, 100, 128, 0, 12000},
    };
    struct mel_bank *bank = NULL;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(mel_bank_new(&wrong[i], &bank), -EINVAL);
    assert_null(bank);
    assert_null(mel_bank_free(NULL));
    assert_null(logmel_free(NULL));
}

/* What the bank makes of speech can be turned into magnitudes that it makes the same of. */
static void test_inverse(void **state)
{
    struct mel_bank *bank;
    float *magnitude, *mel = calloc(format.bands, sizeof *mel);
    float *again = calloc(format.bands, sizeof *again);
    double error = 0, power = 0;

    assert_int_equal(mel_bank_new(&format, &bank), 0);
    magnitude = calloc(mel_bank_bins(bank), sizeof *magnitude);
    for (size_t t = 0; t < speech.n_frames; t++) {
        for (size_t i = 0; i < format.bands; i++)
            mel[i] = expf(speech.log_mel[t * format.bands + i]);
        mel_bank_invert(bank, mel, 8, magnitude);
        for (size_t k = 0; k < mel_bank_bins(bank); k++)
            assert_true(magnitude[k] >= 0);
        mel_bank_apply(bank, magnitude, again);
        for (size_t i = 0; i < format.bands; i++) {
            error += pow((double)(again[i] - mel[i]), 2);
            power += pow((double)mel[i], 2);
        }
    }
    print_message("# relative error %.1e\n", sqrt(error / power));
    assert_true(sqrt(error / power) < 0.02);
    free(magnitude);
    free(mel);
    free(again);
    mel_bank_free(bank);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference), cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_lengths),   cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_inverse),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
