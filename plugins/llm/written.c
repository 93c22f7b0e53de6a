/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/written.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/checked.h"

static const char replacement[] = "\xef\xbf\xbd";

void written_clear(struct written *written)
{
    free(written->bytes);
    *written = (struct written){0};
}

void written_reset(struct written *written)
{
    written->size = written->whole = written->taken = 0;
    written->stopped = written->ended = false;
}

int written_stop_at(struct written *written, const char *text, size_t size)
{
    if (!size || size > WRITTEN_MAX_STOP_SIZE || written->n_stops == WRITTEN_MAX_STOPS)
        return -EINVAL;
    memcpy(written->stops[written->n_stops].text, text, size);
    written->stops[written->n_stops++].size = size;
    return 0;
}

/* Drops what was given out, so that memory does not grow with the answer. */
static void compact(struct written *written)
{
    if (!written->taken)
        return;
    written->size -= written->taken;
    written->whole -= written->taken;
    memmove(written->bytes, written->bytes + written->taken, written->size);
    written->taken = 0;
}

/* Whether more bytes could make a character of these. */
static bool may_become_character(const unsigned char *bytes, size_t size)
{
    unsigned char lead = bytes[0];
    size_t whole = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;

    if (size >= whole)
        return false;
    if (size > 1 && ((lead == 0xe0 && bytes[1] < 0xa0) || (lead == 0xed && bytes[1] > 0x9f) ||
                     (lead == 0xf0 && bytes[1] < 0x90) || (lead == 0xf4 && bytes[1] > 0x8f)))
        return false;
    for (size_t i = 1; i < size; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
    return true;
}

/* Moves `whole` over the characters that are complete and replaces bytes that are none. */
static void find_whole(struct written *written)
{
    while (written->whole < written->size) {
        char *at = written->bytes + written->whole;
        size_t rest = written->size - written->whole;
        utf8proc_int32_t code;
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)at, (utf8proc_ssize_t)rest, &code);
        if (n > 0) {
            written->whole += (size_t)n;
            continue;
        }
        if (!written->ended && may_become_character((const unsigned char *)at, rest))
            break;
        memmove(at + 3, at + 1, rest - 1);
        memcpy(at, replacement, 3);
        written->size += 2;
        written->whole += 3;
    }
}

/* Where the first stop string begins; `whole` if there is none. */
static size_t find_stop(const struct written *written)
{
    size_t first = written->whole;

    for (size_t i = 0; i < written->n_stops; i++) {
        const char *from = written->bytes + written->taken;
        const char *at = memmem(from, written->whole - written->taken, written->stops[i].text,
                                written->stops[i].size);
        if (at && (size_t)(at - written->bytes) < first)
            first = (size_t)(at - written->bytes);
    }
    return first;
}

/* Bytes at the end that are the start of a stop string. */
static size_t held_for_stops(const struct written *written)
{
    size_t held = 0, available = written->whole - written->taken;

    for (size_t i = 0; i < written->n_stops; i++)
        for (size_t n = written->stops[i].size - 1; n > held; n--)
            if (n <= available &&
                !memcmp(written->bytes + written->whole - n, written->stops[i].text, n))
                held = n;
    return held;
}

int written_add(struct written *written, const void *piece, size_t size, bool end)
{
    size_t stop;
    int r;

    if (written->stopped)
        return 0;
    compact(written);
    /* each byte may become a replacement character, those that may still do included */
    r = array_reserve((void **)&written->bytes, &written->capacity, written->size,
                      3 * (written->size - written->whole + size), 1);
    if (r < 0)
        return r;
    if (size)
        memcpy(written->bytes + written->size, piece, size);
    written->size += size;
    written->ended |= end;
    find_whole(written);
    stop = find_stop(written);
    if (stop < written->whole) {
        written->stopped = true;
        written->size = written->whole = stop;
    }
    return 0;
}

void written_take(struct written *written, const char **ret_text, size_t *ret_size)
{
    size_t end = written->whole;

    if (!written->stopped && !written->ended)
        end -= held_for_stops(written);
    *ret_text = written->bytes ? written->bytes + written->taken : "";
    *ret_size = end - written->taken;
    written->taken = end;
}
