/* SPDX-License-Identifier: Apache-2.0 */
/* icon.h: the sounds of the freedesktop sound theme */
#ifndef SPEECHD_ICON_H
#define SPEECHD_ICON_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads the sound NAME (.oga, .ogg or .wav) of the theme "freedesktop" in the XDG data folders, its
 * channels mixed, at most SPEECHD_ICON_SECONDS long. The caller frees *ret_samples. -ENOENT: there
 * is none; -EINVAL: no name for a file, -EBADMSG: it cannot be decoded, -ENOMEM.
 */
int icon_read(const char *name, int16_t **ret_samples, size_t *ret_n, unsigned *ret_sample_rate);

#endif
