/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remote.h: the daemon, over the session bus (sori-dbus(7))
 *
 * Results: 0, or a negative errno value with fail_message(). -ENOTCONN means that there is no bus,
 * or nobody on it who speaks: a command that can do without the daemon does.
 */
#ifndef CLIENT_REMOTE_H
#define CLIENT_REMOTE_H

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct remote;

/*
 * Connects to the bus, and waits until the daemon answers. With `running` it must be there already:
 * it is not started. When `stop` becomes readable (-1: never), this and all that follows is given
 * up with -ECANCELED.
 */
int remote_open(bool running, int stop, struct remote **ret_remote);
/* NULL is fine. Returns NULL. */
struct remote *remote_close(struct remote *remote);

/* Calls a method of org.sori.Speech1 without arguments; *ret_reply may be NULL, else is owned. */
int remote_call(struct remote *remote, const char *method, DBusMessage **ret_reply);

/* What is said and how; zero, NULL and negative (volume) are left to the daemon. */
struct remote_order {
    const char *method; /* "Speak" or "Ask" */
    const char *text;   /* terminated */
    const char *voice, *model, *priority;
    double rate, pitch, volume;
    uint64_t seed;
    bool ssml; /* the text is */
    /* The next piece of an answer; NULL if it is not wanted. */
    void (*piece)(void *opaque, const char *text);
    void *opaque;
};

/* Starts a job. */
int remote_start(struct remote *remote, const struct remote_order *order, uint32_t *ret_job);
/*
 * Waits until the job is over; when `stop` becomes readable, cancels it. -ECANCELED: cancelled or
 * interrupted; -EIO: it failed, or the daemon is gone.
 */
int remote_wait(struct remote *remote, const struct remote_order *order, uint32_t job);

#endif
