/* SPDX-License-Identifier: Apache-2.0 */
/* session-bus.h: whether there is a session bus to connect to */
#ifndef BASE_SESSION_BUS_H
#define BASE_SESSION_BUS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * libdbus would start a bus of its own where there is none; we do without. Sets the address of the
 * one in $XDG_RUNTIME_DIR if none was set.
 */
static inline bool session_bus_is_there(void)
{
    const char *run = getenv("XDG_RUNTIME_DIR"), *set = getenv("DBUS_SESSION_BUS_ADDRESS");
    char path[256], address[280];

    if (set && *set)
        return true;
    if (!run || snprintf(path, sizeof path, "%s/bus", run) >= (int)sizeof path ||
        access(path, R_OK | W_OK) < 0)
        return false;
    snprintf(address, sizeof address, "unix:path=%s", path);
    return setenv("DBUS_SESSION_BUS_ADDRESS", address, 1) == 0;
}

#endif
