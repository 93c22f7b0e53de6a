/* SPDX-License-Identifier: Apache-2.0 */
/* model-find.h: where language models lie, and which one is meant */
#ifndef WORKER_MODEL_FIND_H
#define WORKER_MODEL_FIND_H

#include <stddef.h>

/* What `sori models --install` installs. */
#define MODEL_DEFAULT "SmolLM2-135M-Instruct.Q4_1.gguf"

/*
 * Calls `each` for the folders where models are looked for: those of SORI_MODEL_PATH, or else
 * sori/models in $XDG_DATA_HOME and in each of $XDG_DATA_DIRS. Stops at a result other than 0 and
 * returns it; -ENOMEM.
 */
int model_each_folder(int (*each)(void *opaque, const char *folder), void *opaque);

/* Calls `each` for the GGUF files in them, the default first. Stops likewise; -ENOMEM. */
int model_each(int (*each)(void *opaque, const char *path), void *opaque);

/*
 * The file that `name` means: a path (with a slash, or of a file that is there), the name of a file
 * in one of the folders, with or without .gguf; NULL: the default. The caller frees *ret_path.
 * -ENOENT says what to do.
 */
int model_find(const char *name, char **ret_path);

#endif
