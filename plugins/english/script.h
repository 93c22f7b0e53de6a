/* SPDX-License-Identifier: Apache-2.0 */
/* script.h: letters and digits that are not Latin */
#ifndef ENGLISH_SCRIPT_H
#define ENGLISH_SCRIPT_H

#include "english/normalise.h"

/*
 * Says the run of letters of one script, or the digits, at `at`: Greek, Cyrillic, Korean and
 * Japanese syllables as they sound, roughly; of other scripts the name and how many letters there
 * are. The length of the run, 0 if no letter or digit stands there.
 */
size_t script_say(struct normaliser *normaliser, size_t at);
/*
 * Says the one letter or digit at `at` as one who spells wants it: its name or sound, behind the
 * name of a script that is not told by it. *ret_known: there was more to say than the script. False
 * if it is neither letter nor digit.
 */
bool script_say_one(struct normaliser *normaliser, size_t at, bool *ret_known);

#endif
