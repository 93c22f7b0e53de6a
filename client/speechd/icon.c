/* SPDX-License-Identifier: Apache-2.0 */
#include "client/speechd/icon.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sndfile.h>

#include "base/cleanup.h"
#include "base/limits.h"

DEFINE_CLEANUP(sndfile, SNDFILE *, sf_close)

static int find_in(const char *folder, size_t size, const char *middle, const char *name,
                   char ret_path[static PATH_MAX])
{
    static const char *const endings[] = {"oga", "ogg", "wav"};

    for (size_t i = 0; size && i < sizeof endings / sizeof *endings; i++) {
        int n = snprintf(ret_path, PATH_MAX, "%.*s%s/sounds/freedesktop/stereo/%s.%s", (int)size,
                         folder, middle, name, endings[i]);
        if (n > 0 && n < PATH_MAX && access(ret_path, R_OK) == 0)
            return 0;
    }
    return -ENOENT;
}

static int find(const char *name, char ret_path[static PATH_MAX])
{
    const char *data_home = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    const char *folders = getenv("XDG_DATA_DIRS");
    int r = data_home && *data_home
                ? find_in(data_home, strlen(data_home), "", name, ret_path)
                : home ? find_in(home, strlen(home), "/.local/share", name, ret_path) : -ENOENT;

    if (!folders || !*folders)
        folders = "/usr/local/share:/usr/share";
    for (size_t n; r < 0 && *folders; folders += n + (folders[n] == ':')) {
        n = strcspn(folders, ":");
        r = find_in(folders, n, "", name, ret_path);
    }
    return r;
}

static void mix(const short *frames, size_t n, int channels, int16_t *ret_samples)
{
    for (size_t i = 0; i < n; i++) {
        int sum = 0;
        for (int c = 0; c < channels; c++)
            sum += frames[i * (size_t)channels + (size_t)c];
        ret_samples[i] = (int16_t)(sum / channels);
    }
}

static int read_frames(SNDFILE *file, const SF_INFO *info, int16_t **ret_samples, size_t *ret_n)
{
    sf_count_t limit = (sf_count_t)info->samplerate * SPEECHD_ICON_SECONDS;
    sf_count_t n = info->frames < limit ? info->frames : limit;
    _cleanup_free_ short *frames = NULL;
    int16_t *samples;

    if (n <= 0 || info->channels < 1 || info->channels > 8)
        return -EBADMSG;
    frames = calloc((size_t)n * (size_t)info->channels, sizeof *frames);
    samples = calloc((size_t)n, sizeof *samples);
    n = frames && samples ? sf_readf_short(file, frames, n) : 0;
    if (n <= 0) {
        free(samples);
        return frames && samples ? -EBADMSG : -ENOMEM;
    }
    mix(frames, (size_t)n, info->channels, samples);
    *ret_samples = samples;
    *ret_n = (size_t)n;
    return 0;
}

int icon_read(const char *name, int16_t **ret_samples, size_t *ret_n, unsigned *ret_sample_rate)
{
    _cleanup_(cleanup_sndfile) SNDFILE *file = NULL;
    SF_INFO info = {0};
    char path[PATH_MAX];
    int r;

    if (!*name || *name == '.' || strchr(name, '/'))
        return -EINVAL;
    r = find(name, path);
    if (r < 0)
        return r;
    file = sf_open(path, SFM_READ, &info);
    if (!file || info.samplerate <= 0)
        return -EBADMSG;
    r = read_frames(file, &info, ret_samples, ret_n);
    if (r >= 0)
        *ret_sample_rate = (unsigned)info.samplerate;
    return r;
}
