/* SPDX-License-Identifier: Apache-2.0 */
/* Transforms against the definition, and there and back again. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/checked.h"
#include "base/random.h"
#include "signal/stft.h"
#include "signal/window.h"

static float *noise(size_t count, uint64_t seed)
{
    struct random_bits bits;
    float *samples = aligned_calloc(count, sizeof *samples);

    assert_non_null(samples);
    random_seed(&bits, seed);
    for (size_t i = 0; i < count; i++)
        samples[i] = (float)(random_next(&bits) >> 40) / (1 << 23) - 1;
    return samples;
}

static void test_sizes(void **state)
{
    static const size_t wrong[] = {0, 1, 2, 3, 5, 1023, 65537, 65538, SIZE_MAX};
    struct stft *stft = NULL;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(stft_new(wrong[i], &stft), -EINVAL);
    assert_null(stft);
    assert_null(stft_free(NULL));
    assert_int_equal(stft_new(4, &stft), 0);
    assert_int_equal(stft_bins(stft), 3);
    stft_free(stft);
}

/* Each bin of a transform is the sum that stft.h says. */
static void test_definition(void **state)
{
    enum { SIZE = 24 };
    struct stft *stft;
    float *samples = noise(SIZE, 1), *scratch, *spectrum;

    assert_int_equal(stft_new(SIZE, &stft), 0);
    scratch = aligned_calloc(stft_time_stride(stft), sizeof *scratch);
    spectrum = aligned_calloc(stft_spectrum_stride(stft), sizeof *spectrum);
    stft_forward(stft, samples, scratch, spectrum);
    for (size_t k = 0; k < stft_bins(stft); k++) {
        double re = 0, im = 0;
        for (size_t n = 0; n < SIZE; n++) {
            double window = 0.5 - 0.5 * cos(2 * M_PI * (double)n / SIZE);
            double angle = -2 * M_PI * (double)(k * n) / SIZE;
            re += window * (double)samples[n] * cos(angle);
            im += window * (double)samples[n] * sin(angle);
        }
        assert_true(fabs(re - (double)spectrum[2 * k]) < 1e-5);
        assert_true(fabs(im - (double)spectrum[2 * k + 1]) < 1e-5);
    }
    free(samples);
    free(scratch);
    free(spectrum);
    stft_free(stft);
}

/* Frames that overlap, transformed, transformed back and added up, are the samples again. */
static void test_identity(void **state)
{
    enum { SIZE = 1024, HOP = 300, FRAMES = 20, COUNT = SIZE + (FRAMES - 1) * HOP };
    struct stft *stft;
    float *samples = noise(COUNT, 2), *scratch, *spectrum;
    double *sum = calloc(COUNT, sizeof *sum), *weight = calloc(COUNT, sizeof *weight), worst = 0;

    assert_int_equal(stft_new(SIZE, &stft), 0);
    scratch = aligned_calloc(stft_time_stride(stft), sizeof *scratch);
    spectrum = aligned_calloc(stft_spectrum_stride(stft), sizeof *spectrum);
    for (size_t t = 0; t < FRAMES; t++) {
        stft_forward(stft, samples + t * HOP, scratch, spectrum);
        stft_inverse(stft, spectrum, scratch);
        for (size_t n = 0; n < SIZE; n++) {
            double window = (double)stft_window(stft)[n];
            sum[t * HOP + n] += (double)scratch[n];
            weight[t * HOP + n] += window * window;
        }
    }
    for (size_t i = SIZE; i < COUNT - SIZE; i++)
        worst = fmax(worst, fabs(sum[i] / weight[i] - (double)samples[i]));
    assert_true(worst < 1e-6);
    free(samples);
    free(scratch);
    free(spectrum);
    free(sum);
    free(weight);
    stft_free(stft);
}

static void test_kaiser(void **state)
{
    assert_true(window_kaiser(1.001, 9) == 0 && window_kaiser(-1.001, 9) == 0);
    assert_true(fabs(window_kaiser(0, 9) - 1) < 1e-15);
    assert_true(fabs(window_kaiser(1, 9) - 1 / 1093.588354511374) < 1e-12);
    assert_true(fabs(window_kaiser(-0.5, 9) - 0.32258832068531257) < 1e-12);
    assert_true(fabs(window_kaiser(0.5, 0) - 1) < 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_definition),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_kaiser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
