/* SPDX-License-Identifier: Apache-2.0 */
#include "signal/mel.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/cleanup.h"

/* A magnitude that a refinement cannot leave at 0, far below the floor of the logarithm. */
#define TINY 1e-8

/* A column of W: weights in the bands edge - 1 (which falls here) and edge (which rises). */
struct mel_bin {
    unsigned edge;
    double fall, rise;
};

struct mel_bank {
    struct mel_format format;
    size_t bins;
    struct mel_bin *columns; /* [bins] */
    /* W W^T = L D L^T: unit lower bidiagonal L, diagonal D. */
    double *lower;    /* [bands], lower[i] couples i and i + 1 */
    double *diagonal; /* [bands] */
};

/* Values of the bands, with a dummy at either end for the columns before the first and after the
 * last peak: band i is at i + 1. */
struct row {
    double v[MEL_MAX_BANDS + 2];
};

DEFINE_CLEANUP(mel_bank, struct mel_bank *, mel_bank_free)

static double hertz_to_mel(double f)
{
    return f < 1000 ? 3 * f / 200 : 15 + 27 * log(f / 1000) / log(6.4);
}

static double mel_to_hertz(double mel)
{
    return mel < 15 ? mel * 200 / 3 : 1000 * exp((mel - 15) * log(6.4) / 27);
}

static void find_edges(const struct mel_format *format, double ret_edges[MEL_MAX_BANDS + 2])
{
    double first = hertz_to_mel(format->f_min), last = hertz_to_mel(format->f_max);

    for (unsigned i = 0; i < format->bands + 2; i++)
        ret_edges[i] = mel_to_hertz(first + (last - first) * i / (format->bands + 1));
}

static void make_columns(struct mel_bank *bank, const double *edges)
{
    unsigned bands = bank->format.bands, edge = 0;

    for (size_t k = 0; k < bank->bins; k++) {
        struct mel_bin *column = &bank->columns[k];
        double f = (double)k * bank->format.sample_rate / bank->format.n_fft;

        while (edge < bands && f >= edges[edge + 1])
            edge++;
        column->edge = edge;
        if (f < edges[edge] || f > edges[edge + 1])
            continue;
        if (edge > 0)
            column->fall = (edges[edge + 1] - f) / (edges[edge + 1] - edges[edge]) * 2 /
                           (edges[edge + 1] - edges[edge - 1]);
        if (edge < bands)
            column->rise = (f - edges[edge]) / (edges[edge + 1] - edges[edge]) * 2 /
                           (edges[edge + 2] - edges[edge]);
    }
}

static int factorise(struct mel_bank *bank)
{
    unsigned bands = bank->format.bands;
    struct row square = {{0}}, cross = {{0}};

    for (size_t k = 0; k < bank->bins; k++) {
        const struct mel_bin *column = &bank->columns[k];
        square.v[column->edge] += column->fall * column->fall;
        square.v[column->edge + 1] += column->rise * column->rise;
        cross.v[column->edge] += column->fall * column->rise;
    }
    for (unsigned i = 0; i < bands; i++) {
        double above = i ? bank->lower[i - 1] : 0;
        bank->diagonal[i] = square.v[i + 1] - (i ? above * above * bank->diagonal[i - 1] : 0);
        if (!(bank->diagonal[i] > 1e-12 * square.v[i + 1]))
            return -EINVAL;
        bank->lower[i] = cross.v[i + 1] / bank->diagonal[i];
    }
    return 0;
}

static bool is_valid(const struct mel_format *format)
{
    return format->sample_rate && format->hop_length && format->n_fft >= 4 && format->bands &&
           format->bands <= MEL_MAX_BANDS && format->f_min >= 0 && format->f_min < format->f_max &&
           format->f_max <= format->sample_rate / 2.0;
}

