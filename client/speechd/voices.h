/* SPDX-License-Identifier: Apache-2.0 */
/* voices.h: the voices on this machine, read from their manifests: no daemon needs to run */
#ifndef SPEECHD_VOICES_H
#define SPEECHD_VOICES_H

#include <stdbool.h>
#include <stddef.h>

#include "client/speechd/reply.h"
#include "client/speechd/settings.h"

/* Answers LIST VOICES; `language` may be NULL for all. */
void voices_list(struct reply *reply, const char *language);

/*
 * The voice that was asked for by name; else the first one of the language with the wanted gender.
 * False: the daemon chooses by the language, and prefers the user's own voice.
 */
bool voices_choose(const struct settings *settings, char *ret_id, size_t size);

#endif
