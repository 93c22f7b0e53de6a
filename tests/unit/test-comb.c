/* SPDX-License-Identifier: Apache-2.0 */
/* The comb filter: reference vectors, what it does to harmonics and noise, lengths. */
#include <errno.h>

#include "base/random.h"
#include "golden/golden.h"
#include "wavenet/comb.h"
#include "wavenet/pitch.h"

enum { RATE = 24000 };

static const struct comb_config config = {.cutoff = 3000, .onset = 0.6f, .full = 0.95f};

static float *read_speech(const struct gguf *golden, size_t *ret_count)
{
    const int16_t *pcm = golden_vector(golden, "pcm", TENSOR_I16, ret_count);
    float *samples = calloc(*ret_count, sizeof *samples);

    for (size_t i = 0; i < *ret_count; i++)
        samples[i] = (float)pcm[i] / 32768;
    return samples;
}

/* Sends x[n] through in pieces of `piece` and checks that as many come out, none too late. */
static float *run(struct comb *comb, const float *x, size_t n, size_t piece)
{
    float *y = calloc(n + comb_room(comb, piece), sizeof *y);
    size_t count = 0, more;

    comb_begin(comb);
    for (size_t i = 0; i < n; i += piece) {
        size_t length = n - i < piece ? n - i : piece;
        more = comb_push(comb, x + i, length, y + count);
        assert_true(more <= comb_room(comb, length));
        count += more;
        assert_true(count <= i + length);
        assert_true(count + comb_delay(comb) >= i + length);
    }
    while ((more = comb_flush(comb, y + count))) {
        assert_true(more <= comb_room(comb, 0));
        count += more;
        assert_true(count <= n);
    }
    assert_int_equal(count, n);
    assert_int_equal(comb_flush(comb, y + count), 0);
    return y;
}

static struct comb *new_comb(void)
{
    struct comb *comb;

    assert_int_equal(comb_new(RATE, &config, &comb), 0);
    return comb;
}

static void test_reference(void **state)
{
    struct gguf *golden = golden_open("tests/golden/comb.bin");
    size_t n, expected_n;
    float *x = read_speech(golden, &n), *y;
    const float *expected = golden_floats(golden, "combed", &expected_n);
    struct comb *comb = new_comb();

    assert_int_equal(n, expected_n);
    y = run(comb, x, n, 300);
    golden_compare("combed", y, expected, n, 1e-4);
    assert_true(golden_difference(x, expected, n) > 1e-2); /* it does something */
    free(x);
    free(y);
    comb_free(comb);
    gguf_free(golden);
}

/* The beginning of the sound is seen through a lead of silence, as comb_begin() gives it. */
static void test_pitch(void **state)
{
    struct gguf *golden = golden_open("tests/golden/comb.bin");
    struct pitch *pitch;
    size_t n, hops, hop, lead;
    float *x = read_speech(golden, &n), *padded;
    const float *lag = golden_floats(golden, "lag", &hops);
    const float *periodicity = golden_floats(golden, "periodicity", &hops);

    assert_int_equal(pitch_new(RATE, &pitch), 0);
    hop = pitch_hop(pitch);
    lead = (pitch_ahead(pitch) + hop) / hop * hop;
    padded = calloc((hops + 2) * hop + pitch_ahead(pitch), sizeof *padded);
    memcpy(padded + lead, x, n * sizeof *x);
    pitch_begin(pitch);
    for (size_t i = 0; i < hops; i++) {
        struct pitch_estimate got = pitch_next(pitch, padded + (i + 1) * hop);
        assert_true(fabsf(got.periodicity - periodicity[i]) < 1e-3f);
        if (periodicity[i] > 0.5f) /* else several lags are as good, and rounding chooses */
            assert_true(fabsf(got.lag - lag[i]) < 0.1f);
    }
    free(x);
    free(padded);
    pitch_free(pitch);
    gguf_free(golden);
}

static void test_pieces(void **state)
{
    static const size_t pieces[] = {1, 7, 149, 150, 151, 300, 5000};
    struct gguf *golden = golden_open("tests/golden/comb.bin");
    size_t n;
    float *x = read_speech(golden, &n);
    struct comb *comb = new_comb();
    float *whole = run(comb, x, n, n);

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        float *y = run(comb, x, n, pieces[i]);
        assert_memory_equal(y, whole, n * sizeof *y);
        free(y);
    }
    free(whole);
    free(x);
    comb_free(comb);
    gguf_free(golden);
}

