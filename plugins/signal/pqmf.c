/* SPDX-License-Identifier: Apache-2.0 */
#include "signal/pqmf.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "signal/window.h"

enum { MAX_BANDS = 64, MAX_TAPS = 4095 };

/* Either direction is one fixed matrix times the 2 ahead + 1 blocks around the one that is due. */
struct pqmf {
    size_t bands, ahead, columns;
    float *matrix;    /* [bands][columns] */
    float *window;    /* [columns], oldest block first */
    uint64_t pushed;  /* blocks of the utterance */
    uint64_t entered; /* of these and of the zeros behind */
    uint64_t given;
};

DEFINE_CLEANUP(pqmf, struct pqmf *, pqmf_free)

static double sinc(double x)
{
    return fabs(x) < 1e-12 ? 1 : sin(M_PI * x) / (M_PI * x);
}

void pqmf_cosine_banks(size_t bands, size_t taps, double beta, double cutoff, float *ret_analysis,
                       float *ret_synthesis)
{
    double delay = (double)(taps - 1) / 2;

    for (size_t b = 0; b < bands; b++)
        for (size_t i = 0; i < taps; i++) {
            double n = (double)i - delay, shift = b % 2 ? -M_PI / 4 : M_PI / 4;
            double prototype =
                cutoff * sinc(cutoff * n) * window_kaiser(delay > 0 ? n / delay : 0, beta);
            double angle = (double)(2 * b + 1) * M_PI / (double)(2 * bands) * n;
            ret_analysis[b * taps + i] = (float)(2 * prototype * cos(angle + shift));
            ret_synthesis[b * taps + i] = (float)(2 * prototype * cos(angle - shift));
        }
}

static int pqmf_new(size_t bands, size_t taps, struct pqmf **ret_pqmf)
{
    _cleanup_(cleanup_pqmf) struct pqmf *pqmf = NULL;

    if (bands < 1 || bands > MAX_BANDS || taps % 2 == 0 || taps > MAX_TAPS)
        return -EINVAL;
    pqmf = calloc(1, sizeof *pqmf);
    if (!pqmf)
        return -ENOMEM;
    pqmf->bands = bands;
    pqmf->ahead = (taps / 2 + bands - 1) / bands;
    pqmf->columns = (2 * pqmf->ahead + 1) * bands;
    pqmf->matrix = aligned_calloc(bands * pqmf->columns, sizeof(float));
    pqmf->window = aligned_calloc(pqmf->columns, sizeof(float));
    if (!pqmf->matrix || !pqmf->window)
        return -ENOMEM;
    *ret_pqmf = steal(pqmf);
    return 0;
}

int pqmf_analysis_new(size_t bands, size_t taps, const float *bank, struct pqmf **ret_pqmf)
{
    struct pqmf *pqmf;
    int r = pqmf_new(bands, taps, &pqmf);

    if (r < 0)
        return r;
    /* Column i is the sample B (m - ahead) + i, which meets tap n = B ahead + d - i. */
    for (size_t b = 0; b < bands; b++)
        for (size_t n = 0; n < taps; n++)
            pqmf->matrix[b * pqmf->columns + pqmf->ahead * bands + taps / 2 - n] =
                bank[b * taps + n];
    *ret_pqmf = pqmf;
    return 0;
}

int pqmf_synthesis_new(size_t bands, size_t taps, const float *bank, struct pqmf **ret_pqmf)
{
    struct pqmf *pqmf;
    int r = pqmf_new(bands, taps, &pqmf);

    if (r < 0)
        return r;
    /* Sample B m + row meets step m - ahead + j at tap row + B (ahead - j) + d. */
    for (size_t row = 0; row < bands; row++)
        for (size_t j = 0; j <= 2 * pqmf->ahead; j++) {
            size_t tap = row + pqmf->ahead * bands + taps / 2 - j * bands;
            float *column = pqmf->matrix + row * pqmf->columns + j * bands;
            /* A tap before the first has wrapped around and is past the last, too. */
            for (size_t b = 0; b < bands && tap < taps; b++)
                column[b] = (float)bands * bank[b * taps + tap];
        }
    *ret_pqmf = pqmf;
    return 0;
}

struct pqmf *pqmf_free(struct pqmf *pqmf)
{
    if (!pqmf)
        return NULL;
    free(pqmf->matrix);
    free(pqmf->window);
    free(pqmf);
    return NULL;
}

void pqmf_reset(struct pqmf *pqmf)
{
    memset(pqmf->window, 0, pqmf->columns * sizeof(float));
    pqmf->pushed = pqmf->entered = pqmf->given = 0;
}

size_t pqmf_ahead(const struct pqmf *pqmf)
{
    return pqmf->ahead;
}

/* Moves the window on by a block, NULL for zeros. */
static void enter(struct pqmf *pqmf, const float *block)
{
    size_t kept = pqmf->columns - pqmf->bands, bytes = pqmf->bands * sizeof(float);

    memmove(pqmf->window, pqmf->window + pqmf->bands, kept * sizeof(float));
    if (block)
        memcpy(pqmf->window + kept, block, bytes);
    else
        memset(pqmf->window + kept, 0, bytes);
    pqmf->entered++;
}

static void give(struct pqmf *pqmf, float *ret_block)
{
    for (size_t row = 0; row < pqmf->bands; row++) {
        const float *weights = pqmf->matrix + row * pqmf->columns;
        float sum = 0;
        for (size_t i = 0; i < pqmf->columns; i++)
            sum += weights[i] * pqmf->window[i];
        ret_block[row] = sum;
    }
    pqmf->given++;
}

bool pqmf_push(struct pqmf *pqmf, const float *block, float *ret_block)
{
    enter(pqmf, block);
    pqmf->pushed++;
    if (pqmf->entered <= pqmf->ahead)
        return false;
    give(pqmf, ret_block);
    return true;
}

bool pqmf_flush(struct pqmf *pqmf, float *ret_block)
{
    if (pqmf->given == pqmf->pushed)
        return false;
    do
        enter(pqmf, NULL);
    while (pqmf->entered <= pqmf->ahead);
    give(pqmf, ret_block);
    return true;
}
