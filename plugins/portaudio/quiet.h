/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quiet.h: keeps the sound libraries from writing to standard error
 *
 * The handlers are process-wide in both libraries. They are set once, before the first call into
 * PortAudio, and stay (the plugin is linked so that it stays, too): nothing is ever switched while
 * another thread may be reporting.
 */
#ifndef PORTAUDIO_QUIET_H
#define PORTAUDIO_QUIET_H

#include <stddef.h>

/* Takes over the reports of ALSA and JACK. Any number of times. */
void quiet_init(void);

/* Forgets ALSA's reports. */
void quiet_reset(void);
/* Copies the first report since then (those that follow from it say less), or an empty string. */
void quiet_first(char *ret_text, size_t size);

#endif
