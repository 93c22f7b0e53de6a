/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logmel.h: samples to log-mel frames, at once or as they come
 *
 * Frame t is centred on the middle of its own hop: it sees the samples hop t - before ..
 * hop t - before + n_fft - 1 with before = (n_fft - hop) / 2 (362 for 1024 and 300), where samples
 * outside the utterance are 0. n samples give n / hop frames, rounded up. Window: periodic Hann.
 * Value: ln(max(W |X|, 1e-5)) with W of mel.h and |X| unscaled, samples in -1..1.
 *
 * A logmel serves one utterance after another; one thread at a time. Frames do not depend on how
 * the samples were cut.
 */
#ifndef SIGNAL_LOGMEL_H
#define SIGNAL_LOGMEL_H

#include <stdbool.h>

#include "signal/mel.h"

struct logmel;

/* -EINVAL: no such format (mel_bank_new(), stft_new(), or a hop above n_fft); -ENOMEM. */
int logmel_new(const struct mel_format *format, struct logmel **ret_logmel);
/* NULL is fine. Returns NULL. */
struct logmel *logmel_free(struct logmel *logmel);

/* Forgets all samples: the next one is the first of an utterance. */
void logmel_reset(struct logmel *logmel);

/* Takes up to `count` samples, and returns how many: fewer when a frame must be fetched first. */
size_t logmel_feed(struct logmel *logmel, const float *samples, size_t count);

/*
 * Sets ret_frame[bands] to the next frame; false when it needs more samples. After the last sample
 * `end` is true, and false means that there is none any more.
 */
bool logmel_fetch(struct logmel *logmel, bool end, float *ret_frame);

#endif
