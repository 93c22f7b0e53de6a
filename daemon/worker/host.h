/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.h: the services that a loaded stage gets, and the files it maps
 *
 * One struct stage_host for each loaded stage: it knows the stage's name (for messages) and the
 * folder that file names are relative to. It must not move while the stage is loaded.
 */
#ifndef WORKER_HOST_H
#define WORKER_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include <sori/host.h>

#include "worker/voice.h"

enum { HOST_MAX_MAPS = 8 }; /* files of one stage: weights, lexicon, and room */

struct stage_host {
    struct sori_host services;
    char *name;   /* of the stage */
    char *folder; /* file names are relative to it */
    char *voice, *language; /* whose dictionaries count; NULL: none */
    bool searched; /* for dictionaries */
    char *dictionaries[HOST_MAX_MAPS]; /* their paths */
    struct sori_span dictionary_maps[HOST_MAX_MAPS];
    size_t n_dictionaries;
    struct sori_span maps[HOST_MAX_MAPS];
    size_t n_maps;
};

/* For a stage of a voice, or of none (NULL). 0 or -ENOMEM. */
int stage_host_init(struct stage_host *host, const char *name, const struct voice *voice,
                    unsigned threads);
/* Unmaps all files. Fine on a zeroed structure. */
void stage_host_clear(struct stage_host *host);

#endif
