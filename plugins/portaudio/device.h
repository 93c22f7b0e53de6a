/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device.h: an open sound device that plays what is fed to a player
 *
 * PortAudio's own functions are not thread-safe, so all of them are called under one lock; the
 * callback and the thread it runs on are PortAudio's. The list of devices is made when PortAudio is
 * initialised: when a device is not found or does not open, and no other is open, the list is made
 * anew, so that a sound card that was plugged in or a sound server that was restarted is found.
 *
 * ALSA and JACK report errors on standard error, even those that mean nothing (a probe of a card
 * that is not there). Both let a program take the reports over; here they are kept, and the first
 * one of ALSA's becomes part of the error message when a device does not open.
 *
 * A device that has been idle (see player.h) for a while stops by itself, so that the hardware may
 * sleep; device_is_alive() tells.
 */
#ifndef PORTAUDIO_DEVICE_H
#define PORTAUDIO_DEVICE_H

#include <portaudio.h>
#include <pthread.h>
#include <samplerate.h>

#include <sori/host.h>

#include "portaudio/player.h"

struct device_settings {
    const char *name;               /* NULL: ALSA's default */
    unsigned rate;                  /* of the device; 0: that of the samples */
    unsigned latency_ms, buffer_ms; /* between callback and loudspeaker; in the ring */
    unsigned start_ms, lead_in_ms;  /* see player_start() */
    unsigned linger_ms;             /* idle time after which it stops by itself */
};

struct device {
    struct player player;
    PaStream *stream;
    unsigned input_rate;  /* of the samples that are fed */
    SRC_STATE *converter; /* to the device's rate; NULL when they are the same */
    int64_t linger;       /* nanoseconds; 0: for ever, as whoever has it closes it */
    int64_t opened;       /* when; CLOCK_MONOTONIC */
    atomic_bool finished; /* the callback will not be called again */
    pthread_mutex_t lock; /* against a wake-up between look and sleep */
    pthread_cond_t wake;  /* a stop: whoever waits looks again */
};

/* Makes PortAudio ready; counted. 0 or -EIO with a message. */
int device_init(const struct sori_host *host);
void device_exit(void);

/*
 * Opens and starts a device for mono samples of `rate`. -ENODEV: there is none (of that name),
 * -EIO: it does not open, -ENOMEM.
 */
int device_open(const struct sori_host *host, const struct device_settings *settings, unsigned rate,
                struct device **ret_device);
/* Waits until a sound that is fading out has gone, and closes. NULL is fine. */
void device_close(struct device *device);

/* Whether it still takes sound: false after it was unplugged or its server died, and when idle for
 * long. */
bool device_is_alive(struct device *device);

/* Sleeps for at most `seconds`; not at all, or no longer, once *cancelled is set (or NULL). */
void device_wait(struct device *device, double seconds, const atomic_bool *cancelled);
/* After setting it. Any thread. */
void device_wake(struct device *device);

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t device_now(void);

#endif
