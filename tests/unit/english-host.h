/* SPDX-License-Identifier: Apache-2.0 */
/* english-host.h: what the analyser asks of a host. Included once by each of its tests. */
#include "tests/note-error.h"

static struct sori_span lexicon_file;

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
