/* SPDX-License-Identifier: Apache-2.0 */
/* Ownership of locals: `_cleanup_(f) T x` calls f(&x) at the end of scope; steal() hands over. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))

/* Defines cleanup_NAME(), for _cleanup_(cleanup_NAME), from a destructor that takes NULL. */
#define DEFINE_CLEANUP(name, type, destroy)                                                        \
    __attribute__((unused)) static inline void cleanup_##name(type *owned)                         \
    {                                                                                              \
        int saved = errno;                                                                         \
        destroy(*owned);                                                                           \
        errno = saved;                                                                             \
    }

static inline void cleanup_free(void *owned)
{
    int saved = errno;
    free(*(void **)owned);
    errno = saved;
}

static inline void cleanup_close(int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        close(*fd);
    errno = saved;
}

static inline void cleanup_fclose(FILE **file)
{
    int saved = errno;
    if (*file)
        fclose(*file);
    errno = saved;
}

#define _cleanup_free_ _cleanup_(cleanup_free)
#define _cleanup_close_ _cleanup_(cleanup_close)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)

/* Gives away what a local owned: returns it and leaves NULL behind. */
#define steal(pointer)                                                                             \
    __extension__({                                                                                \
        __typeof__(pointer) *from_ = &(pointer);                                                   \
        __typeof__(pointer) taken_ = *from_;                                                       \
        *from_ = NULL;                                                                             \
        taken_;                                                                                    \
    })

static inline int steal_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

#endif
