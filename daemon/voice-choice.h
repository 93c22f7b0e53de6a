/* SPDX-License-Identifier: Apache-2.0 */
/*
 * voice-choice.h: which voice speaks for a client that names none
 *
 * The best one for the language that the client wants, else the one of the settings, else any; and
 * when that one does not load, another one: there is always some speech while there is a voice.
 * What stands in for the voice of the settings is told once on standard error, and in the status as
 * long as it does.
 */
#ifndef DAEMON_VOICE_CHOICE_H
#define DAEMON_VOICE_CHOICE_H

#include "daemon/request-private.h"

/* For a new request. NULL with fail_message(): the client names one that is not there, or there are
 * none. */
const struct voice_info *voice_choose(struct queue *queue, const struct request_options *options);
/*
 * The voice of the request cannot be loaded, and why: gives it another one, of the same language if
 * there is one. False: there is none, the client has named this one, or something of it was
 * given out already. `why` may be fail_message().
 */
bool voice_choose_again(struct request *request, const char *why);
/* Its voice has been loaded: if it is the first choice, there is nothing to tell any more. */
void voice_chosen_well(struct request *request);

#endif
