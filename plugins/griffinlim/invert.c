/* SPDX-License-Identifier: Apache-2.0 */
#include "griffinlim/invert.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "base/random.h"
#include "signal/stft.h"

/* Far beyond any sound (no frame of samples in -1..1 reaches e^7), far from overflow. */
#define LOG_MAX 12.0f

enum { MAX_LOOKAHEAD = 32, MAX_ROUNDS = 64, MAX_OVERLAP = 8, REFINEMENTS = 8 };

/*
 * Time. Hop h is the samples hop h .. hop h + hop - 1; frame t sees n_fft samples from
 * hop t - before, so that the frames h - reach .. h + reach meet in hop h. Slot 0 of the arrays is
 * frame given - reach, the first that still matters (negative: there is no such frame), and
 * signal[0] is the first sample that it sees; everything moves on by one with each hop given out.
 */
struct invert {
    struct invert_settings settings;
    struct mel_bank *bank;
    struct stft *stft;
    size_t n_fft, hop, bins, before;
    size_t max_frames, time_stride, spectrum_stride, signal_size;
    int64_t reach;

    float *magnitude; /* [max_frames][bins] */
    float *last;      /* [max_frames][spectrum_stride], S[n-1] of each frame */
    float *frames;    /* [max_frames][time_stride], the part of each frame in the sum */
    float *signal;    /* [signal_size], the estimate */
    float *squares;   /* [n_fft], the squared window */
    float *weight;    /* [hop], 1 / (sum of squared windows) in mid-utterance */
    float *spectrum;  /* [spectrum_stride] */
    float *scratch;   /* [time_stride] */
    float *mel;       /* [bands] */

    struct random_bits random;
    int64_t given, taken; /* hops out, frames in */
    bool ended;
};

DEFINE_CLEANUP(invert, struct invert *, invert_free)

/* --- set-up ----------------------------------------------------------------------------------- */

static int64_t reach_of(const struct mel_format *format)
{
    return ((format->n_fft - format->hop_length) / 2 + format->hop_length - 1) / format->hop_length;
}

static bool is_valid(const struct invert_settings *settings)
{
    const struct mel_format *format = &settings->format;

    return format->hop_length && format->n_fft >= 2 * format->hop_length &&
           format->n_fft <= MAX_OVERLAP * format->hop_length &&
           (format->n_fft - format->hop_length) % 2 == 0 &&
           settings->lookahead >= reach_of(format) && settings->lookahead <= MAX_LOOKAHEAD &&
           settings->rounds >= 1 && settings->rounds <= MAX_ROUNDS && settings->momentum >= 0;
}

static int allocate(struct invert *invert)
{
    size_t frames = invert->max_frames;

    invert->magnitude = aligned_calloc(frames * invert->bins, sizeof(float));
    invert->last = aligned_calloc(frames * invert->spectrum_stride, sizeof(float));
    invert->frames = aligned_calloc(frames * invert->time_stride, sizeof(float));
    invert->signal = aligned_calloc(invert->signal_size, sizeof(float));
    invert->squares = aligned_calloc(invert->n_fft, sizeof(float));
    invert->weight = aligned_calloc(invert->hop, sizeof(float));
    invert->spectrum = aligned_calloc(invert->spectrum_stride, sizeof(float));
    invert->scratch = aligned_calloc(invert->time_stride, sizeof(float));
    invert->mel = aligned_calloc(invert->settings.format.bands, sizeof(float));
    return invert->magnitude && invert->last && invert->frames && invert->signal &&
                   invert->squares && invert->weight && invert->spectrum && invert->scratch &&
                   invert->mel
               ? 0
               : -ENOMEM;
}

/* 1 / (sum of the squared windows of the frames from..to) at sample j of hop h. */
static float weight_at(const struct invert *invert, int64_t h, size_t j, int64_t from, int64_t to)
{
    int64_t size = (int64_t)invert->n_fft;
    float sum = 0;

    for (int64_t t = from; t <= to; t++) {
        int64_t n = (h - t) * (int64_t)invert->hop + (int64_t)(invert->before + j);
        sum += n >= 0 && n < size ? invert->squares[n] : 0;
    }
    return 1 / fmaxf(sum, 1e-3f);
}

static void measure_window(struct invert *invert)
{
    const float *window = stft_window(invert->stft);

    for (size_t n = 0; n < invert->n_fft; n++)
        invert->squares[n] = window[n] * window[n];
    for (size_t j = 0; j < invert->hop; j++)
        invert->weight[j] = weight_at(invert, 0, j, -invert->reach, invert->reach);
}

