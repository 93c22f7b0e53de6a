/* SPDX-License-Identifier: Apache-2.0 */
/*
 * written.h: from the pieces of tokens to text that may be shown
 *
 * Tokens end anywhere, in the middle of a character or of a stop string. This holds back what may
 * still become either: what it gives out is whole UTF-8 (bytes that can never become a character
 * are replaced by U+FFFD) and never a part of a stop string that then comes.
 */
#ifndef LLM_WRITTEN_H
#define LLM_WRITTEN_H

#include <stdbool.h>
#include <stddef.h>

enum { WRITTEN_MAX_STOPS = 16, WRITTEN_MAX_STOP_SIZE = 256 };

struct written {
    struct {
        char text[WRITTEN_MAX_STOP_SIZE];
        size_t size;
    } stops[WRITTEN_MAX_STOPS];
    size_t n_stops;

    char *bytes; /* owned */
    size_t size, capacity;
    size_t whole; /* of them are UTF-8 for certain */
    size_t taken; /* of them were given out */
    bool stopped; /* a stop string came; nothing more is taken */
    bool ended;
};

/* Frees what it owns. */
void written_clear(struct written *written);

/* Adds a stop string. -EINVAL: empty, too long or too many. */
int written_stop_at(struct written *written, const char *text, size_t size);

/*
 * Appends the piece of a token. `end`: nothing comes after it, what is held is given out. Ignored
 * after a stop string. -ENOMEM.
 */
int written_add(struct written *written, const void *piece, size_t size, bool end);

/* What may be shown and was not given out yet; valid until the next call. May be empty. */
void written_take(struct written *written, const char **ret_text, size_t *ret_size);

/* A new answer: forgets all but the stop strings. */
void written_reset(struct written *written);

#endif
