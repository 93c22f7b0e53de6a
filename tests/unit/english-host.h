/* SPDX-License-Identifier: Apache-2.0 */
/* english-host.h: what the analyser asks of a host. Included once by each of its tests. */
#include <stdarg.h>
#include <stdio.h>

#include <sori/plugin.h>

static char message[256];
static struct sori_span lexicon_file;

__attribute__((format(printf, 3, 4))) static int note_error(const struct sori_host *host, int error,
                                                            const char *text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    vsnprintf(message, sizeof message, text, arguments);
    va_end(arguments);
    return error;
}

/* Gives the file that the test mapped, whatever the name. */
static int give_file(const struct sori_host *host, const char *name, struct sori_span *ret_span)
{
    *ret_span = lexicon_file;
    return 0;
}

static const struct sori_host host = {.version = SORI_HOST_VERSION,
                                      .size = sizeof host,
                                      .threads = 1,
                                      .error = note_error,
                                      .map = give_file};
