/* SPDX-License-Identifier: Apache-2.0 */
#include "client/speechd/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

int command_reader_init(struct command_reader *reader)
{
    *reader = (struct command_reader){
        .line = malloc(SPEECHD_BLOCK_MAX + 1),
        .block = malloc(SPEECHD_BLOCK_MAX + 1),
    };
    return reader->line && reader->block ? 0 : -ENOMEM;
}

void command_reader_clear(struct command_reader *reader)
{
    free(reader->line);
    free(reader->first);
    free(reader->block);
    *reader = (struct command_reader){0};
}

static void append_to_block(struct command_reader *reader, const char *line, size_t size)
{
    if (reader->block_size + size + 1 > SPEECHD_BLOCK_MAX) {
        reader->too_long = true;
        return;
    }
    memcpy(reader->block + reader->block_size, line, size);
    reader->block_size += size;
    reader->block[reader->block_size++] = '\n';
}

static void end_block(struct command_reader *reader, const struct command_handler *handler)
{
    char *first = reader->first;

    reader->first = NULL;
    reader->block[reader->block_size] = '\0';
    handler->block(handler->opaque, first, reader->block, reader->block_size, reader->too_long);
    free(first);
}

static int begin_block(struct command_reader *reader)
{
    reader->first = strdup(reader->line);
    reader->block_size = 0;
    reader->too_long = false;
    return reader->first ? 0 : -ENOMEM;
}

static int take_line(struct command_reader *reader, const struct command_handler *handler)
{
    char *line = reader->line;
    size_t size = reader->line_size;

    line[size] = '\0';
    reader->line_size = 0;
    if (!reader->first)
        return handler->command(handler->opaque, line) ? begin_block(reader) : 0;
    if (size == 1 && line[0] == '.') {
        end_block(reader, handler);
        return 0;
    }
    reader->too_long = reader->too_long || reader->line_cut;
    reader->line_cut = false;
    if (line[0] == '.')
        append_to_block(reader, line + 1, size - 1);
    else
        append_to_block(reader, line, size);
    return 0;
}

int command_reader_take(struct command_reader *reader, const char *bytes, size_t n,
                        const struct command_handler *handler)
{
    for (size_t i = 0; i < n; i++) {
        int r;
        if (bytes[i] != '\n') {
            if (reader->line_size < SPEECHD_BLOCK_MAX)
                reader->line[reader->line_size++] = bytes[i];
            else
                reader->line_cut = true;
            continue;
        }
        r = take_line(reader, handler);
        if (r < 0)
            return r;
    }
    return 0;
}
