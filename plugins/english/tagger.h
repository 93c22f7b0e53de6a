/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tagger.h: parts of speech of the words of a sentence
 *
 * An averaged perceptron (Collins, 2002) over the word, its ending, its neighbours and the two tags
 * before; weights from the lexicon file. It decides which reading of "read", "live" or "record" is
 * meant. Without weights every word is a noun.
 */
#ifndef ENGLISH_TAGGER_H
#define ENGLISH_TAGGER_H

#include "english/items.h"
#include "english/lexicon.h"

/* Sets the tag of every item. */
void tagger_run(const struct lexicon *lexicon, struct items *items);

#endif
