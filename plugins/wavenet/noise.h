/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noise.h: normally distributed numbers, mean 0 and deviation 1
 *
 * The ziggurat of Marsaglia and Tsang (2000) with 128 layers, in the form of Doornik (2005): the
 * layer comes from other bits than the value. Over 98 % of the numbers cost one draw of 64 random
 * bits and a multiplication, all in scalar code: the sequence depends on the seed alone and not on
 * the instruction set.
 */
#ifndef WAVENET_NOISE_H
#define WAVENET_NOISE_H

#include "base/random.h"

enum { NOISE_LAYERS = 128 };

/* Read-only after noise_table_init(). */
struct noise_table {
    double edge[NOISE_LAYERS + 1];    /* x of each layer, falling to 0 */
    double ratio[NOISE_LAYERS];       /* edge[i + 1] / edge[i] */
    double density[NOISE_LAYERS + 1]; /* exp(-x^2 / 2) at the edges */
};

void noise_table_init(struct noise_table *table);

float noise_next(const struct noise_table *table, struct random_bits *bits);

#endif
