/* SPDX-License-Identifier: Apache-2.0 */
#include "portaudio/device.h"

#include <alsa/asoundlib.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "portaudio/quiet.h"

/* Of PortAudio, in this process. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned users, open_devices;

DEFINE_CLEANUP(device, struct device *, device_close)

int64_t device_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --- PortAudio as a whole --------------------------------------------------------------------- */

static int fail_portaudio(const struct sori_host *host, PaError error, const char *what)
{
    char alsa[200];

    quiet_first(alsa, sizeof alsa);
    return host->error(host, error == paInsufficientMemory ? -ENOMEM : -EIO, "%s: %s%s%s", what,
                       Pa_GetErrorText(error), *alsa ? ": " : "", alsa);
}

int device_init(const struct sori_host *host)
{
    PaError error = paNoError;

    quiet_init();
    pthread_mutex_lock(&lock);
    if (!users)
        error = Pa_Initialize();
    if (error == paNoError)
        users++;
    pthread_mutex_unlock(&lock);
    return error == paNoError ? 0 : fail_portaudio(host, error, "PortAudio does not start");
}

void device_exit(void)
{
    pthread_mutex_lock(&lock);
    if (!--users)
        Pa_Terminate();
    pthread_mutex_unlock(&lock);
}

/* --- which device? ---------------------------------------------------------------------------- */

static bool plays(PaDeviceIndex i)
{
    const PaDeviceInfo *info = Pa_GetDeviceInfo(i);

    return info && info->maxOutputChannels > 0;
}

static PaDeviceIndex find_named(const char *name)
{
    PaDeviceIndex n = Pa_GetDeviceCount();

    for (PaDeviceIndex i = 0; i < n; i++)
        if (plays(i) && !strcmp(Pa_GetDeviceInfo(i)->name, name))
            return i;
    for (PaDeviceIndex i = 0; i < n; i++)
        if (plays(i) && strstr(Pa_GetDeviceInfo(i)->name, name))
            return i;
    return paNoDevice;
}

/* ALSA's "default" leads to the desktop's sound server, if there is one. */
static PaDeviceIndex find_default(void)
{
    PaHostApiIndex alsa = Pa_HostApiTypeIdToHostApiIndex(paALSA);
    PaDeviceIndex i = alsa >= 0 ? Pa_GetHostApiInfo(alsa)->defaultOutputDevice : paNoDevice;

    return i != paNoDevice ? i : Pa_GetDefaultOutputDevice();
}

static PaDeviceIndex find_device(const char *name)
{
    return name ? find_named(name) : find_default();
}

/* Whether ALSA opens it: tried first, because PortAudio writes to standard error when it fails. */
static int try_alsa(const char *name)
{
    snd_pcm_t *pcm;
    int r = snd_pcm_open(&pcm, name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);

    if (r >= 0)
        snd_pcm_close(pcm);
    return r;
}

/* The output devices, as far as there is room. */
static void list_devices(char *ret_names, size_t size)
{
    PaDeviceIndex n = Pa_GetDeviceCount();

    *ret_names = '\0';
    for (PaDeviceIndex i = 0; i < n; i++) {
        size_t at = strlen(ret_names);
        if (plays(i))
            snprintf(ret_names + at, size - at, "%s'%s'", at ? ", " : "",
                     Pa_GetDeviceInfo(i)->name);
    }
}

static int no_device(const struct sori_host *host, const char *name)
{
    char names[400], why[200];
    int r;

    list_devices(names, sizeof names);
    if (name && *names && find_named(name) == paNoDevice)
        return host->error(host, -ENODEV, "no sound device '%s' (there are %s)", name, names);
    quiet_reset();
    r = try_alsa(name ? name : "default");
    quiet_first(why, sizeof why);
    return host->error(host, -ENODEV, "no sound device: neither a card nor a sound server (%s)",
                       *why ? why : snd_strerror(r));
}

/* --- opening and closing ---------------------------------------------------------------------- */

static int callback(const void *input, void *output, unsigned long n,
                    const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags, void *data)
{
    struct device *device = data;
    double latency = time->outputBufferDacTime - time->currentTime;
    int64_t idle;

    /* Devices without a clock of their own say anything. */
    if (!(latency >= 0 && latency < AUDIO_MAX_LATENCY_MS / 1000.0))
        latency = 0;
    idle = player_fill(&device->player, output, n, device_now(), (int64_t)(latency * 1e9));
    return device->linger && idle > device->linger ? paComplete : paContinue;
}

static void note_finished(void *data)
{
    struct device *device = data;

    atomic_store(&device->finished, true);
}

static PaError start(struct device *device, const PaStreamParameters *output, unsigned rate)
{
    PaError error = Pa_OpenStream(&device->stream, NULL, output, rate, paFramesPerBufferUnspecified,
                                  paDitherOff, callback, device);

    if (error != paNoError) {
        device->stream = NULL;
        return error;
    }
    open_devices++;
    error = Pa_SetStreamFinishedCallback(device->stream, note_finished);
    if (error == paNoError)
        error = Pa_StartStream(device->stream);
    return error;
}

/* The rates to try: that of the samples, where the device does not say it takes another only. */
static unsigned choose_rate(const PaStreamParameters *output, unsigned asked, unsigned rate)
{
    if (asked)
        return asked;
    if (Pa_IsFormatSupported(NULL, output, rate) == paInvalidSampleRate)
        return (unsigned)Pa_GetDeviceInfo(output->device)->defaultSampleRate;
    return rate;
}

