/* SPDX-License-Identifier: Apache-2.0 */
#include "portaudio/quiet.h"

#include <alsa/asoundlib.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char first[200];

__attribute__((format(printf, 5, 6))) static void
keep_alsa(const char *file, int line, const char *function, int error, const char *format, ...)
{
    char text[sizeof first];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    text[strcspn(text, "\n")] = '\0';
    pthread_mutex_lock(&lock);
    if (!*first && error)
        snprintf(first, sizeof first, "%.100s: %s", text, snd_strerror(error));
    else if (!*first)
        memcpy(first, text, sizeof first);
    pthread_mutex_unlock(&lock);
}

static void drop_jack(const char *text)
{
}

/*
 * JACK comes with PortAudio, if it does: looked up, not linked. Its setters take the function by
 * value and have had this form since the first release.
 */
static void silence_jack(const char *setter)
{
    void (*set)(void (*)(const char *));

    *(void **)&set = dlsym(RTLD_DEFAULT, setter);
    if (set)
        set(drop_jack);
}

static void take_over(void)
{
    snd_lib_error_set_handler(keep_alsa);
    silence_jack("jack_set_error_function");
    silence_jack("jack_set_info_function");
}

void quiet_init(void)
{
    pthread_once(&once, take_over);
}

void quiet_reset(void)
{
    pthread_mutex_lock(&lock);
    first[0] = '\0';
    pthread_mutex_unlock(&lock);
}

void quiet_first(char *ret_text, size_t size)
{
    pthread_mutex_lock(&lock);
    snprintf(ret_text, size, "%s", first);
    pthread_mutex_unlock(&lock);
}
