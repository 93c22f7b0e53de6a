/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/voices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "worker/model-find.h"
#include "worker/voice.h"

struct list {
    struct voice_info *items;
    size_t n, capacity;
};

struct watcher {
    void (*changed)(void *opaque);
    void *opaque;
};

struct voices {
    struct loop *loop;
    struct list voices, models;
    struct watcher watchers[VOICES_MAX_WATCHERS];
    size_t n_watchers;
};

DEFINE_CLEANUP(voices, struct voices *, voices_free)

static void list_clear(struct list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        struct voice_info *info = &list->items[i];
        const char *strings[] = {info->id,     info->name,    info->language,
                                 info->gender, info->licence, info->path};
        for (size_t j = 0; j < sizeof strings / sizeof *strings; j++)
            free((char *)strings[j]);
    }
    free(list->items);
    *list = (struct list){0};
}

static const struct voice_info *find(const struct list *list, const char *id)
{
    for (size_t i = 0; id && i < list->n; i++)
        if (!strcmp(list->items[i].id, id))
            return &list->items[i];
    return NULL;
}

static char *copy(const char *text)
{
    return strdup(text ? text : "");
}

static uint64_t stamp_of_file(const char *path)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return 0;
    return (uint64_t)status.st_ino * 31 + (uint64_t)status.st_mtim.tv_sec * 1000000007 +
           (uint64_t)status.st_mtim.tv_nsec;
}

/* Weights that are replaced change the folder that a voice has for itself. */
static uint64_t stamp_of(const struct voice *voice)
{
    const char *slash = strrchr(voice->path, '/');
    _cleanup_free_ char *folder =
        slash ? strndup(voice->path, (size_t)(slash - voice->path)) : NULL;
    const char *name = folder ? strrchr(folder, '/') : NULL;
    uint64_t stamp = stamp_of_file(voice->path);

    return name && !strcmp(name + 1, voice->id) ? stamp + 17 * stamp_of_file(folder) : stamp;
}

static int list_add(struct list *list, const struct voice *voice)
{
    struct voice_info *info;

    if (array_reserve((void **)&list->items, &list->capacity, list->n, 1, sizeof *info) < 0)
        return -ENOMEM;
    info = &list->items[list->n++];
    *info = (struct voice_info){
        .id = copy(voice->id),
        .name = copy(voice->name),
        .language = copy(voice->language),
        .gender = copy(voice->gender),
        .licence = copy(voice->licence),
        .path = copy(voice->path),
        .sample_rate = voice->sample_rate,
        .stamp = stamp_of(voice),
    };
    return info->id && info->name && info->language && info->gender && info->licence && info->path
               ? 0
               : -ENOMEM;
}

/* A manifest whose chain begins and ends with a generator is a language model. */
static int note(void *opaque, const struct voice *voice)
{
    struct voices *voices = opaque;
    bool model = voice->n_stages == 1 && !strcmp(voice->chain[0].role, "generator");

    return list_add(model ? &voices->models : &voices->voices, voice);
}

/* A model is called as its file, without .gguf. Those in earlier folders hide others. */
static int note_model(void *opaque, const char *path)
{
    struct voices *voices = opaque;
    const char *name = strrchr(path, '/') + 1;
    _cleanup_free_ char *id = strndup(name, strlen(name) - strlen(".gguf"));
    const struct voice model = {.id = id, .name = id, .path = (char *)path};

    if (!id)
        return -ENOMEM;
    return find(&voices->models, id) ? 0 : list_add(&voices->models, &model);
}

static bool same_list(const struct list *a, const struct list *b)
{
    bool same = a->n == b->n;

    for (size_t i = 0; same && i < a->n; i++)
        same = a->items[i].stamp == b->items[i].stamp && !strcmp(a->items[i].id, b->items[i].id) &&
               !strcmp(a->items[i].path, b->items[i].path);
    return same;
}

