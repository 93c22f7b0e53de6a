/* SPDX-License-Identifier: Apache-2.0 */
/*
 * voices.h: the voices and language models there are
 *
 * Voices are read from the manifests alone (worker/voice.h), language models are the GGUF files in
 * their folders (worker/model-find.h): no plugin is opened and no weights are read. The folders are
 * looked at again when something changes there (voices-watch.h) and on SIGHUP.
 */
#ifndef DAEMON_VOICES_H
#define DAEMON_VOICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/loop.h"

struct voices;

/* One voice, or one language model. Strings are never NULL and live until the list changes. */
struct voice_info {
    const char *id;       /* what requests name */
    const char *name;     /* shown to people */
    const char *language; /* BCP 47, "" for a model */
    const char *gender;   /* may be "" */
    const char *licence;  /* may be "" */
    const char *path;     /* of the manifest, or of the GGUF file */
    unsigned sample_rate; /* 0 for a model */
    uint64_t stamp;       /* another one when the files are */
};

/* Reads the list. 0 or -ENOMEM. */
int voices_new(struct loop *loop, struct voices **ret_voices);
/* NULL is fine. Returns NULL. */
struct voices *voices_free(struct voices *voices);
/* Reads it again; the old one stays when that fails, or when nothing has changed. */
int voices_reload(struct voices *voices);
/* Called after the list has changed. Up to VOICES_MAX_WATCHERS; -ENOSPC. */
int voices_watch(struct voices *voices, void (*changed)(void *opaque), void *opaque);

/* Sorted by id; of models, the default comes first. */
size_t voices_count(const struct voices *voices);
const struct voice_info *voices_get(const struct voices *voices, size_t index);
/* NULL when there is none. */
const struct voice_info *voices_find(const struct voices *voices, const char *id);
/*
 * The voice for a language: the same tag, else the same language ("en-GB" takes "en-US" and "en");
 * `preferred` (NULL or an id) wins among equals; those that `skip` (or NULL) tells do not count.
 * NULL when there is none. Case does not matter.
 */
const struct voice_info *
voices_for_language(const struct voices *voices, const char *language, const char *preferred,
                    bool (*skip)(const void *opaque, const struct voice_info *voice),
                    const void *opaque);

size_t models_count(const struct voices *voices);
const struct voice_info *models_get(const struct voices *voices, size_t index);
const struct voice_info *models_find(const struct voices *voices, const char *id);

#endif
