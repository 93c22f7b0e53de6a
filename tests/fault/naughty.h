/* SPDX-License-Identifier: Apache-2.0 */
/* The page that naughty-plugin.c and a test share. */
#ifndef TESTS_NAUGHTY_H
#define TESTS_NAUGHTY_H

#include <stdatomic.h>
#include <stdint.h>

enum { NAUGHTY_STARTS = 64 };

struct naughty {
    _Atomic int left; /* how often it may still misbehave */
    int sleeps;       /* hangs asleep, not in a loop */
    _Atomic uint64_t hung_ms;
    _Atomic unsigned starts; /* processes that loaded it */
    uint64_t started_ms[NAUGHTY_STARTS];
    unsigned tried, denied; /* system calls */
    char allowed[32];       /* the last one that was not denied */
    void *nothing;          /* NULL, which no compiler knows */
};

#endif
