/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "wavenet/noise.h"

/* Where the tail begins, and the area of every layer, for 128 layers (Marsaglia and Tsang). */
#define TAIL 3.442619855899
#define AREA 9.91256303526217e-3

void noise_table_init(struct noise_table *table)
{
    double f = exp(-0.5 * TAIL * TAIL);

    table->edge[0] = AREA / f; /* the lowest layer includes the tail */
    table->edge[1] = TAIL;
    for (int i = 2; i < NOISE_LAYERS; i++) {
        table->edge[i] = sqrt(-2 * log(AREA / table->edge[i - 1] + f));
        f = exp(-0.5 * table->edge[i] * table->edge[i]);
    }
    table->edge[NOISE_LAYERS] = 0;
    for (int i = 0; i < NOISE_LAYERS; i++)
        table->ratio[i] = table->edge[i + 1] / table->edge[i];
    for (int i = 0; i <= NOISE_LAYERS; i++)
        table->density[i] = exp(-0.5 * table->edge[i] * table->edge[i]);
}

/* Uniform in (0, 1), never an end: its logarithm is finite. */
static double uniform(struct random_bits *bits)
{
    return ((double)(random_next(bits) >> 12) + 0.5) * 0x1p-52;
}

/* Marsaglia (1964): beyond TAIL. */
static double tail(struct random_bits *bits)
{
    double x, y;
    do {
        x = log(uniform(bits)) / TAIL;
        y = log(uniform(bits));
    } while (-2 * y < x * x);
    return TAIL - x;
}

float noise_next(const struct noise_table *table, struct random_bits *bits)
{
    for (;;) {
        uint64_t draw = random_next(bits);
        int i = (int)(draw & (NOISE_LAYERS - 1));
        double u = ((double)(draw >> 12) + 0.5) * 0x1p-51 - 1, x = u * table->edge[i], f;

        if (fabs(u) < table->ratio[i])
            return (float)x;
        if (!i)
            return (float)copysign(tail(bits), u);
        f = table->density[i] + uniform(bits) * (table->density[i + 1] - table->density[i]);
        if (f < exp(-0.5 * x * x))
            return (float)x;
    }
}
