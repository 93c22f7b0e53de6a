/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sori-worker: the process that opens plugins; sorid starts it (posix_spawn) and nobody else
 *
 *     sori-worker synthesis SOCKET MANIFEST THREADS yes|no     (the last one: sandbox)
 *     sori-worker playback SOCKET SINK
 *
 * It ends when its socket does.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/limits.h"
#include "worker/error.h"
#include "worker/playback.h"
#include "worker/synthesis.h"

static bool read_count(const char *text, unsigned long max, unsigned *ret_count)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || value > max)
        return false;
    *ret_count = (unsigned)value;
    return true;
}

int main(int argc, char **argv)
{
    unsigned socket, threads;
    int r;

    /* Sound files that may not grow and pipes that are closed give an error, and sorid's end does
     * too. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (argc == 6 && !strcmp(argv[1], "synthesis") && read_count(argv[2], 1 << 20, &socket) &&
        read_count(argv[4], THREADS_MAX, &threads)) {
        prctl(PR_SET_NAME, "sori-voice");
        r = synthesis_serve((int)socket, argv[3], threads, !strcmp(argv[5], "yes"));
    } else if (argc == 4 && !strcmp(argv[1], "playback") && read_count(argv[2], 1 << 20, &socket)) {
        prctl(PR_SET_NAME, "sori-playback");
        r = playback_serve((int)socket, argv[3]);
    } else {
        fprintf(stderr, "sori-worker is a part of sorid, which starts it; see sorid(8)\n");
        return 2;
    }
    return r < 0 ? 1 : 0;
}
