/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h: sori.conf(5) for commands that speak without the daemon, as the daemon would
 *
 * Read when it is known that this process speaks. What the command line did not set is taken from
 * the settings, whose strings the commands then use: they are freed last.
 */
#ifndef CLIENT_SETTINGS_H
#define CLIENT_SETTINGS_H

#include "daemon/config.h"

/* Wrong lines are told on standard error and do no harm, nor does a file that is not there.
 * -ENOMEM with fail_message(). */
int settings_read(struct config **ret_config);

#endif
