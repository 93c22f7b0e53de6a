/* SPDX-License-Identifier: Apache-2.0 */
#include "client/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "worker/error.h"

static void complain(void *opaque, const char *message)
{
    fprintf(stderr, "sori: %s\n", message);
}

int settings_read(struct config **ret_config)
{
    _cleanup_free_ char *path = config_default_path();
    struct config *config;
    int r = config_new(&config);

    if (r < 0)
        return fail(r, "out of memory");
    r = path ? config_read(config, path, complain, NULL) : 0;
    if (r < 0 && r != -ENOENT)
        fprintf(stderr, "sori: %s: %s\n", path, strerror(-r));
    *ret_config = config;
    return 0;
}