static void test_lengths(void **state)
{
    struct comb *comb = new_comb();
    float x[2000];

    for (size_t i = 0; i < 2000; i++)
        x[i] = sinf((float)i / 20);
    for (size_t n = 0; n < 2000; n = n * 2 + 1)
        free(run(comb, x, n, 300));
    comb_free(comb);
}

/* Amplitude at a frequency over whole periods of 100 Hz. */
static double amplitude(const float *x, size_t n, double frequency)
{
    double re = 0, im = 0;

    for (size_t i = 0; i < n; i++) {
        re += x[i] * cos(2 * M_PI * frequency * (double)i / RATE);
        im += x[i] * sin(2 * M_PI * frequency * (double)i / RATE);
    }
    return 2 * hypot(re, im) / (double)n;
}

/* A voice of 200 Hz, and tones halfway between its harmonics below and above the cutoff. */
static void test_harmonics(void **state)
{
    enum { N = RATE, FROM = 4800, COUNT = 14400 };
    struct comb *comb = new_comb();
    float *x = calloc(N, sizeof *x), *y;

    for (size_t i = 0; i < N; i++) {
        double t = 2 * M_PI * (double)i / RATE;
        for (int k = 1; k < 50; k++)
            x[i] += (float)(0.1 * cos(k * 200 * t) / k);
        x[i] += (float)(0.005 * sin(1100 * t) + 0.005 * sin(6100 * t));
    }
    y = run(comb, x, N, 300);
    for (int k = 1; k < 50; k++)
        assert_true(fabs(amplitude(y + FROM, COUNT, k * 200) * k / 0.1 - 1) < 0.02);
    assert_true(amplitude(y + FROM, COUNT, 1100) < 0.0005);
    assert_true(fabs(amplitude(y + FROM, COUNT, 6100) / 0.005 - 1) < 0.02);
    free(x);
    free(y);
    comb_free(comb);
}

/* What is not periodic stays as it is, to the bit; silence too. */
static void test_noise(void **state)
{
    enum { N = 12000 };
    struct comb *comb = new_comb();
    struct random_bits bits;
    float *x = calloc(2 * N, sizeof *x), *y;

    random_seed(&bits, 1);
    for (size_t i = 0; i < N; i++)
        x[i] = (float)((double)random_next(&bits) * 0x1p-64 - 0.5) / 4;
    y = run(comb, x, 2 * N, 300);
    assert_memory_equal(x, y, 2 * N * sizeof *x);
    free(x);
    free(y);
    comb_free(comb);
}

/* A voice whose periods differ in pairs, then do not, then do: its period jumps by an octave and
 * back. On the way it must not be cancelled. */
static void test_octave(void **state)
{
    enum { N = 24000, PERIOD = 120 };
    struct comb *comb = new_comb();
    float *x = calloc(N, sizeof *x), *y;
    double worst = 0;

    for (size_t i = 0; i < N; i++) {
        double t = 2 * M_PI * (double)i / PERIOD;
        double odd = 0.25 * (1 - cos(2 * M_PI * (double)i / 8000)); /* 0 to a half and back */
        x[i] = (float)(0.3 * (cos(t) + odd * cos(t / 2)));
    }
    y = run(comb, x, N, 300);
    for (size_t i = 1000; i < N - 1000; i++)
        worst = fmax(worst, fabs((double)y[i] - (double)x[i]));
    printf("# FIGURE comb filter, a voice whose period jumps by an octave: %.3f off\n", worst);
    assert_true(worst < 0.08);
    free(x);
    free(y);
    comb_free(comb);
}

static void test_refused(void **state)
{
    struct comb *comb = NULL;

    assert_int_equal(comb_new(7999, &config, &comb), -EINVAL);
    assert_null(comb);
    assert_null(comb_free(NULL));
    for (uint32_t rate = 8000; rate <= 192000; rate += 7350) {
        assert_int_equal(comb_new(rate, &config, &comb), 0);
        comb = comb_free(comb);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference), cmocka_unit_test(test_pitch),
        cmocka_unit_test(test_pieces),    cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_harmonics), cmocka_unit_test(test_noise),
        cmocka_unit_test(test_octave),    cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
