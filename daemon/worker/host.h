/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.h: the services that a loaded stage gets, and the files it maps
 *
 * One struct stage_host for each loaded stage: it knows the stage's name (for messages) and the
 * folder that file names are relative to. It must not move while the stage is loaded.
 */
#ifndef WORKER_HOST_H
#define WORKER_HOST_H

#include <stddef.h>

#include <sori/host.h>

enum { HOST_MAX_MAPS = 8 }; /* files of one stage: weights, lexicon, and room */

struct stage_host {
    struct sori_host services;
    char *name;   /* of the stage */
    char *folder; /* file names are relative to it */
    struct sori_span maps[HOST_MAX_MAPS];
    size_t n_maps;
};

/* 0 or -ENOMEM. */
int stage_host_init(struct stage_host *host, const char *name, const char *folder,
                    unsigned threads);
/* Unmaps all files. Fine on a zeroed structure. */
void stage_host_clear(struct stage_host *host);

#endif
