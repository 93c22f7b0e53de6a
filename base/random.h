/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeded random bits, the same on every machine: xoshiro256++ (Blackman and Vigna, 2019), its state
 * filled by splitmix64 (Steele, Lea and Flood, 2014). Not for secrets.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct random_bits {
    uint64_t s[4];
};

/* Advances *state and returns a well mixed number. */
static inline uint64_t random_splitmix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Any seed will do; near seeds give unrelated sequences. */
static inline void random_seed(struct random_bits *bits, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        bits->s[i] = random_splitmix(&seed);
}

static inline uint64_t random_rotate(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

static inline uint64_t random_next(struct random_bits *bits)
{
    uint64_t *s = bits->s, result = random_rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = random_rotate(s[3], 45);
    return result;
}

#endif
