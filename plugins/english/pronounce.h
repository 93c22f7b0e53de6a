/* SPDX-License-Identifier: Apache-2.0 */
/* pronounce.h: the sounds of a tagged sentence */
#ifndef ENGLISH_PRONOUNCE_H
#define ENGLISH_PRONOUNCE_H

#include "english/items.h"
#include "english/unknown.h"

/* Sets the sounds of every word. A word always has some: unknown ones are read by their letters. */
void pronounce(const struct lexicon *lexicon, struct unknown *unknown, struct items *items);

#endif
