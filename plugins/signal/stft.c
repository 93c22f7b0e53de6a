/* SPDX-License-Identifier: Apache-2.0 */
#include "signal/stft.h"

#include <errno.h>
#include <fftw3.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "signal/window.h"

enum { MIN_SIZE = 4, MAX_SIZE = 65536, ALIGN_FLOATS = 16 };

struct stft {
    size_t size, bins;
    fftwf_plan forward, inverse;
    float *window; /* [size] */
    float *scaled; /* [size], window / size */
};

DEFINE_CLEANUP(stft, struct stft *, stft_free)

static size_t stride(size_t floats)
{
    return (floats + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
}

/* What the planner remembers is lost when the plugin is closed, and FFTW with it. */
__attribute__((destructor)) static void forget_plans(void)
{
    fftwf_cleanup();
}

/* Makes both plans; the arrays are only there to be planned for. */
static int make_plans(struct stft *stft)
{
    _cleanup_free_ float *time = aligned_calloc(stride(stft->size), sizeof *time);
    _cleanup_free_ float *spectrum = aligned_calloc(stride(2 * stft->bins), sizeof *spectrum);
    int n = (int)stft->size;

    if (!time || !spectrum)
        return -ENOMEM;
    /* FFTW's planner is global to the process: this lock holds across all plugins that plan. */
    fftwf_make_planner_thread_safe();
    stft->forward = fftwf_plan_dft_r2c_1d(n, time, (fftwf_complex *)spectrum, FFTW_ESTIMATE);
    stft->inverse = fftwf_plan_dft_c2r_1d(n, (fftwf_complex *)spectrum, time, FFTW_ESTIMATE);
    return stft->forward && stft->inverse ? 0 : -ENOMEM;
}

int stft_new(size_t size, struct stft **ret_stft)
{
    _cleanup_(cleanup_stft) struct stft *stft = NULL;
    int r;

    if (size < MIN_SIZE || size > MAX_SIZE || size % 2)
        return -EINVAL;
    stft = calloc(1, sizeof *stft);
    if (!stft)
        return -ENOMEM;
    stft->size = size;
    stft->bins = size / 2 + 1;
    stft->window = aligned_calloc(size, sizeof(float));
    stft->scaled = aligned_calloc(size, sizeof(float));
    if (!stft->window || !stft->scaled)
        return -ENOMEM;
    window_hann(size, stft->window);
    for (size_t n = 0; n < size; n++)
        stft->scaled[n] = stft->window[n] / (float)size;
    r = make_plans(stft);
    if (r < 0)
        return r;
    *ret_stft = steal(stft);
    return 0;
}

struct stft *stft_free(struct stft *stft)
{
    if (!stft)
        return NULL;
    if (stft->forward)
        fftwf_destroy_plan(stft->forward);
    if (stft->inverse)
        fftwf_destroy_plan(stft->inverse);
    free(stft->window);
    free(stft->scaled);
    free(stft);
    return NULL;
}

size_t stft_size(const struct stft *stft)
{
    return stft->size;
}

size_t stft_bins(const struct stft *stft)
{
    return stft->bins;
}

const float *stft_window(const struct stft *stft)
{
    return stft->window;
}

size_t stft_time_stride(const struct stft *stft)
{
    return stride(stft->size);
}

size_t stft_spectrum_stride(const struct stft *stft)
{
    return stride(2 * stft->bins);
}

void stft_forward(const struct stft *stft, const float *samples, float *scratch,
                  float *ret_spectrum)
{
    for (size_t n = 0; n < stft->size; n++)
        scratch[n] = samples[n] * stft->window[n];
    fftwf_execute_dft_r2c(stft->forward, scratch, (fftwf_complex *)ret_spectrum);
}

void stft_inverse(const struct stft *stft, float *spectrum, float *ret_frame)
{
    fftwf_execute_dft_c2r(stft->inverse, (fftwf_complex *)spectrum, ret_frame);
    for (size_t n = 0; n < stft->size; n++)
        ret_frame[n] *= stft->scaled[n];
}
