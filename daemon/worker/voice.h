/* SPDX-License-Identifier: Apache-2.0 */
/*
 * voice.h: voice manifests, sori-voice(5)
 *
 * A voice NAME is a file NAME.voice or NAME/NAME.voice in one of the voice folders: those of
 * SORI_VOICE_PATH, $XDG_DATA_HOME/sori/voices, sori/voices in each of $XDG_DATA_DIRS, the installed
 * folder. The first one found counts.
 */
#ifndef WORKER_VOICE_H
#define WORKER_VOICE_H

#include <stddef.h>

#include <sori/types.h>

#include "base/limits.h"

/* A stage as a manifest names it: `ROLE = PLUGIN KEY=VALUE ...`. Strings are owned. */
struct stage_spec {
    char *role;
    char *plugin;
    struct sori_setting settings[STAGE_MAX_SETTINGS]; /* key and value are owned */
    size_t n_settings;
};

struct voice {
    char *id;     /* file name without .voice: what people type */
    char *path;   /* of the manifest */
    char *folder; /* of the manifest: file names in it are relative to that */
    char *name, *language, *gender, *licence; /* name and language are never NULL */
    unsigned sample_rate;
    struct stage_spec chain[CHAIN_MAX_STAGES]; /* in the order of the manifest */
    size_t n_stages;
};

/* Reads the manifest `path`. -EBADMSG with file and line, -ENOENT and other errors of open,
 * -ENOMEM. */
int voice_read(const char *path, struct voice **ret_voice);
/* Finds and reads the voice `name`; one with a slash is a path. -ENOENT names the voices there are.
 */
int voice_find(const char *name, struct voice **ret_voice);
/* NULL is fine. Returns NULL. */
struct voice *voice_free(struct voice *voice);

/*
 * Calls `each` for every voice that can be read, sorted by id, the first of equal ids. A manifest
 * that cannot be read is passed over with a warning in the log. Stops at a result other than 0 and
 * returns it; -ENOMEM, -EMFILE, -ENFILE, -EIO: the list would not be whole.
 */
int voice_each(int (*each)(void *opaque, const struct voice *voice), void *opaque);
/* The folders where they are looked for, whether they exist or not. As voice_each(). */
int voice_each_folder(int (*each)(void *opaque, const char *folder), void *opaque);

/* Replaces or adds the setting `ROLE.KEY` of a voice. -EINVAL: no such stage, or no dot; -ENOMEM.
 */
int voice_set(struct voice *voice, const char *name, const char *value);
/* Replaces the stage `role` by `PLUGIN KEY=VALUE ...`. -EINVAL, -ENOMEM. */
int voice_replace(struct voice *voice, const char *role, const char *spec);

/* Parses `PLUGIN KEY=VALUE ...`. -EINVAL, -ENOMEM; stage_spec_clear() frees. */
int stage_spec_parse(const char *role, const char *text, struct stage_spec *ret_spec);
void stage_spec_clear(struct stage_spec *spec);

#endif
