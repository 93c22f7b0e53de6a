/* SPDX-License-Identifier: Apache-2.0 */
/* suggest.h: "did you mean ...?": the known word that is nearest to one that is not */
#ifndef CLIENT_SUGGEST_H
#define CLIENT_SUGGEST_H

/* Longer words are not compared: nobody mistypes a name of this length. */
enum { SUGGEST_MAX = 32 };

struct suggestion {
    const char *word;       /* what was typed */
    char best[SUGGEST_MAX]; /* nearest so far, "" if none is near enough */
    unsigned distance;      /* of it */
};

void suggest_start(struct suggestion *suggestion, const char *word);
void suggest_offer(struct suggestion *suggestion, const char *known);

/*
 * Letters to insert, remove, replace or swap until one word is the other (optimal string
 * alignment). Both are shorter than SUGGEST_MAX.
 */
unsigned suggest_distance(const char *a, const char *b);

#endif
