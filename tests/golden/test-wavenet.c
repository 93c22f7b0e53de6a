/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vocoder against reference vectors: same mel and noise. fp32 must match; halves and int8 are
 * compared with fp32 on the same noise, both free-running and teacher-forced.
 */
#include "golden/golden.h"
#include "wavenet/state.h"

#define LIMIT 1e-3
#define FIRST_SAMPLES 2000u

static const char *const vectors[] = {"tests/golden/heart-1.bin", "tests/golden/heart-2.bin"};

struct run {
    struct gguf *model, *golden;
    struct wavenet_config config;
    struct wavenet_weights weights;
    struct noise_table table;
    struct wavenet_state *state;
    const float *log_mel, *eps, *y;
    size_t n_frames; /* as far as the noise reaches */
};

static const char *or_else(const char *variable, const char *otherwise)
{
    const char *value = getenv(variable);
    return value ? value : otherwise;
}

static void run_begin(struct run *run, const char *golden, uint64_t cpu,
                      enum wavenet_precision precision)
{
    struct gguf_error error = {0};
    size_t n;

    *run = (struct run){0};
    run->model = golden_open(or_else("SORI_GOLDEN_VOCODER", "voices/heart/vocoder.gguf"));
    run->golden = golden_open(or_else("SORI_GOLDEN_VECTORS", golden));
    if (wavenet_config_read(run->model, &run->config, &error) < 0 ||
        wavenet_weights_bind(run->model, &run->config, precision, &run->weights, &error) < 0)
        fail_msg("%s", error.message);
    noise_table_init(&run->table);
    assert_int_equal(wavenet_state_new(&run->config, &run->weights, &run->table,
                                       kernels_select(cpu), &run->state),
                     0);
    run->log_mel = golden_floats(run->golden, "log_mel", &n);
    run->y = golden_floats(run->golden, "y", &n);
    run->eps = golden_floats(run->golden, "eps", &n);
    run->n_frames = n / run->config.bands / run->config.steps_per_frame;
}

static void run_end(struct run *run)
{
    wavenet_state_free(run->state);
    wavenet_weights_free(&run->weights, &run->config);
    gguf_free(run->model);
    gguf_free(run->golden);
}

/*
 * The sub-band samples of as many frames as there is noise for, and the samples. Frames beyond are
 * looked at for conditioning but not made.
 */
static void generate(struct run *run, bool forced, float *ret_y, float *ret_samples)
{
    const struct wavenet_config *config = &run->config;
    size_t frame = (size_t)config->steps_per_frame * config->bands, made = 0, samples = 0;

    wavenet_begin(run->state, 0);
    run->state->given_noise = run->eps;
    run->state->forced = forced ? run->y : NULL;
    for (size_t t = 0; made < run->n_frames; t++) {
        uint64_t before = run->state->frames_out;
        samples += wavenet_push(run->state, run->log_mel + t * config->mels, ret_samples + samples);
        if (run->state->frames_out > before)
            memcpy(ret_y + made++ * frame, run->state->subbands, frame * sizeof *ret_y);
    }
}

static void check_fp32(const char *golden, uint64_t cpu)
{
    struct run run;
    size_t n, frame, steps;
    const float *expected;
    float *y, *samples;

    run_begin(&run, golden, cpu, WAVENET_F32);
    frame = (size_t)run.config.steps_per_frame * run.config.bands;
    y = calloc(run.n_frames * frame, sizeof *y);
    samples = calloc((run.n_frames + 1) * frame, sizeof *samples);
    generate(&run, false, y, samples);
    steps = FIRST_SAMPLES / run.config.bands;
    golden_compare("sub-bands, first steps", y, run.y, steps * run.config.bands, LIMIT);
    expected = golden_floats(run.golden, "wave", &n);
    assert_true(n >= FIRST_SAMPLES);
    golden_compare("first samples", samples, expected, FIRST_SAMPLES, LIMIT);
    generate(&run, true, y, samples);
    golden_compare("sub-bands, forced", y, run.y, run.n_frames * frame, LIMIT);
    free(y);
    free(samples);
    run_end(&run);
}

