/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pqmf.h: pseudo-quadrature mirror filters, samples to B sub-bands of 1 / B of the rate, and back
 *
 * With filters of taps = 2 d + 1 values (d: their delay, so that the bank as a whole has none):
 *
 *     analysis    s_b[m] = sum_n h_b[n] x[B m - n + d]
 *     synthesis   x[i] = B sum_b sum_m g_b[i - B m + d] s_b[m]
 *
 * x and s are 0 outside the utterance. Cosine modulation of one prototype p (Nguyen, "Near-perfect-
 * reconstruction pseudo-QMF banks", 1994; the prototype after Lin and Vaidyanathan, 1998):
 *
 *     h_b[n], g_b[n] = 2 p[n] cos((2 b + 1) pi / (2 B) (n - d) +- (-1)^b pi / 4)
 *     p[n] = c sinc(c (n - d)) kaiser(beta)
 *
 * Either direction takes and gives blocks of B values: B samples, or one value of each band. A
 * block comes out once the `ahead` blocks behind it are in. Nothing is allocated after the start;
 * one thread at a time.
 */
#ifndef SIGNAL_PQMF_H
#define SIGNAL_PQMF_H

#include <stdbool.h>
#include <stddef.h>

/* Four bands, 63 taps: these give back noise and speech with an error of -63 dB. */
#define PQMF_BETA 9.0
#define PQMF_CUTOFF 0.142 /* c, as a fraction of half the sample rate */

struct pqmf;

/* Both filter banks, [bands][taps], computed in double. */
void pqmf_cosine_banks(size_t bands, size_t taps, double beta, double cutoff, float *ret_analysis,
                       float *ret_synthesis);

/*
 * A stream through the bank[bands][taps] (not kept). -EINVAL: no bands, an even number of taps, or
 * more than 64 bands or 4095 taps; -ENOMEM.
 */
int pqmf_analysis_new(size_t bands, size_t taps, const float *bank, struct pqmf **ret_pqmf);
int pqmf_synthesis_new(size_t bands, size_t taps, const float *bank, struct pqmf **ret_pqmf);
/* NULL is fine. Returns NULL. */
struct pqmf *pqmf_free(struct pqmf *pqmf);

/* Begins an utterance. */
void pqmf_reset(struct pqmf *pqmf);

/* Blocks that a block waits for. */
size_t pqmf_ahead(const struct pqmf *pqmf);

/* Takes a block [bands]. True when ret_block[bands] was set. */
bool pqmf_push(struct pqmf *pqmf, const float *block, float *ret_block);

/* After the last block: true as long as ret_block[bands] was set. As many come out as went in. */
bool pqmf_flush(struct pqmf *pqmf, float *ret_block);

#endif
