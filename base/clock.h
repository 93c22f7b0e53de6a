/* SPDX-License-Identifier: Apache-2.0 */
/* The time as one number, for figures and progress. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <time.h>

/* Seconds of a clock, such as CLOCK_MONOTONIC. */
static inline double clock_seconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
