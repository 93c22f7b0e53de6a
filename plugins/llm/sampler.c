/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/sampler.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/random.h"

struct candidate {
    float logit;
    uint32_t id;
};

struct sampler {
    struct sampler_settings settings;
    struct random_bits random;
    uint32_t last[SAMPLER_MAX_LAST]; /* a ring */
    size_t accepted;                 /* so far */
    struct candidate best[SAMPLER_CANDIDATES];
    float weights[SAMPLER_CANDIDATES];
};

int sampler_new(const struct sampler_settings *settings, uint64_t seed,
                struct sampler **ret_sampler)
{
    struct sampler *sampler = calloc(1, sizeof *sampler);

    if (!sampler)
        return -ENOMEM;
    sampler->settings = *settings;
    random_seed(&sampler->random, seed);
    *ret_sampler = sampler;
    return 0;
}

struct sampler *sampler_free(struct sampler *sampler)
{
    free(sampler);
    return NULL;
}

void sampler_accept(struct sampler *sampler, uint32_t id)
{
    sampler->last[sampler->accepted++ % SAMPLER_MAX_LAST] = id;
}

/* --- the penalty --------------------------------------------------------------------------------
 */

/* Token i of the last ones, the newest first. */
static uint32_t last_token(const struct sampler *sampler, size_t i)
{
    return sampler->last[(sampler->accepted - 1 - i) % SAMPLER_MAX_LAST];
}

static int compare_ids(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Each token once, however often it was seen. */
static void penalise(struct sampler *sampler, float *logits, size_t n)
{
    uint32_t seen[SAMPLER_MAX_LAST];
    float penalty = sampler->settings.repeat_penalty;
    size_t count = sampler->settings.repeat_last;

    if (count > sampler->accepted)
        count = sampler->accepted;
    if (penalty == 1 || !count)
        return;
    for (size_t i = 0; i < count; i++)
        seen[i] = last_token(sampler, i);
    qsort(seen, count, sizeof *seen, compare_ids);
    for (size_t i = 0; i < count; i++) {
        float *logit = &logits[seen[i]];
        if (seen[i] < n && (!i || seen[i] != seen[i - 1]))
            *logit = *logit > 0 ? *logit / penalty : *logit * penalty;
    }
}

/* --- the best -----------------------------------------------------------------------------------
 */

/* Whether a comes before b: equal logits in the order of ids. */
static bool better(const struct candidate *a, const struct candidate *b)
{
    return a->logit > b->logit || (a->logit == b->logit && a->id < b->id);
}

/* Restores a heap with the worst on top, after its top has changed. */
static void sink(struct candidate *heap, size_t n)
{
    for (size_t at = 0, child; (child = 2 * at + 1) < n; at = child) {
        struct candidate moved = heap[at];
        if (child + 1 < n && better(&heap[child], &heap[child + 1]))
            child++;
        if (!better(&moved, &heap[child]))
            return;
        heap[at] = heap[child];
        heap[child] = moved;
    }
}

static void rise(struct candidate *heap, size_t at)
{
    while (at && better(&heap[(at - 1) / 2], &heap[at])) {
        struct candidate moved = heap[at];
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
        heap[at] = moved;
    }
}

static int compare_candidates(const void *a, const void *b)
{
    return better(b, a) - better(a, b);
}

/* The k best numbers among the logits, in falling order; returns how many there are. */
static size_t find_best(struct candidate *best, size_t k, const float *logits, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        struct candidate here = {logits[i], (uint32_t)i};
        if (!isfinite(here.logit))
            continue;
        if (count < k) {
            best[count] = here;
            rise(best, count++);
        } else if (here.logit > best[0].logit) {
            best[0] = here;
            sink(best, count);
        }
    }
    qsort(best, count, sizeof *best, compare_candidates);
    return count;
}

/* --- the draw -----------------------------------------------------------------------------------
 */

/* weights[i] = exp((logit - best) / temperature); returns their sum. */
static double weigh(struct sampler *sampler, size_t count, float temperature)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        float down = sampler->best[i].logit - sampler->best[0].logit;
        sampler->weights[i] = expf(down / temperature);
        sum += (double)sampler->weights[i];
    }
    return sum;
}

/* How many of the candidates top-p and min-p leave, at least one. */
static size_t cut(struct sampler *sampler, size_t count)
{
    double limit, sum = 0;
    size_t kept = 0;

    limit = (double)sampler->settings.top_p * weigh(sampler, count, 1);
    while (kept < count && (!kept || sum < limit || sampler->settings.top_p >= 1))
        sum += (double)sampler->weights[kept++];
    while (kept > 1 && sampler->weights[kept - 1] < sampler->settings.min_p)
        kept--;
    return kept;
}

static uint32_t draw(struct sampler *sampler, size_t count)
{
    double sum = weigh(sampler, count, sampler->settings.temperature);
    double left = (double)(random_next(&sampler->random) >> 11) * 0x1p-53 * sum;

    for (size_t i = 0; i + 1 < count; i++) {
        left -= (double)sampler->weights[i];
        if (left < 0)
            return sampler->best[i].id;
    }
    return sampler->best[count - 1].id;
}

uint32_t sampler_pick(struct sampler *sampler, float *logits, size_t n)
{
    size_t k = sampler->settings.top_k, count;

    penalise(sampler, logits, n);
    if (!k || k > SAMPLER_CANDIDATES)
        k = SAMPLER_CANDIDATES;
    count = find_best(sampler->best, sampler->settings.temperature > 0 ? k : 1, logits, n);
    if (!count)
        return TOKEN_NONE;
    return count == 1 ? sampler->best[0].id : draw(sampler, cut(sampler, count));
}
