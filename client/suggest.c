/* SPDX-License-Identifier: Apache-2.0 */
#include "client/suggest.h"

#include <stdio.h>
#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned suggest_distance(const char *a, const char *b)
{
    unsigned cost[SUGGEST_MAX][SUGGEST_MAX];
    size_t rows = strlen(a), columns = strlen(b);

    for (size_t i = 0; i <= rows; i++)
        cost[i][0] = (unsigned)i;
    for (size_t k = 0; k <= columns; k++)
        cost[0][k] = (unsigned)k;
    for (size_t i = 1; i <= rows; i++)
        for (size_t k = 1; k <= columns; k++) {
            unsigned replaced = cost[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
            cost[i][k] = least(replaced, 1 + least(cost[i - 1][k], cost[i][k - 1]));
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                cost[i][k] = least(cost[i][k], cost[i - 2][k - 2] + 1);
        }
    return cost[rows][columns];
}

/* A third of a word may be wrong; of a short one, one letter. */
void suggest_start(struct suggestion *suggestion, const char *word)
{
    size_t most = strlen(word) / 3;

    *suggestion = (struct suggestion){.word = word, .distance = (unsigned)(most ? most : 1) + 1};
}

void suggest_offer(struct suggestion *suggestion, const char *known)
{
    unsigned distance;

    if (strlen(known) >= SUGGEST_MAX || strlen(suggestion->word) >= SUGGEST_MAX)
        return;
    distance = suggest_distance(suggestion->word, known);
    if (distance < suggestion->distance) {
        suggestion->distance = distance;
        snprintf(suggestion->best, sizeof suggestion->best, "%s", known);
    }
}
