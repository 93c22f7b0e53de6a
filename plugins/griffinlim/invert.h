/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invert.h: samples whose short-time spectra have given magnitudes, found while frames still come
 *
 * Method. Griffin and Lim (1984) alternate between the signal and its spectra: transform the
 * signal, keep the phases, put the wanted magnitudes in their place, transform back, add up.
 * Perraudin, Balazs and Soendergaard ("A fast Griffin-Lim algorithm", 2013) extrapolate each
 * round's spectra:
 *
 *     T[n] = S[n] + a (S[n] - S[n-1]),   phases of T[n]
 *
 * Zhu, Beauregard and Wyse ("Real-Time Signal Estimation From Modified Short-Time Fourier Transform
 * Magnitude Spectra", 2007; RTISI-LA) run it on a sliding window: a few frames of look-ahead, and
 * samples that were given out stay as they are. A new frame starts with the phases of what its
 * predecessors already say about its first samples; where they say nothing, phases are random.
 *
 * Here: one push() takes frame t, runs the rounds over all frames that reach into samples not yet
 * given out, and gives out hop t - look-ahead. After the last frame, each flush() does the same
 * without a new frame. T frames give exactly T hops. Samples before the utterance and behind it are
 * held at 0, as in the analysis (signal/logmel.h).
 *
 * One thread at a time. Nothing is allocated after invert_new().
 */
#ifndef GRIFFINLIM_INVERT_H
#define GRIFFINLIM_INVERT_H

#include <stdbool.h>
#include <stdint.h>

#include "signal/mel.h"

struct invert;

struct invert_settings {
    struct mel_format format; /* n_fft <= 8 hops, n_fft - hop even */
    unsigned lookahead; /* frames, at least as many as reach into one hop from behind; to 32 */
    unsigned rounds;    /* for each frame that comes, 1..64 */
    float momentum;     /* a, 0 (plain Griffin-Lim) or more */
};

/* -EINVAL: settings out of range; -ENOMEM. */
int invert_new(const struct invert_settings *settings, struct invert **ret_invert);
/* NULL is fine. Returns NULL. */
struct invert *invert_free(struct invert *invert);

/* Begins an utterance with fresh state. Equal seeds give equal samples. */
void invert_begin(struct invert *invert, uint64_t seed);

/* Takes a frame of log-mel values. True when ret_samples[hop] were set. */
bool invert_push(struct invert *invert, const float *log_mel, float *ret_samples);

/* After the last frame: true as long as ret_samples[hop] were set. */
bool invert_flush(struct invert *invert, float *ret_samples);

#endif
