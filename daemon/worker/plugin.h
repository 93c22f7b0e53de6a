/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin.h: finding, checking and opening plugins
 *
 * A plugin is code that runs with all our rights: it is opened only when it belongs to root or to
 * the user and nobody else may write it. Everything that include/sori/plugin.h promises of it is
 * checked before the first call.
 */
#ifndef WORKER_PLUGIN_H
#define WORKER_PLUGIN_H

#include <stddef.h>

#include <sori/plugin.h>

struct plugin {
    void *handle;
    char *path;
    const struct sori_stage *stage;
};

/*
 * Opens `name` ([a-z0-9_-]+, looked up in each folder of SORI_PLUGIN_PATH, then in the installed
 * folder) or, if it contains a slash, the file of that path. -ENOENT, -EPERM (owner or mode),
 * -ENOEXEC (no ELF file, no entry), -ENOTSUP (another version, a short or incomplete stage),
 * -EINVAL (a bad name), -ENOMEM; see fail_message().
 */
int plugin_open(const char *name, struct plugin **ret_plugin);

/* Closes the object. NULL is fine. Returns NULL. */
struct plugin *plugin_close(struct plugin *plugin);

/* "vocoder", ... Never NULL. */
const char *stage_kind_name(unsigned kind);

#endif
