/* SPDX-License-Identifier: Apache-2.0 */
/* source.h: the text to be spoken, from arguments, a file or a pipe, in pieces as it comes */
#ifndef CLIENT_SOURCE_H
#define CLIENT_SOURCE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/limits.h"
#include "base/utf8.h"

struct source {
    int fd;     /* -1: the text below */
    char *text; /* of the arguments, terminated; owned */
    size_t text_size;
    const char *name; /* for messages */
    off_t size;       /* of a file, 0 if unknown */
    size_t taken;     /* bytes given out so far */
    struct utf8 utf8; /* state after them */
    char piece[TEXT_PIECE_SIZE];
};

/*
 * Opens the file `path` ("-" or NULL: standard input), or joins the arguments with spaces if there
 * are any. Negative errno with fail_message(); source_clear() frees.
 */
int source_open(struct source *source, const char *path, int argc, char **argv);
void source_clear(struct source *source);

/*
 * As speech.read in worker/pipeline.h. -ECANCELED when `stop` (may be -1) becomes readable;
 * -EILSEQ: not UTF-8, with the offset of the first wrong byte.
 */
int source_read(struct source *source, int stop, const char **ret_data, size_t *ret_size);

#endif
