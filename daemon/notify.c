/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"

static struct sockaddr_un address;
static socklen_t address_size; /* 0: nobody wants to know */

static void read_address(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t n = path ? strlen(path) : 0;

    if ((!n || (*path != '/' && *path != '@')) || n >= sizeof address.sun_path)
        return;
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, path, n);
    if (*path == '@') /* the abstract name space */
        address.sun_path[0] = 0;
    address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (*path == '/'));
}

void notify_send(const char *state)
{
    _cleanup_close_ int fd = -1;

    if (!address_size)
        return;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        /* Nobody is left to tell when that fails. */
        (void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
                      (const struct sockaddr *)&address, address_size);
}

static void alive(void *opaque)
{
    struct notify *notify = opaque;

    notify_send("WATCHDOG=1");
    loop_timer_start(notify->loop, &notify->timer, notify->period_ms);
}

static uint64_t read_watchdog(void)
{
    const char *pid = getenv("WATCHDOG_PID"), *text = getenv("WATCHDOG_USEC");
    char *end;
    unsigned long long value;

    if (!text || (pid && strtoll(pid, &end, 10) != getpid()))
        return 0;
    value = strtoull(text, &end, 10);
    return *end || value / 1000 > INT32_MAX ? 0 : value / 1000;
}

void notify_init(struct notify *notify, struct loop *loop)
{
    uint64_t watchdog_ms = read_watchdog();

    read_address();
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    *notify = (struct notify){.loop = loop, .timer = {.call = alive, .opaque = notify}};
    if (!watchdog_ms || !address_size)
        return;
    notify->period_ms = watchdog_ms / 2 ? watchdog_ms / 2 : 1;
    alive(notify);
}

void notify_clear(struct notify *notify)
{
    loop_timer_stop(&notify->timer);
}
