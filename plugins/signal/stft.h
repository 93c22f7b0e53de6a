/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stft.h: the Fourier transform of one windowed frame, and back (FFTW, single precision)
 *
 * A plan is made once and read-only afterwards: any number of threads may transform with it at the
 * same time, each in buffers of its own. Plans are made by rule, not by timing (FFTW_ESTIMATE), so
 * that equal input gives equal output on every run of one machine.
 *
 * Buffers come from aligned_calloc() (64 bytes; the plan relies on it), or lie at a multiple of
 * stft_time_stride() or stft_spectrum_stride() items in one. A spectrum is complex, interleaved:
 * float[bins][2] with bins = size / 2 + 1.
 */
#ifndef SIGNAL_STFT_H
#define SIGNAL_STFT_H

#include <stddef.h>

struct stft;

/* For frames of `size` samples (even, 4..65536). -EINVAL: another size; -ENOMEM. */
int stft_new(size_t size, struct stft **ret_stft);
/* NULL is fine. Returns NULL. */
struct stft *stft_free(struct stft *stft);

size_t stft_size(const struct stft *stft);
size_t stft_bins(const struct stft *stft);
/* The periodic Hann window of a frame, [size]. */
const float *stft_window(const struct stft *stft);

/* Floats from one aligned frame, or spectrum, to the next in an array of them. */
size_t stft_time_stride(const struct stft *stft);
size_t stft_spectrum_stride(const struct stft *stft);

/*
 * ret_spectrum[k] = sum_n window[n] samples[n] e^(-2 pi i k n / size), unscaled. `samples` may lie
 * anywhere; `scratch` is an aligned frame that is overwritten.
 */
void stft_forward(const struct stft *stft, const float *samples, float *scratch,
                  float *ret_spectrum);

/*
 * ret_frame[n] = window[n] / size * sum_k spectrum[k] e^(2 pi i k n / size). Overlapping frames
 * that are added up and divided by the sum of their squared windows give the samples back.
 * `spectrum` is overwritten.
 */
void stft_inverse(const struct stft *stft, float *spectrum, float *ret_frame);

#endif
