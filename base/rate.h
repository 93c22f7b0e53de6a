/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rate.h: which part of a speaking rate is whose
 *
 * Slower and slightly faster speech comes from the model's own durations, which lengthen what a
 * speaker would, and there is nothing that the sound could lose. Faster speech is spoken at the
 * model's own rate and compressed in time by the effect behind it: a token has a step of 25 ms at
 * least, most have one or two at rate 1, so that shorter durations lose sounds (HACKING.md has the
 * figures). The model is asked for more only where its part of the work would otherwise exceed
 * RATE_STRETCH_MAX times what is heard.
 */
#ifndef BASE_RATE_H
#define BASE_RATE_H

#include <math.h>

#include "base/limits.h"

/* The model's part of `rate`; the rest is rate / rate_of_voice(rate). */
static inline double rate_of_voice(double rate)
{
    if (rate <= RATE_VOICE_MAX)
        return fmax(rate, RATE_VOICE_MIN);
    return fmax(1, rate / RATE_STRETCH_MAX);
}

#endif
