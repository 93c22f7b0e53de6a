/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The acoustic model against reference vectors: same tokens, lengths and dropout masks, fp32.
 * SORI_GOLDEN_ACOUSTIC and SORI_GOLDEN_VECTORS (relative to the source tree) replace the files.
 */
#include "golden/golden.h"
#include "tacotron/state.h"

#define LIMIT 1e-3

static const char *const vectors[] = {"tests/golden/heart-1.bin", "tests/golden/heart-2.bin"};

struct run {
    struct gguf *model, *golden;
    struct tacotron_config config;
    struct tacotron_weights weights;
    struct tacotron_state *state;
    uint32_t tokens[TACOTRON_MAX_TOKENS], steps[TACOTRON_MAX_TOKENS];
    size_t n_tokens, n_frames;
};

static const char *or_else(const char *variable, const char *otherwise)
{
    const char *value = getenv(variable);
    return value ? value : otherwise;
}

static void run_begin(struct run *run, const char *golden, uint64_t cpu)
{
    struct gguf_error error = {0};
    const int32_t *ids, *durations;
    size_t n;

    *run = (struct run){0};
    run->model = golden_open(or_else("SORI_GOLDEN_ACOUSTIC", "voices/heart/acoustic.gguf"));
    run->golden = golden_open(or_else("SORI_GOLDEN_VECTORS", golden));
    if (tacotron_config_read(run->model, &run->config, &error) < 0 ||
        tacotron_weights_bind(run->model, &run->config, &run->weights, &error) < 0)
        fail_msg("%s", error.message);
    assert_int_equal(
        tacotron_state_new(&run->config, &run->weights, kernels_select(cpu), NULL, &run->state), 0);
    ids = golden_vector(run->golden, "ids", TENSOR_I32, &run->n_tokens);
    durations = golden_vector(run->golden, "durations", TENSOR_I32, &n);
    assert_int_equal(n, run->n_tokens);
    assert_true(n <= TACOTRON_MAX_TOKENS);
    for (size_t i = 0; i < n; i++) {
        run->tokens[i] = (uint32_t)ids[i];
        run->steps[i] = (uint32_t)durations[i];
        run->n_frames += run->config.frames_per_step * run->steps[i];
    }
}

static void run_end(struct run *run)
{
    tacotron_state_free(run->state);
    tacotron_weights_free(&run->weights);
    gguf_free(run->model);
    gguf_free(run->golden);
}

static void check_encoder(struct run *run)
{
    size_t n;
    const float *expected = golden_floats(run->golden, "encoder", &n);

    assert_int_equal(tacotron_encode(run->state, run->tokens, run->n_tokens), 0);
    assert_int_equal(n, run->n_tokens * run->config.width);
    golden_compare("encoder", run->state->encoded, expected, n, LIMIT);
    expected = golden_floats(run->golden, "log_durations", &n);
    golden_compare("log durations", run->state->log_steps, expected, n, LIMIT);
}

static void check_decoder(struct run *run)
{
    size_t n, frames = 0, mels = run->config.mels;
    const float *expected = golden_floats(run->golden, "log_mel", &n);
    float *mel = calloc((run->n_frames + 16) * mels, sizeof *mel);
    int r;

    assert_int_equal(n, run->n_frames * mels);
    tacotron_begin(run->state, run->steps, 0);
    run->state->dropout.given = golden_vector(run->golden, "prenet_masks", TENSOR_I8, &n);
    while ((r = tacotron_decode(run->state, mel + frames * mels)) > 0)
        frames += (size_t)r;
    assert_int_equal(r, 0);
    assert_int_equal(frames, run->n_frames);
    golden_compare("log-mel", mel, expected, frames * mels, LIMIT);
    free(mel);
}

static void test_reference(void **context)
{
    const struct kernels *list[4];
    size_t n = kernels_list(sori_cpu_detect(), list);

    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
            struct run run;
            print_message("# kernels %s, %s\n", list[k]->name, vectors[i]);
            run_begin(&run, vectors[i], list[k]->cpu);
            check_encoder(&run);
            check_decoder(&run);
            run_end(&run);
        }
}

/* A second pass on the same state must not see the first. */
static void test_fresh_state(void **context)
{
    struct run run;

    run_begin(&run, vectors[0], sori_cpu_detect());
    check_encoder(&run);
    check_decoder(&run);
    check_encoder(&run);
    check_decoder(&run);
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_fresh_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
