/* SPDX-License-Identifier: Apache-2.0 */
/* Sub-bands against reference vectors; there and back; utterances of any length. */
#include <errno.h>

#include "base/checked.h"
#include "base/random.h"
#include "golden/golden.h"
#include "signal/pqmf.h"

enum { BANDS = 4, TAPS = 63 };

static float analysis[BANDS * TAPS], synthesis[BANDS * TAPS];

/* Sends `blocks` blocks through and checks that as many come out, none too late. */
static float *run(struct pqmf *pqmf, const float *input, size_t blocks)
{
    float *output = calloc(blocks * BANDS + BANDS, sizeof *output);
    size_t count = 0;

    pqmf_reset(pqmf);
    for (size_t i = 0; i < blocks; i++) {
        assert_int_equal(pqmf_push(pqmf, input + i * BANDS, output + count * BANDS),
                         i >= pqmf_ahead(pqmf));
        count += i >= pqmf_ahead(pqmf);
    }
    while (pqmf_flush(pqmf, output + count * BANDS))
        assert_true(++count <= blocks);
    assert_int_equal(count, blocks);
    return output;
}

static float *read_speech(const struct gguf *golden, size_t *ret_blocks)
{
    size_t n;
    const int16_t *pcm = golden_vector(golden, "pcm", TENSOR_I16, &n);
    float *samples = calloc(n, sizeof *samples);

    for (size_t i = 0; i < n; i++)
        samples[i] = (float)pcm[i] / 32768;
    *ret_blocks = n / BANDS;
    return samples;
}

static double snr(const float *got, const float *expected, size_t count)
{
    return -20 * log10(golden_difference(got, expected, count));
}

static void test_reference(void **state)
{
    struct gguf *golden = golden_open("tests/golden/signal.bin");
    struct pqmf *pqmf;
    size_t blocks, n;
    float *samples = read_speech(golden, &blocks), *bands;
    const float *expected = golden_floats(golden, "subbands", &n);

    assert_int_equal(pqmf_analysis_new(BANDS, TAPS, analysis, &pqmf), 0);
    bands = run(pqmf, samples, blocks);
    assert_true(golden_difference(bands, expected, n) < 1e-6);
    free(samples);
    free(bands);
    pqmf_free(pqmf);
    gguf_free(golden);
}

static void check_round_trip(const float *samples, size_t blocks)
{
    struct pqmf *split, *join;
    float *bands, *again;
    /* The first and last few samples lack neighbours. */
    size_t margin = 50 * BANDS;

    assert_int_equal(pqmf_analysis_new(BANDS, TAPS, analysis, &split), 0);
    assert_int_equal(pqmf_synthesis_new(BANDS, TAPS, synthesis, &join), 0);
    bands = run(split, samples, blocks);
    again = run(join, bands, blocks);
    print_message("# %.1f dB\n",
                  snr(again + margin, samples + margin, blocks * BANDS - 2 * margin));
    assert_true(snr(again + margin, samples + margin, blocks * BANDS - 2 * margin) >= 60);
    free(bands);
    free(again);
    pqmf_free(split);
    pqmf_free(join);
}

static void test_speech(void **state)
{
    struct gguf *golden = golden_open("tests/golden/signal.bin");
    size_t blocks;
    float *samples = read_speech(golden, &blocks);

    check_round_trip(samples, blocks);
    free(samples);
    gguf_free(golden);
}

static void test_noise(void **state)
{
    enum { BLOCKS = 6000 };
    float *samples = calloc(BLOCKS * BANDS, sizeof *samples);
    struct random_bits bits;

    random_seed(&bits, 1);
    for (size_t i = 0; i < BLOCKS * BANDS; i++)
        samples[i] = (float)(random_next(&bits) >> 40) / (1 << 23) - 1;
    check_round_trip(samples, BLOCKS);
    free(samples);
}

/* A stream gives what the sum over the whole utterance says, down to utterances of no block. */
static void test_lengths(void **state)
{
    struct pqmf *pqmf;
    float input[40 * BANDS];

    for (size_t i = 0; i < 40 * BANDS; i++)
        input[i] = sinf((float)(i * i));
    assert_int_equal(pqmf_synthesis_new(BANDS, TAPS, synthesis, &pqmf), 0);
    for (size_t blocks = 0; blocks <= 40; blocks++) {
        float *output = run(pqmf, input, blocks);
        for (size_t i = 0; i < blocks * BANDS; i++) {
            double sum = 0;
            for (size_t m = 0; m < blocks; m++)
                for (size_t b = 0; b < BANDS; b++) {
                    ptrdiff_t tap = (ptrdiff_t)i - (ptrdiff_t)(BANDS * m) + TAPS / 2;
                    if (tap >= 0 && tap < TAPS)
                        sum += BANDS * (double)synthesis[b * TAPS + (size_t)tap] *
                               (double)input[m * BANDS + b];
                }
            assert_true(fabs(sum - (double)output[i]) < 1e-5);
        }
        free(output);
    }
    pqmf_free(pqmf);
}

static void test_refusals(void **state)
{
    struct pqmf *pqmf = NULL;

    assert_int_equal(pqmf_analysis_new(0, TAPS, analysis, &pqmf), -EINVAL);
    assert_int_equal(pqmf_synthesis_new(65, TAPS, synthesis, &pqmf), -EINVAL);
    assert_int_equal(pqmf_synthesis_new(BANDS, 62, synthesis, &pqmf), -EINVAL);
    assert_int_equal(pqmf_analysis_new(BANDS, 4097, analysis, &pqmf), -EINVAL);
    assert_null(pqmf);
    assert_null(pqmf_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference), cmocka_unit_test(test_speech),
        cmocka_unit_test(test_noise),     cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_refusals),
    };
    pqmf_cosine_banks(BANDS, TAPS, PQMF_BETA, PQMF_CUTOFF, analysis, synthesis);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
