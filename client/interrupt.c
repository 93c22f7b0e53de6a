/* SPDX-License-Identifier: Apache-2.0 */
#include "client/interrupt.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "worker/error.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*cancel_function)(void *);
static void *cancel_opaque;
static atomic_int seen; /* number of the first signal, 0 before */
static int event = -1;
static sigset_t signals;

static void *wait_for_signals(void *unused)
{
    int number;
    uint64_t one = 1;

    sigwait(&signals, &number);
    atomic_store(&seen, number);
    if (write(event, &one, sizeof one) < 0)
        _exit(128 + number);
    pthread_mutex_lock(&lock);
    if (cancel_function)
        cancel_function(cancel_opaque);
    pthread_mutex_unlock(&lock);
    sigwait(&signals, &number);
    _exit(128 + number);
    return unused;
}

/* What nohup(1), or the shell for a background job, has set to be ignored stays ignored. */
static void add_unless_ignored(int number)
{
    struct sigaction action;

    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
        sigaddset(&signals, number);
}

int interrupt_start(void)
{
    pthread_t thread;
    int r;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* the limit of a file's size is an error like a full disk */
    sigemptyset(&signals);
    add_unless_ignored(SIGINT);
    add_unless_ignored(SIGTERM);
    add_unless_ignored(SIGHUP);
    event = eventfd(0, EFD_CLOEXEC);
    if (event < 0)
        return fail(-errno, "eventfd: %s", strerror(errno));
    r = pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (!r)
        r = pthread_create(&thread, NULL, wait_for_signals, NULL);
    if (r)
        return fail(-r, "no thread for signals: %s", strerror(r));
    pthread_detach(thread);
    return 0;
}

int interrupt_fd(void)
{
    return event;
}

bool interrupt_seen(void)
{
    return atomic_load(&seen) != 0;
}

void interrupt_end(void)
{
    sigset_t one;
    int number = atomic_load(&seen);

    if (!number)
        return;
    sigemptyset(&one);
    sigaddset(&one, number);
    signal(number, SIG_DFL);
    raise(number);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}

void interrupt_on(void (*cancel)(void *opaque), void *opaque)
{
    pthread_mutex_lock(&lock);
    cancel_function = cancel;
    cancel_opaque = opaque;
    if (cancel && interrupt_seen())
        cancel(opaque);
    pthread_mutex_unlock(&lock);
}