int invert_new(const struct invert_settings *settings, struct invert **ret_invert)
{
    _cleanup_(cleanup_invert) struct invert *invert = NULL;
    int r;

    if (!is_valid(settings))
        return -EINVAL;
    invert = calloc(1, sizeof *invert);
    if (!invert)
        return -ENOMEM;
    invert->settings = *settings;
    r = mel_bank_new(&settings->format, &invert->bank);
    if (r >= 0)
        r = stft_new(settings->format.n_fft, &invert->stft);
    if (r < 0)
        return r;
    invert->n_fft = settings->format.n_fft;
    invert->hop = settings->format.hop_length;
    invert->bins = stft_bins(invert->stft);
    invert->before = (invert->n_fft - invert->hop) / 2;
    invert->reach = reach_of(&settings->format);
    invert->max_frames = (size_t)invert->reach + 1 + settings->lookahead;
    invert->signal_size = (invert->max_frames - 1) * invert->hop + invert->n_fft;
    invert->time_stride = stft_time_stride(invert->stft);
    invert->spectrum_stride = stft_spectrum_stride(invert->stft);
    r = allocate(invert);
    if (r < 0)
        return r;
    measure_window(invert);
    *ret_invert = steal(invert);
    return 0;
}

struct invert *invert_free(struct invert *invert)
{
    if (!invert)
        return NULL;
    mel_bank_free(invert->bank);
    stft_free(invert->stft);
    free(invert->magnitude);
    free(invert->last);
    free(invert->frames);
    free(invert->signal);
    free(invert->squares);
    free(invert->weight);
    free(invert->spectrum);
    free(invert->scratch);
    free(invert->mel);
    free(invert);
    return NULL;
}

void invert_begin(struct invert *invert, uint64_t seed)
{
    memset(invert->signal, 0, invert->signal_size * sizeof(float));
    random_seed(&invert->random, seed);
    invert->given = invert->taken = 0;
    invert->ended = false;
}

/* --- one frame -------------------------------------------------------------------------------- */

static size_t slot_of(const struct invert *invert, int64_t frame)
{
    return (size_t)(frame - (invert->given - invert->reach));
}

/* The first slot with a frame; before the utterance there are none. */
static size_t first_slot(const struct invert *invert)
{
    return slot_of(invert, invert->given > invert->reach ? invert->given - invert->reach : 0);
}

/* Gives the spectrum the magnitudes of the frame in `slot` and makes it a part of the sum. */
static void impose_magnitude(struct invert *invert, size_t slot)
{
    const float *magnitude = invert->magnitude + slot * invert->bins;
    float *spectrum = invert->spectrum;

    for (size_t k = 0; k < invert->bins; k++) {
        float re = spectrum[2 * k], im = spectrum[2 * k + 1];
        float scale = magnitude[k] / sqrtf(re * re + im * im + 1e-30f);
        spectrum[2 * k] = re * scale;
        spectrum[2 * k + 1] = im * scale;
    }
    stft_inverse(invert->stft, spectrum, invert->frames + slot * invert->time_stride);
}

/* T[n] = S[n] + a (S[n] - S[n-1]) */
static void revise_frame(struct invert *invert, size_t slot)
{
    float *last = invert->last + slot * invert->spectrum_stride, *spectrum = invert->spectrum;
    float a = invert->settings.momentum;

    stft_forward(invert->stft, invert->signal + slot * invert->hop, invert->scratch, spectrum);
    for (size_t i = 0; i < 2 * invert->bins; i++) {
        float now = spectrum[i];
        spectrum[i] = now + a * (now - last[i]);
        last[i] = now;
    }
    impose_magnitude(invert, slot);
}

/* Random phases at a thousandth of the magnitude decide only where the signal says nothing yet. */
static void begin_frame(struct invert *invert, size_t slot)
{
    const float *magnitude = invert->magnitude + slot * invert->bins;
    float *spectrum = invert->spectrum;

    stft_forward(invert->stft, invert->signal + slot * invert->hop, invert->scratch, spectrum);
    memcpy(invert->last + slot * invert->spectrum_stride, spectrum,
           2 * invert->bins * sizeof(float));
    for (size_t k = 0; k < invert->bins; k++) {
        float angle = (float)(random_next(&invert->random) >> 40) * (float)(2 * M_PI / (1 << 24));
        spectrum[2 * k] += 1e-3f * magnitude[k] * cosf(angle);
        spectrum[2 * k + 1] += 1e-3f * magnitude[k] * sinf(angle);
    }
    impose_magnitude(invert, slot);
}

