/* SPDX-License-Identifier: Apache-2.0 */
#include "client/speechd/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"

static int socket_path(char ret_path[static PATH_MAX])
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    int n = folder && *folder == '/'
                ? snprintf(ret_path, PATH_MAX, "%s/sori/socket", folder)
                : snprintf(ret_path, PATH_MAX, "/run/user/%u/sori/socket", (unsigned)getuid());

    return n > 0 && n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* With the signals as they were, in a session of its own: it outlives this module. Standard output
 * is the module's protocol and must not get there. */
static int start(void)
{
    const char *program = getenv("SORI_DAEMON");
    char *arguments[] = {(char *)(program && *program ? program : SORI_BIN_DIR "/sorid"), NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    pid_t pid;
    int r;

    sigemptyset(&defaults);
    sigaddset(&defaults, SIGCHLD);
    sigaddset(&defaults, SIGPIPE);
    if (posix_spawn_file_actions_init(&actions) || posix_spawnattr_init(&attributes))
        return -ENOMEM;
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    r = posix_spawn(&pid, arguments[0], &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (r)
        fprintf(stderr, "sd_sori: cannot start %s: %s\n", arguments[0], strerror(r));
    return -r;
}

/* Of the process that listens: the daemon, or the service manager in its place. */
static bool is_daemon(pid_t pid)
{
    char path[32], name[16] = "";
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    file = fopen(path, "re");
    if (!file)
        return false;
    if (!fgets(name, sizeof name, file))
        name[0] = '\0';
    fclose(file);
    return !strcmp(name, "sorid\n");
}

void daemon_kill(const struct link *link)
{
    struct ucred peer;
    socklen_t size = sizeof peer;

    if (getsockopt(link->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || !is_daemon(peer.pid))
        return;
    fprintf(stderr, "sd_sori: the daemon hangs: it is killed\n");
    kill(peer.pid, SIGKILL);
}

int daemon_connect(struct link *link, const json_t *request, int64_t now)
{
    static int64_t next_start = INT64_MIN;
    char path[PATH_MAX];
    int r = socket_path(path);

    if (r >= 0)
        r = link_open(link, path, "synthesize", request);
    if ((r == -ENOENT || r == -ECONNREFUSED) && now >= next_start) {
        next_start = now + SPEECHD_RESPAWN_MS;
        start();
    }
    return r;
}
