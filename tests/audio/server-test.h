/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private PulseAudio server with one silent sound card, and a recorder of what it plays. Both die
 * with the test, however it ends. They need neither D-Bus nor a home folder that exists.
 */
#ifndef AUDIO_SERVER_TEST_H
#define AUDIO_SERVER_TEST_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/audio/device-test.h"
#include "tests/audio/sink-test.h"

static char server_folder[2048], server_socket[2100], record_file[2100];
static pid_t server, recorder;

static inline void pause_ms(unsigned ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

/* Starts a program whose output goes to the file `output`; it gets SIGKILL when we die. */
static inline pid_t start_program(const char *output, const char *const *arguments)
{
    pid_t parent = getpid(), child = fork();

    assert_true(child >= 0);
    if (child)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent) {
        int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        int log = open("/dev/null", O_RDWR);
        dup2(out, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
        dup2(log, STDIN_FILENO);
        execvp(arguments[0], (char *const *)arguments);
    }
    _exit(127);
}

static inline void stop_program(pid_t *pid)
{
    if (*pid <= 0)
        return;
    kill(*pid, SIGKILL);
    waitpid(*pid, NULL, 0);
    *pid = 0;
}

static inline void start_server(void)
{
    char listen[2200];
    const char *const arguments[] = {"pulseaudio",
                                     "-n",
                                     "--daemonize=no",
                                     "--exit-idle-time=-1",
                                     "--use-pid-file=no",
                                     "--disable-shm=yes",
                                     "--log-target=stderr",
                                     "-L",
                                     listen,
                                     "-L",
                                     "module-null-sink sink_name=card rate=24000 channels=1",
                                     NULL};

    snprintf(listen, sizeof listen, "module-native-protocol-unix socket=%s auth-anonymous=1",
             server_socket);
    unlink(server_socket);
    server = start_program("/dev/null", arguments);
    for (size_t i = 0; i < 1000 && access(server_socket, F_OK) < 0; i++)
        pause_ms(10);
    assert_int_equal(access(server_socket, F_OK), 0);
}

/* The environment of the server and of ALSA, whose default device leads to it. */
static inline void make_server_folder(void)
{
    const char *above = getenv("TMPDIR");
    char path[2200];
    FILE *file;

    snprintf(server_folder, sizeof server_folder, "%s/server.%d", above ? above : "/tmp",
             (int)getpid());
    assert_int_equal(mkdir(server_folder, 0700), 0);
    snprintf(server_socket, sizeof server_socket, "%s/socket", server_folder);
    snprintf(record_file, sizeof record_file, "%s/record", server_folder);
    snprintf(path, sizeof path, "%s/.asoundrc", server_folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("pcm.!default { type pulse }\nctl.!default { type pulse }\n", file);
    assert_int_equal(fclose(file), 0);
    setenv("HOME", server_folder, 1);
    setenv("XDG_RUNTIME_DIR", server_folder, 1);
    snprintf(path, sizeof path, "unix:%s", server_socket);
    setenv("PULSE_SERVER", path, 1);
    unsetenv("DBUS_SESSION_BUS_ADDRESS");
    unsetenv("DISPLAY");
}

static inline void start_recorder(void)
{
    const char *const arguments[] = {"parec",
                                     "-d",
                                     "card.monitor",
                                     "--rate=24000",
                                     "--channels=1",
                                     "--format=float32le",
                                     "--latency-msec=20",
                                     NULL};

    recorder = start_program(record_file, arguments);
    for (size_t i = 0; i < 500; i++) {
        struct stat status;
        if (stat(record_file, &status) == 0 && status.st_size > 0)
            return;
        pause_ms(10);
    }
    fail_msg("parec records nothing");
}

/* What was recorded from the first sample that is not silent to the last; the caller frees. */
static inline float *stop_recorder(size_t *ret_n)
{
    struct stat status;
    float *samples;
    size_t n, first = 0;
    FILE *file;

    pause_ms(400); /* what has sounded reaches the recorder */
    kill(recorder, SIGTERM);
    waitpid(recorder, NULL, 0);
    recorder = 0;
    assert_int_equal(stat(record_file, &status), 0);
    n = (size_t)status.st_size / sizeof *samples;
    samples = malloc((n + 1) * sizeof *samples);
    file = fopen(record_file, "rb");
    assert_true(samples && file);
    assert_int_equal(fread(samples, sizeof *samples, n, file), n);
    fclose(file);
    while (n && samples[n - 1] == 0)
        n--;
    while (first < n && samples[first] == 0)
        first++;
    memmove(samples, samples + first, (n - first) * sizeof *samples);
    *ret_n = n - first;
    return samples;
}

/* --- a sink on it --------------------------------------------------------------------------- */

static inline struct sink *open_default(void)
{
    struct sink *sink = NULL;

    if (open_sink(&sink, "portaudio", NULL) < 0)
        fail_msg("%s", fail_message());
    return sink;
}

static inline uint64_t position(struct sink *sink)
{
    uint64_t samples = 0;

    assert_int_equal(sink_position(sink, &samples), 0);
    return samples;
}

/* Waits for the position: the device's clock, not ours. */
static inline void wait_for(struct sink *sink, uint64_t samples)
{
    for (size_t i = 0; i < 5000 && position(sink) < samples; i++)
        pause_ms(2);
    assert_true(position(sink) >= samples);
}

#endif