/* --- the sum of the frames -------------------------------------------------------------------- */

/*
 * Divides `count` samples of hop h by the sum of the squared windows. In front of the newest frame
 * that sum includes the frames to come, so that the estimate fades out instead of blowing up.
 */
static void normalise_hop(const struct invert *invert, int64_t h, float *samples, size_t count)
{
    int64_t from = h - invert->reach, to = h + invert->reach;

    if (invert->ended && h >= invert->taken) {
        memset(samples, 0, count * sizeof *samples);
        return;
    }
    if (from >= 0 && !(invert->ended && to >= invert->taken)) {
        for (size_t j = 0; j < count; j++)
            samples[j] *= invert->weight[j];
        return;
    }
    from = from > 0 ? from : 0;
    to = invert->ended && to >= invert->taken ? invert->taken - 1 : to;
    for (size_t j = 0; j < count; j++)
        samples[j] *= weight_at(invert, h, j, from, to);
}

/* Estimates the samples that were not given out from the frames' parts. */
static void overlap_add(struct invert *invert)
{
    size_t fixed = (size_t)invert->reach * invert->hop + invert->before;
    size_t last = slot_of(invert, invert->taken);

    memset(invert->signal + fixed, 0, (invert->signal_size - fixed) * sizeof(float));
    for (size_t slot = first_slot(invert); slot < last; slot++) {
        const float *part = invert->frames + slot * invert->time_stride;
        float *at = invert->signal + slot * invert->hop;
        for (size_t n = slot * invert->hop < fixed ? fixed - slot * invert->hop : 0;
             n < invert->n_fft; n++)
            at[n] += part[n];
    }
    for (size_t at = fixed; at < invert->signal_size; at += invert->hop) {
        size_t left = invert->signal_size - at;
        normalise_hop(invert, invert->given + (int64_t)((at - fixed) / invert->hop),
                      invert->signal + at, left < invert->hop ? left : invert->hop);
    }
}

static void run_rounds(struct invert *invert)
{
    size_t last = slot_of(invert, invert->taken);

    for (unsigned round = 0; round < invert->settings.rounds; round++) {
        for (size_t slot = first_slot(invert); slot < last; slot++)
            revise_frame(invert, slot);
        overlap_add(invert);
    }
}

/* --- streaming -------------------------------------------------------------------------------- */

static void move_on(float *array, size_t rows, size_t stride)
{
    memmove(array, array + stride, (rows - 1) * stride * sizeof *array);
}

/* Gives out the oldest hop that was held back, which then stays as it is. */
static void give_hop(struct invert *invert, float *ret_samples)
{
    size_t frames = invert->max_frames, kept = invert->signal_size - invert->hop;

    memcpy(ret_samples, invert->signal + (size_t)invert->reach * invert->hop + invert->before,
           invert->hop * sizeof *ret_samples);
    move_on(invert->magnitude, frames, invert->bins);
    move_on(invert->last, frames, invert->spectrum_stride);
    move_on(invert->frames, frames, invert->time_stride);
    memmove(invert->signal, invert->signal + invert->hop, kept * sizeof(float));
    memset(invert->signal + kept, 0, invert->hop * sizeof(float));
    invert->given++;
}

bool invert_push(struct invert *invert, const float *log_mel, float *ret_samples)
{
    size_t slot = slot_of(invert, invert->taken);

    for (unsigned i = 0; i < invert->settings.format.bands; i++)
        invert->mel[i] = expf(fminf(fmaxf(log_mel[i], -LOG_MAX), LOG_MAX)); /* NaN: silence */
    mel_bank_invert(invert->bank, invert->mel, REFINEMENTS,
                    invert->magnitude + slot * invert->bins);
    begin_frame(invert, slot);
    invert->taken++;
    overlap_add(invert);
    run_rounds(invert);
    if (invert->taken - invert->given <= invert->settings.lookahead)
        return false;
    give_hop(invert, ret_samples);
    return true;
}

bool invert_flush(struct invert *invert, float *ret_samples)
{
    if (invert->given == invert->taken)
        return false;
    invert->ended = true;
    overlap_add(invert);
    run_rounds(invert);
    give_hop(invert, ret_samples);
    return true;
}