static int prepare(const struct sori_host *host, struct device *device,
                   const struct device_settings *settings, unsigned rate)
{
    unsigned player_rate = device->player.rate;
    int error;

    if (player_init(&device->player, player_rate,
                    (size_t)player_rate * settings->buffer_ms / 1000) < 0)
        return host->error(host, -ENOMEM, "out of memory");
    device->input_rate = rate;
    device->linger = settings->linger_ms * INT64_C(1000000);
    if (player_rate != rate) {
        device->converter = src_new(SRC_SINC_MEDIUM_QUALITY, 1, &error);
        if (!device->converter)
            return host->error(host, -ENOMEM, "rate converter: %s", src_strerror(error));
    }
    return 0;
}

static bool opens(PaDeviceIndex index)
{
    const PaDeviceInfo *info = Pa_GetDeviceInfo(index);

    if (Pa_GetHostApiInfo(info->hostApi)->type != paALSA)
        return true;
    /* Hardware is called "CARD: DEVICE (hw:0,0)"; only PortAudio waits while it is busy. */
    return strchr(info->name, ' ') || try_alsa(info->name) >= 0;
}

/* Finds the device; if it is not there or does not open, looks at what there is now. */
static PaDeviceIndex find_working(const char *name)
{
    PaDeviceIndex index = find_device(name);

    if (index != paNoDevice && opens(index))
        return index;
    if (open_devices)
        return index;
    Pa_Terminate();
    quiet_reset();
    if (Pa_Initialize() != paNoError)
        return paNoDevice;
    index = find_device(name);
    return index != paNoDevice && opens(index) ? index : paNoDevice;
}

static int open_locked(const struct sori_host *host, const struct device_settings *settings,
                       unsigned rate, struct device *device)
{
    PaStreamParameters output = {.channelCount = 1, .sampleFormat = paFloat32};
    char what[200];
    PaError error;
    int r;

    quiet_reset();
    output.device = find_working(settings->name);
    if (output.device == paNoDevice)
        return no_device(host, settings->name);
    output.suggestedLatency = settings->latency_ms / 1000.0;
    device->player.rate = choose_rate(&output, settings->rate, rate);
    r = prepare(host, device, settings, rate);
    if (r < 0)
        return r;
    error = start(device, &output, device->player.rate);
    if (error == paNoError)
        return 0;
    snprintf(what, sizeof what, "sound device '%s' does not open",
             Pa_GetDeviceInfo(output.device)->name);
    return fail_portaudio(host, error, what);
}

int device_open(const struct sori_host *host, const struct device_settings *settings, unsigned rate,
                struct device **ret_device)
{
    _cleanup_(cleanup_device) struct device *device = NULL;
    pthread_condattr_t monotonic;
    int r;

    /* For the cache lines that its ring keeps apart. */
    if (posix_memalign((void **)&device, _Alignof(struct device), sizeof *device))
        return host->error(host, -ENOMEM, "out of memory");
    *device = (struct device){.opened = device_now()};
    pthread_mutex_init(&device->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&device->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);

    pthread_mutex_lock(&lock);
    r = open_locked(host, settings, rate, device);
    pthread_mutex_unlock(&lock);
    if (r < 0)
        return r;
    *ret_device = steal(device);
    return 0;
}

/* A sound that was stopped is still fading out, or on its way to the loudspeaker. */
static void wait_for_silence(struct device *device)
{
    while (device_is_alive(device) && !player_is_idle(&device->player))
        device_wait(device, 0.005, NULL);
    while (device_is_alive(device)) {
        int64_t left =
            timeline_end(&device->player.timeline) + PLAYER_FADE_MS * 1000000 - device_now();
        if (left <= 0)
            return;
        device_wait(device, (double)left * 1e-9, NULL);
    }
}

void device_close(struct device *device)
{
    if (!device)
        return;
    if (device->stream) {
        bool alive;
        player_stop(&device->player);
        wait_for_silence(device);
        alive = device_is_alive(device);
        pthread_mutex_lock(&lock);
        /* A thread that hangs in a dead device is cancelled, not waited for. */
        if (alive || atomic_load(&device->finished))
            Pa_StopStream(device->stream);
        else
            Pa_AbortStream(device->stream);
        Pa_CloseStream(device->stream);
        open_devices--;
        pthread_mutex_unlock(&lock);
    }
    if (device->converter)
        src_delete(device->converter);
    player_clear(&device->player);
    pthread_cond_destroy(&device->wake);
    pthread_mutex_destroy(&device->lock);
    free(device);
}

/* --- while it is open ------------------------------------------------------------------------- */

bool device_is_alive(struct device *device)
{
    int64_t called = atomic_load_explicit(&device->player.called, memory_order_relaxed);

    if (atomic_load(&device->finished))
        return false;
    return device_now() - (called ? called : device->opened) < AUDIO_STALL_MS * INT64_C(1000000);
}

void device_wait(struct device *device, double seconds, const atomic_bool *cancelled)
{
    int64_t end = device_now() + (int64_t)(seconds * 1e9);
    const struct timespec until = {end / 1000000000, end % 1000000000};

    pthread_mutex_lock(&device->lock);
    if (!cancelled || !atomic_load(cancelled))
        pthread_cond_timedwait(&device->wake, &device->lock, &until);
    pthread_mutex_unlock(&device->lock);
}

void device_wake(struct device *device)
{
    pthread_mutex_lock(&device->lock);
    pthread_cond_broadcast(&device->wake);
    pthread_mutex_unlock(&device->lock);
}
