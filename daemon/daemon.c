/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/daemon.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "daemon/config.h"

static void idle_exit(void *opaque)
{
    struct daemon *daemon = opaque;

    loop_stop(daemon->loop, 0);
}

static void consider_exit(struct daemon *daemon)
{
    double seconds = daemon->config->idle_exit;

    daemon->idle.call = idle_exit;
    daemon->idle.opaque = daemon;
    if (daemon->holds || seconds <= 0)
        loop_timer_stop(&daemon->idle);
    else
        loop_timer_start(daemon->loop, &daemon->idle, (uint64_t)(seconds * 1000));
}

void daemon_hold(struct daemon *daemon)
{
    daemon->holds++;
    consider_exit(daemon);
}

void daemon_release(struct daemon *daemon)
{
    if (daemon->holds)
        daemon->holds--;
    consider_exit(daemon);
}

bool descriptor_is_reserved(int fd)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
        return false;
    return (rlim_t)fd + DESCRIPTORS_RESERVED >= limit.rlim_cur;
}