static void check_conditions(const char *golden, uint64_t cpu)
{
    struct run run;
    size_t n, frames, width, gains, bands;
    const float *bias, *gain;

    run_begin(&run, golden, cpu, WAVENET_F32);
    bias = golden_floats(run.golden, "gate_bias", &n);
    gain = golden_floats(run.golden, "gain", &gains);
    width = 2 * (size_t)run.config.residual * run.config.layers;
    bands = (size_t)run.config.steps_per_frame * run.config.bands;
    frames = n / width;
    wavenet_begin(run.state, 0);
    for (size_t t = 0, made = 0; made < frames; t++) {
        if (!wavenet_condition_push(run.state, run.log_mel + t * run.config.mels))
            continue;
        wavenet_gains(run.state, false);
        run.state->frames_out++;
        assert_true(golden_difference(run.state->gate_bias, bias + made * width, width) < LIMIT);
        if ((made + 1) * bands <= gains)
            assert_true(golden_difference(run.state->gains, gain + made * bands, bands) < LIMIT);
        made++;
    }
    run_end(&run);
}

static void test_reference(void **context)
{
    const struct kernels *list[4];
    size_t n = kernels_list(sori_cpu_detect(), list);

    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
            print_message("# kernels %s, %s\n", list[k]->name, vectors[i]);
            check_conditions(vectors[i], list[k]->cpu);
            check_fp32(vectors[i], list[k]->cpu);
        }
}

static double decibels(const float *got, const float *expected, size_t count)
{
    return -20 * log10(golden_difference(got, expected, count));
}

/*
 * Teacher-forced, a precision must stay 30 dB below the signal. Free-running, any rounding grows
 * into another sample of the same distribution after some hundred steps: what can be asked there is
 * that the level stays.
 */
static void check_precision(const char *golden, enum wavenet_precision precision, double least)
{
    struct run run;
    size_t count, first = FIRST_SAMPLES;
    float *y[2], *samples[2];
    double forced, free_running;

    run_begin(&run, golden, sori_cpu_detect(), WAVENET_F32);
    count = run.n_frames * run.config.steps_per_frame * run.config.bands;
    for (int i = 0; i < 2; i++) {
        y[i] = calloc(count, sizeof **y);
        samples[i] = calloc(count + 1000, sizeof **samples);
    }
    generate(&run, true, y[0], samples[0]);
    run_end(&run);
    run_begin(&run, golden, sori_cpu_detect(), precision);
    generate(&run, true, y[1], samples[1]);
    forced = decibels(samples[1], samples[0], count - 64);
    print_message("# forced: samples %.1f dB, sub-bands %.1f dB\n", forced,
                  decibels(y[1], y[0], count));
    run_end(&run);

    run_begin(&run, golden, sori_cpu_detect(), WAVENET_F32);
    generate(&run, false, y[0], samples[0]);
    run_end(&run);
    run_begin(&run, golden, sori_cpu_detect(), precision);
    generate(&run, false, y[1], samples[1]);
    free_running = decibels(samples[1], samples[0], first);
    print_message("# free-running: first %zu samples %.1f dB, all %.1f dB\n", first, free_running,
                  decibels(samples[1], samples[0], count - 64));
    run_end(&run);
    for (int i = 0; i < 2; i++) {
        free(y[i]);
        free(samples[i]);
    }
    if (!(forced >= least))
        fail_msg("teacher-forced SNR is %.1f dB, not %.0f", forced, least);
}

static void test_halves(void **context)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        check_precision(vectors[i], WAVENET_F16, 50);
}

static void test_int8(void **context)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        check_precision(vectors[i], WAVENET_INT8, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_int8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