int mel_bank_new(const struct mel_format *format, struct mel_bank **ret_bank)
{
    _cleanup_(cleanup_mel_bank) struct mel_bank *bank = NULL;
    double edges[MEL_MAX_BANDS + 2];
    int r;

    if (!is_valid(format))
        return -EINVAL;
    bank = calloc(1, sizeof *bank);
    if (!bank)
        return -ENOMEM;
    bank->format = *format;
    bank->bins = format->n_fft / 2 + 1;
    bank->columns = calloc(bank->bins, sizeof *bank->columns);
    bank->lower = calloc(format->bands, sizeof *bank->lower);
    bank->diagonal = calloc(format->bands, sizeof *bank->diagonal);
    if (!bank->columns || !bank->lower || !bank->diagonal)
        return -ENOMEM;
    find_edges(format, edges);
    make_columns(bank, edges);
    r = factorise(bank);
    if (r < 0)
        return r;
    *ret_bank = steal(bank);
    return 0;
}

struct mel_bank *mel_bank_free(struct mel_bank *bank)
{
    if (!bank)
        return NULL;
    free(bank->columns);
    free(bank->lower);
    free(bank->diagonal);
    free(bank);
    return NULL;
}

const struct mel_format *mel_bank_format(const struct mel_bank *bank)
{
    return &bank->format;
}

size_t mel_bank_bins(const struct mel_bank *bank)
{
    return bank->bins;
}

static void add_bin(const struct mel_bank *bank, size_t k, double magnitude, struct row *sums)
{
    const struct mel_bin *column = &bank->columns[k];

    sums->v[column->edge] += column->fall * magnitude;
    sums->v[column->edge + 1] += column->rise * magnitude;
}

/* Row k of W^T times a row of band values. */
static double at_bin(const struct mel_bank *bank, size_t k, const struct row *bands)
{
    const struct mel_bin *column = &bank->columns[k];

    return column->fall * bands->v[column->edge] + column->rise * bands->v[column->edge + 1];
}

void mel_bank_apply(const struct mel_bank *bank, const float *magnitude, float *ret_mel)
{
    struct row sums = {{0}};

    for (size_t k = 0; k < bank->bins; k++)
        add_bin(bank, k, (double)magnitude[k], &sums);
    for (unsigned i = 0; i < bank->format.bands; i++)
        ret_mel[i] = (float)sums.v[i + 1];
}

void mel_bank_log(const struct mel_bank *bank, const float *spectrum, float *ret_log)
{
    struct row sums = {{0}};

    for (size_t k = 0; k < bank->bins; k++) {
        double re = (double)spectrum[2 * k], im = (double)spectrum[2 * k + 1];
        add_bin(bank, k, sqrt(re * re + im * im), &sums);
    }
    for (unsigned i = 0; i < bank->format.bands; i++)
        ret_log[i] = (float)log(fmax(sums.v[i + 1], (double)MEL_FLOOR));
}

/* Solves L D L^T x = b in place. */
static void solve(const struct mel_bank *bank, struct row *b)
{
    unsigned bands = bank->format.bands;

    for (unsigned i = 1; i < bands; i++)
        b->v[i + 1] -= bank->lower[i - 1] * b->v[i];
    for (unsigned i = 0; i < bands; i++)
        b->v[i + 1] /= bank->diagonal[i];
    for (unsigned i = bands - 1; i > 0; i--)
        b->v[i] -= bank->lower[i - 1] * b->v[i + 1];
}

/* One step of A <- A (W^T mel) / (W^T W A). */
static void refine(const struct mel_bank *bank, const struct row *mel, float *magnitude)
{
    struct row now = {{0}};

    for (size_t k = 0; k < bank->bins; k++)
        add_bin(bank, k, (double)magnitude[k], &now);
    for (size_t k = 0; k < bank->bins; k++) {
        double below = at_bin(bank, k, &now);
        magnitude[k] = below > 0 ? (float)((double)magnitude[k] * at_bin(bank, k, mel) / below) : 0;
    }
}

void mel_bank_invert(const struct mel_bank *bank, const float *mel, unsigned refinements,
                     float *ret_magnitude)
{
    struct row target = {{0}}, solution;

    for (unsigned i = 0; i < bank->format.bands; i++)
        target.v[i + 1] = (double)mel[i];
    solution = target;
    solve(bank, &solution);
    for (size_t k = 0; k < bank->bins; k++)
        ret_magnitude[k] = (float)fmax(at_bin(bank, k, &solution), TINY);
    for (unsigned i = 0; i < refinements; i++)
        refine(bank, &target, ret_magnitude);
}
