/* SPDX-License-Identifier: Apache-2.0 */
#include "signal/logmel.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "signal/stft.h"

struct logmel {
    struct mel_bank *bank;
    struct stft *stft;
    size_t n_fft, hop, before;
    float *samples;  /* [n_fft], what the next frame sees; filled up to `filled` */
    float *scratch;  /* [n_fft] */
    float *spectrum; /* [bins][2] */
    size_t filled;
    uint64_t fed, frames;
};

DEFINE_CLEANUP(logmel, struct logmel *, logmel_free)

int logmel_new(const struct mel_format *format, struct logmel **ret_logmel)
{
    _cleanup_(cleanup_logmel) struct logmel *logmel = NULL;
    int r;

    if (format->hop_length > format->n_fft)
        return -EINVAL;
    logmel = calloc(1, sizeof *logmel);
    if (!logmel)
        return -ENOMEM;
    r = mel_bank_new(format, &logmel->bank);
    if (r >= 0)
        r = stft_new(format->n_fft, &logmel->stft);
    if (r < 0)
        return r;
    logmel->n_fft = format->n_fft;
    logmel->hop = format->hop_length;
    logmel->before = (logmel->n_fft - logmel->hop) / 2;
    logmel->samples = aligned_calloc(logmel->n_fft, sizeof(float));
    logmel->scratch = aligned_calloc(stft_time_stride(logmel->stft), sizeof(float));
    logmel->spectrum = aligned_calloc(stft_spectrum_stride(logmel->stft), sizeof(float));
    if (!logmel->samples || !logmel->scratch || !logmel->spectrum)
        return -ENOMEM;
    logmel_reset(logmel);
    *ret_logmel = steal(logmel);
    return 0;
}

struct logmel *logmel_free(struct logmel *logmel)
{
    if (!logmel)
        return NULL;
    mel_bank_free(logmel->bank);
    stft_free(logmel->stft);
    free(logmel->samples);
    free(logmel->scratch);
    free(logmel->spectrum);
    free(logmel);
    return NULL;
}

void logmel_reset(struct logmel *logmel)
{
    memset(logmel->samples, 0, logmel->before * sizeof(float));
    logmel->filled = logmel->before;
    logmel->fed = logmel->frames = 0;
}

size_t logmel_feed(struct logmel *logmel, const float *samples, size_t count)
{
    size_t room = logmel->n_fft - logmel->filled;

    if (count > room)
        count = room;
    if (count)
        memcpy(logmel->samples + logmel->filled, samples, count * sizeof(float));
    logmel->filled += count;
    logmel->fed += count;
    return count;
}

bool logmel_fetch(struct logmel *logmel, bool end, float *ret_frame)
{
    size_t missing = logmel->n_fft - logmel->filled;

    if (missing && !(end && logmel->frames * logmel->hop < logmel->fed))
        return false;
    memset(logmel->samples + logmel->filled, 0, missing * sizeof(float));
    stft_forward(logmel->stft, logmel->samples, logmel->scratch, logmel->spectrum);
    mel_bank_log(logmel->bank, logmel->spectrum, ret_frame);
    memmove(logmel->samples, logmel->samples + logmel->hop,
            (logmel->n_fft - logmel->hop) * sizeof(float));
    /* The zeros behind the end count as samples: they are all that will ever follow. */
    logmel->filled = logmel->n_fft - logmel->hop;
    logmel->frames++;
    return true;
}
