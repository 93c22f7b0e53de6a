/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.h: what the host lends to a plugin
 *
 * A plugin has no undefined symbol of the host: everything that it needs comes through this
 * structure, which outlives the model that was loaded with it. All functions may be called from any
 * thread, but not from an audio callback or from the inner step of a stream (they may allocate).
 *
 * A later host may append members; `size` tells how many bytes this one has. A plugin that needs a
 * member checks SORI_HOST_HAS first.
 */
#ifndef SORI_HOST_H
#define SORI_HOST_H

#include <sori/types.h>

#define SORI_HOST_VERSION 1u

/* Warnings are shown unless the user says otherwise, the last two only where SORI_DEBUG asks. */
enum sori_log_level {
    SORI_LOG_ERROR = 0,   /* of the host alone: a plugin returns its failures */
    SORI_LOG_WARNING = 1, /* it goes on, but not as the user may expect */
    SORI_LOG_INFO = 2,    /* what was chosen, once a model or stream */
    SORI_LOG_DEBUG = 3,   /* for whoever works on the plugin */
};

struct sori_host {
    uint32_t version; /* SORI_HOST_VERSION */
    uint32_t size;    /* sizeof(struct sori_host) of the host */
    void *data;       /* the host's own */

    uint64_t cpu;     /* SORI_CPU_* (cpu.h): instruction sets that may be used */
    uint32_t threads; /* compute threads that one stream may keep busy, >= 1 */
    uint32_t reserved;

    /*
     * Notes why a call is about to fail and returns `error` (a negative errno value), so that a
     * plugin writes `return host->error(host, -EINVAL, "...", ...)`. The message says what is wrong
     * and where, in one line without a full stop and without the plugin's name (the host adds it).
     * The host shows the last message noted on the same thread before the call returned; the
     * arguments end with this call, and a message too long for one line is cut.
     */
    int (*error)(const struct sori_host *host, int error, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

    /* Passes a remark on to the log, one line, enum sori_log_level. Never for failures: those are
     * returned. */
    void (*log)(const struct sori_host *host, uint32_t level, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

    /*
     * Maps the file `name` (absolute, or relative to the folder of the voice manifest) read-only.
     * Only from within load(). The span stays valid until unload() has returned; the host unmaps it
     * and shares it between models. Returns 0, or a negative errno value whose message is noted
     * already: -ENOENT, -EACCES, -EISDIR, -EFBIG.
     */
    int (*map)(const struct sori_host *host, const char *name, struct sori_span *ret_span);

    /*
     * --- Appended members. A plugin checks SORI_HOST_HAS first; they may be NULL. ---
     *
     * Maps file `index` (0, 1, ...) of what the user wants read otherwise, sori-dictionary(5):
     * of the voice first, then of its language. As map(); *ret_path, for messages, lives as long.
     * -ENOENT: there are no more.
     */
    int (*dictionary)(const struct sori_host *host, uint32_t index, struct sori_span *ret_span,
                      const char **ret_path);
};

#define SORI_HOST_HAS(host, member)                                                                \
    ((host)->size >= offsetof(struct sori_host, member) + sizeof((host)->member))

#endif
