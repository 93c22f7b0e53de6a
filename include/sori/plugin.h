/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin.h: how a shared object becomes a plugin
 *
 * A plugin is an ELF shared object that exports exactly one symbol:
 *
 *     const struct sori_stage *sori_plugin_entry(uint32_t abi);
 *
 * The host calls it once, directly after dlopen, on any thread. `abi` is the host's
 * SORI_ABI_VERSION. The function returns a stage that lives as long as the object is open, or NULL
 * when it cannot serve that version. It does no other work: no allocation, no thread, no file.
 *
 * The host refuses a plugin (and says why) when the file is not an ELF shared object, is writable
 * by others or belongs to neither root nor the user, lacks the symbol, or when the stage has
 * another version, is shorter than version 1, or lacks a slot that may not be NULL.
 *
 * The version changes only when an old plugin could misbehave in a new host. Members are appended
 * without a new version; `size` tells which are there.
 */
#ifndef SORI_PLUGIN_H
#define SORI_PLUGIN_H

#include <sori/stage.h>

#define SORI_ABI_VERSION 1u

#define SORI_PLUGIN_ENTRY "sori_plugin_entry"

#define SORI_PLUGIN_EXPORT __attribute__((visibility("default")))

typedef const struct sori_stage *(*sori_plugin_entry_fn)(uint32_t abi);

/* The plugin's side; a host finds the symbol with dlsym and never links to it. */
SORI_PLUGIN_EXPORT const struct sori_stage *sori_plugin_entry(uint32_t abi);

#endif