/* 1 when they are others than before. */
static int read_all(struct voices *voices)
{
    struct voices fresh = {0};
    int r = voice_each(note, &fresh);

    if (r >= 0)
        r = model_each(note_model, &fresh);
    if (r < 0 ||
        (same_list(&voices->voices, &fresh.voices) && same_list(&voices->models, &fresh.models))) {
        list_clear(&fresh.voices);
        list_clear(&fresh.models);
        return r;
    }
    list_clear(&voices->voices);
    list_clear(&voices->models);
    voices->voices = fresh.voices;
    voices->models = fresh.models;
    return 1;
}

int voices_new(struct loop *loop, struct voices **ret_voices)
{
    _cleanup_(cleanup_voices) struct voices *voices = calloc(1, sizeof *voices);
    int r;

    if (!voices)
        return -ENOMEM;
    voices->loop = loop;
    r = read_all(voices);
    if (r < 0) /* once more: without voices there is no daemon */
        r = read_all(voices);
    if (r < 0)
        return r;
    *ret_voices = steal(voices);
    return 0;
}

struct voices *voices_free(struct voices *voices)
{
    if (!voices)
        return NULL;
    list_clear(&voices->voices);
    list_clear(&voices->models);
    free(voices);
    return NULL;
}

int voices_reload(struct voices *voices)
{
    int r = read_all(voices);

    for (size_t i = 0; r > 0 && i < voices->n_watchers; i++)
        voices->watchers[i].changed(voices->watchers[i].opaque);
    return r < 0 ? r : 0;
}

int voices_watch(struct voices *voices, void (*changed)(void *opaque), void *opaque)
{
    if (voices->n_watchers == VOICES_MAX_WATCHERS)
        return -ENOSPC;
    voices->watchers[voices->n_watchers++] = (struct watcher){changed, opaque};
    return 0;
}

/* --- looking up ------------------------------------------------------------------------------- */

size_t voices_count(const struct voices *voices)
{
    return voices->voices.n;
}

const struct voice_info *voices_get(const struct voices *voices, size_t index)
{
    return index < voices->voices.n ? &voices->voices.items[index] : NULL;
}

const struct voice_info *voices_find(const struct voices *voices, const char *id)
{
    return find(&voices->voices, id);
}

size_t models_count(const struct voices *voices)
{
    return voices->models.n;
}

const struct voice_info *models_get(const struct voices *voices, size_t index)
{
    return index < voices->models.n ? &voices->models.items[index] : NULL;
}

const struct voice_info *models_find(const struct voices *voices, const char *id)
{
    size_t n = id ? strlen(id) : 0;
    char name[256];

    /* As people know the file. */
    if (n > 5 && n < sizeof name && !strcmp(id + n - 5, ".gguf")) {
        memcpy(name, id, n - 5);
        name[n - 5] = 0;
        id = name;
    }
    return find(&voices->models, id);
}

/* How well a voice's tag answers the wanted one: 3 it is what was asked for (any, where no region
 * was), 2 it has no region, 1 another one, 0 another language. '-' and '_' are the same here. */
static int likeness(const char *wanted, const char *tag)
{
    size_t n = strcspn(wanted, "-_");

    if (n != strcspn(tag, "-_") || strncasecmp(wanted, tag, n))
        return 0;
    if (!wanted[n] || !strcasecmp(wanted + n + 1, tag + n + (tag[n] != 0)))
        return 3;
    return tag[n] ? 1 : 2;
}

const struct voice_info *
voices_for_language(const struct voices *voices, const char *language, const char *preferred,
                    bool (*skip)(const void *opaque, const struct voice_info *voice),
                    const void *opaque)
{
    const struct voice_info *best = NULL;
    int best_score = 0;

    for (size_t i = 0; i < voices->voices.n; i++) {
        const struct voice_info *voice = &voices->voices.items[i];
        int score = 2 * likeness(language, voice->language);
        if (skip && skip(opaque, voice))
            continue;
        if (score && preferred && !strcmp(voice->id, preferred))
            score++;
        if (score > best_score) {
            best = voice;
            best_score = score;
        }
    }
    return best;
}
