/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/log.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const levels[] = {"error", "warning", "info", "debug"};

/* The level that SORI_DEBUG asks for; the last entry that matches wins. */
static uint32_t wanted_level(const char *topic)
{
    const char *entry = getenv("SORI_DEBUG");
    uint32_t wanted = SORI_LOG_WARNING;

    while (entry && *entry) {
        size_t length = strcspn(entry, ","), name = strcspn(entry, ":,");
        bool ours =
            (name == 1 && *entry == '*') || (name == strlen(topic) && !strncmp(entry, topic, name));
        for (uint32_t i = 0; ours && name < length && i < 4; i++)
            if (length - name - 1 == strlen(levels[i]) &&
                !strncmp(entry + name + 1, levels[i], length - name - 1))
                wanted = i;
        entry += length + (entry[length] == ',');
    }
    return wanted;
}

void log_va(const char *topic, uint32_t level, const char *format, va_list arguments)
{
    char line[1024];

    if (level > SORI_LOG_DEBUG || level > wanted_level(topic))
        return;
    vsnprintf(line, sizeof line, format, arguments);
    fprintf(stderr, "sori: %s: %s: %s\n", topic, levels[level], line);
}
