/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mel.h: the mel filter bank, forwards and backwards
 *
 * Scale (Slaney, Auditory Toolbox, 1998):
 *
 *     mel(f) = 3 f / 200 for f < 1000 Hz,  15 + 27 ln(f / 1000) / ln(6.4) above
 *
 * bands + 2 edges e[i] stand equally spaced in mel from f_min to f_max; band i is a triangle over
 * e[i], e[i+1], e[i+2] in Hz, times 2 / (e[i+2] - e[i]) (area norm). It weighs magnitudes, not
 * powers. Between two edges only one triangle falls and one rises, so that the matrix W [bands]
 * [bins] has two values a column and W W^T is tridiagonal.
 *
 * A bank is read-only after it was made: any thread.
 */
#ifndef SIGNAL_MEL_H
#define SIGNAL_MEL_H

#include <stddef.h>

/* More than any model uses (128), small enough for a row on the stack. */
#define MEL_MAX_BANDS 256u

/* Where the logarithm ends: ln(max(M, MEL_FLOOR)). */
#define MEL_FLOOR 1e-5f

/* Of the mel frames that the voices speak in. */
struct mel_format {
    unsigned sample_rate; /* Hz */
    unsigned n_fft;       /* samples */
    unsigned hop_length;  /* samples */
    unsigned bands;
    double f_min, f_max; /* Hz */
};

#define MEL_FORMAT_DEFAULT                                                                         \
    {                                                                                              \
        .sample_rate = 24000, .n_fft = 1024, .hop_length = 300, .bands = 80, .f_min = 0,           \
        .f_max = 12000                                                                             \
    }

struct mel_bank;

/*
 * -EINVAL: no such bank (a size of 0, f_max above half the sample rate, or bands so narrow that the
 * bank has no inverse); -ENOMEM.
 */
int mel_bank_new(const struct mel_format *format, struct mel_bank **ret_bank);
/* NULL is fine. Returns NULL. */
struct mel_bank *mel_bank_free(struct mel_bank *bank);

const struct mel_format *mel_bank_format(const struct mel_bank *bank);
/* n_fft / 2 + 1. */
size_t mel_bank_bins(const struct mel_bank *bank);

/* ret_mel[bands] = W magnitude[bins]. */
void mel_bank_apply(const struct mel_bank *bank, const float *magnitude, float *ret_mel);

/* ret_log[bands] = ln(max(W |spectrum|, MEL_FLOOR)); spectrum is float[bins][2]. */
void mel_bank_log(const struct mel_bank *bank, const float *spectrum, float *ret_log);

/*
 * Magnitudes [bins], none negative, that the bank turns into about mel[bands]: the least-norm
 * solution W^T (W W^T)^-1 mel, clipped, then `refinements` steps of multiplicative non-negative
 * least squares (Lee and Seung, 2001): A <- A (W^T mel) / (W^T W A). Bins outside all bands are 0.
 */
void mel_bank_invert(const struct mel_bank *bank, const float *mel, unsigned refinements,
                     float *ret_magnitude);

#endif
