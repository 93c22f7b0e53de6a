/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "tacotron/text.h"

/* The lengths of a token in steps: at 25 ms a step, ten seconds for one symbol. */
#define LONGEST_TOKEN 400.0

enum tacotron_class tacotron_class(uint32_t symbol)
{
    switch (symbol) {
    case ' ':
        return TACOTRON_SPACE;
    case '.':
    case '?':
    case '!':
        return TACOTRON_FINAL;
    case ',':
    case ';':
    case ':':
    case 0x2014: /* em dash */
    case 0x2026: /* ellipsis */
        return TACOTRON_CLAUSE;
    case '"':
    case '(':
    case ')':
    case 0x201c: /* quotation marks */
    case 0x201d:
        return TACOTRON_QUOTE;
    case 0x2c8: /* primary and secondary stress, length */
    case 0x2cc:
    case 0x2d0:
        return TACOTRON_STRESS;
    default:
        return TACOTRON_SOUND;
    }
}

size_t tacotron_piece_limit(void)
{
    return TACOTRON_MAX_TOKENS - 3; /* both ends and a full stop */
}

/* One past the last symbol of class `wanted` in first..n - 1, or 0. */
static size_t after_last(const struct tacotron_symbol *symbols, size_t first, size_t n,
                         enum tacotron_class wanted)
{
    while (n > first && tacotron_class(symbols[n - 1].symbol) != wanted)
        n--;
    return n > first ? n : 0;
}

static size_t find_cut(const struct tacotron_symbol *symbols, size_t n)
{
    static const enum tacotron_class places[] = {TACOTRON_FINAL, TACOTRON_CLAUSE, TACOTRON_SPACE};
    size_t limit = tacotron_piece_limit(), cut = 0;

    if (n <= limit)
        return n;
    /* Not in the first third: a few words alone sound clipped. */
    for (size_t i = 0; !cut && i < sizeof places / sizeof *places; i++)
        cut = after_last(symbols, limit / 3, limit, places[i]);
    return cut ? cut : limit;
}

static bool may_stand_at_end(enum tacotron_class class)
{
    return class != TACOTRON_SPACE && class != TACOTRON_CLAUSE && class != TACOTRON_STRESS;
}

static void put(struct tacotron_piece *piece, uint32_t token, size_t source)
{
    piece->tokens[piece->n] = token;
    piece->source[piece->n++] = source;
}

/* Is there a final mark at the end, be it before closing quotes? */
static bool has_final_mark(const struct tacotron_symbol *symbols, size_t first, size_t end)
{
    while (end > first && tacotron_class(symbols[end - 1].symbol) == TACOTRON_QUOTE)
        end--;
    return end > first && tacotron_class(symbols[end - 1].symbol) == TACOTRON_FINAL;
}

void tacotron_piece_cut(const struct tacotron_config *config, const struct tacotron_symbol *symbols,
                        size_t n, struct tacotron_piece *ret_piece)
{
    size_t taken = find_cut(symbols, n), first = 0, end = taken;

    ret_piece->n = 0;
    ret_piece->taken = taken;
    if (!after_last(symbols, 0, taken, TACOTRON_SOUND))
        return;
    while (tacotron_class(symbols[first].symbol) == TACOTRON_SPACE)
        first++;
    while (!may_stand_at_end(tacotron_class(symbols[end - 1].symbol)))
        end--;

    put(ret_piece, 0, SIZE_MAX);
    for (size_t i = first; i < end; i++)
        put(ret_piece, symbols[i].token, i);
    if (!has_final_mark(symbols, first, end))
        put(ret_piece, config->full_stop, SIZE_MAX);
    put(ret_piece, 0, SIZE_MAX);
}

static uint32_t predicted_steps(float log_steps)
{
    double steps = rint(exp((double)log_steps) - 1);
    return steps >= 1 && steps <= LONGEST_TOKEN ? (uint32_t)steps
           : steps > LONGEST_TOKEN              ? (uint32_t)LONGEST_TOKEN
                                                : 1;
}

void tacotron_piece_time(const struct tacotron_config *config, const float *log_steps,
                         struct tacotron_piece *piece)
{
    double owed = 0; /* steps that the tokens so far should have had beyond what they got */

    for (size_t i = 0; i < piece->n; i++) {
        double wanted = predicted_steps(log_steps[i]) / (double)piece->rates[i] + owed,
               given = rint(wanted);
        if (!i) {
            piece->steps[0] = config->lead_steps;
            continue;
        }
        given = given < 1 ? 1 : given;
        piece->steps[i] = (uint32_t)given;
        owed = wanted - given;
    }
}
