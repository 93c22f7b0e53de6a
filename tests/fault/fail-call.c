/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fail-call: preloaded into sorid and its workers, makes one system call fail once.
 *
 *     FAIL_PROGRAM  the program that it is for
 *     FAIL_CALL     the function
 *     FAIL_AT       which of its calls, from 0
 *     FAIL_ERROR    the errno value; 0: the call takes or gives one byte where it was asked for
 * more
 *
 * When it has failed, a line FAULT is written to standard error, a file that can be read too: other
 * processes see there that it is done.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *call; /* NULL: not in this program */
static int at, error;
static atomic_int seen;

static int number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    return *end ? 0 : (int)value;
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value ? value : "";
}

__attribute__((constructor)) static void begin(void)
{
    char before[1 << 16];
    ssize_t n = pread(STDERR_FILENO, before, sizeof before, 0);

    if (strcmp(program_invocation_short_name, variable("FAIL_PROGRAM")) ||
        (n > 0 && memmem(before, (size_t)n, "FAULT", 5)))
        return;
    call = getenv("FAIL_CALL");
    at = number(variable("FAIL_AT"));
    error = number(variable("FAIL_ERROR"));
}

static int is_due(const char *name)
{
    static const char line[] = "FAULT\n";

    if (!call || strcmp(name, call) || atomic_fetch_add(&seen, 1) != at)
        return 0;
    syscall(SYS_write, STDERR_FILENO, line, sizeof line - 1);
    errno = error;
    return 1;
}

/* A function of that name: a failed call gives `failure`. */
#define CALL(type, name, parameters, arguments, failure)                                           \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        if (!real)                                                                                 \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        return is_due(#name) ? (failure) : real arguments;                                         \
    }

/* One that moves `size` bytes. */
#define MOVE(name, parameters, arguments)                                                          \
    ssize_t name parameters                                                                        \
    {                                                                                              \
        static ssize_t(*real) parameters;                                                          \
        if (!real)                                                                                 \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        if (is_due(#name)) {                                                                       \
            if (error)                                                                             \
                return -1;                                                                         \
            size = size ? 1 : 0;                                                                   \
        }                                                                                          \
        return real arguments;                                                                     \
    }

MOVE(read, (int fd, void *data, size_t size), (fd, data, size))
MOVE(recv, (int fd, void *data, size_t size, int flags), (fd, data, size, flags))
MOVE(send, (int fd, const void *data, size_t size, int flags), (fd, data, size, flags))

/* The short one sends a byte of the first part. */
ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    static ssize_t (*real)(int, const struct msghdr *, int);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "sendmsg");
    if (!is_due("sendmsg"))
        return real(fd, message, flags);
    return error ? -1 : send(fd, message->msg_iov[0].iov_base, 1, flags);
}

/* Adding needs memory; changing and taking away cannot fail for a registered descriptor. */
int epoll_ctl(int fd, int what, int other, struct epoll_event *event)
{
    static int (*real)(int, int, int, struct epoll_event *);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "epoll_ctl");
    return what == EPOLL_CTL_ADD && is_due("epoll_ctl") ? -1 : real(fd, what, other, event);
}

CALL(int, accept4, (int fd, struct sockaddr *a, socklen_t *n, int flags), (fd, a, n, flags), -1)
CALL(int, bind, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n), -1)
CALL(int, epoll_create1, (int flags), (flags), -1)
CALL(int, epoll_wait, (int fd, struct epoll_event *e, int n, int ms), (fd, e, n, ms), -1)
CALL(int, getrlimit, (__rlimit_resource_t what, struct rlimit *limit), (what, limit), -1)
CALL(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *n),
     (fd, level, name, value, n), -1)
CALL(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask), -1)
CALL(int, inotify_init1, (int flags), (flags), -1)
CALL(int, listen, (int fd, int n), (fd, n), -1)
CALL(int, lstat, (const char *path, struct stat *status), (path, status), -1)
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
CALL(int, pidfd_open, (pid_t pid, unsigned flags), (pid, flags), -1)
CALL(int, poll, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms), -1)
CALL(int, setrlimit, (__rlimit_resource_t what, const struct rlimit *limit), (what, limit), -1)
CALL(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags), -1)
CALL(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1)
CALL(int, socketpair, (int domain, int type, int protocol, int fds[2]),
     (domain, type, protocol, fds), -1)
CALL(int, stat, (const char *path, struct stat *status), (path, status), -1)
CALL(int, waitid, (idtype_t type, id_t id, siginfo_t *info, int options), (type, id, info, options),
     -1)
CALL(DIR *, opendir, (const char *path), (path), NULL)
CALL(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
CALL(void *, mmap, (void *where, size_t n, int protection, int flags, int fd, off_t offset),
     (where, n, protection, flags, fd, offset), MAP_FAILED)
CALL(int, seccomp_load, (void *context), (context), -error)
/* These give the number of the error. */
CALL(int, posix_spawn,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]),
     (pid, path, actions, attributes, argv, envp), error)
CALL(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *), void *opaque),
     (thread, attributes, run, opaque), error)

int fcntl(int fd, int what, ...)
{
    static int (*real)(int, int, ...);
    va_list list;
    long value;

    va_start(list, what);
    value = va_arg(list, long);
    va_end(list);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "fcntl");
    return is_due("fcntl") ? -1 : real(fd, what, value);
}

int open(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    va_list list;
    mode_t mode;

    va_start(list, flags);
    mode = va_arg(list, mode_t);
    va_end(list);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "open");
    return is_due("open") ? -1 : real(path, flags, mode);
}
