/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h: the shape of a vocoder, from the `sori-wavenet.*` keys of its GGUF file
 *
 * The sound is made in `bands` sub-bands of a filter bank, one sample of each in every *step*, so a
 * step is `bands` samples; a mel frame lasts `steps_per_frame` steps. Every number is checked
 * against the ceilings here before anything is sized by it.
 */
#ifndef WAVENET_CONFIG_H
#define WAVENET_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "neural/gguf.h"
#include "wavenet/comb.h"

/* Ceilings: several times what models of this kind have. */
#define WAVENET_MAX_LAYERS 64u
#define WAVENET_MAX_CHANNELS 512u
#define WAVENET_MAX_BANDS 16u

struct wavenet_config {
    uint32_t residual, skip, output, condition; /* channels */
    uint32_t layers;
    uint32_t dilations[WAVENET_MAX_LAYERS]; /* in steps */
    uint32_t condition_kernel;              /* taps */
    uint32_t bands, taps;                   /* of the filter bank; taps is odd */
    uint32_t steps_per_frame, mels;
    uint32_t sample_rate, hop_length, n_fft;
    float f_min, f_max;
    float log_sigma_min; /* sigma is at least its exponential */
    float output_limit;  /* a normalised sub-band sample lies within +- this */
    float gain_floor;
    /* The noise of band b is multiplied by low + (high - low) min(1, sigma). */
    float temperature_low[WAVENET_MAX_BANDS], temperature_high[WAVENET_MAX_BANDS];
    struct comb_config comb; /* after the filter bank; a cutoff of 0 without it */
};

/*
 * Fills in *ret_config. Errors of the gguf_get functions; -ENOTSUP: another architecture;
 * -EBADMSG: numbers that do not fit together. On failure ret_error says why.
 */
int wavenet_config_read(const struct gguf *gguf, struct wavenet_config *ret_config,
                        struct gguf_error *ret_error);

#endif
