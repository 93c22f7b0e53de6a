/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h: from phoneme symbols to the tokens of one pass, and their lengths
 *
 * Symbols that the model does not know are dropped on arrival. A sentence that is longer than the
 * model was trained on is cut into pieces: at the last mark that ends a sentence, else at the last
 * mark that ends a clause, else at the last space, else where it is full. Every piece is wrapped in
 * token 0 and made to end in a mark that ends a sentence, since the model knows no other end.
 */
#ifndef TACOTRON_TEXT_H
#define TACOTRON_TEXT_H

#include "tacotron/config.h"

enum tacotron_class {
    TACOTRON_SOUND,  /* a sound of its own, or what colours one (stress, length) */
    TACOTRON_SPACE,  /* between words */
    TACOTRON_CLAUSE, /* a mark inside a sentence */
    TACOTRON_FINAL,  /* a mark that ends a sentence */
    TACOTRON_QUOTE,  /* quotes and brackets */
    TACOTRON_STRESS, /* stress and length marks */
};

enum tacotron_class tacotron_class(uint32_t symbol);

/* A known symbol on its way to the model. */
struct tacotron_symbol {
    uint32_t symbol, token;
    uint32_t text_start, text_end;
    uint64_t position; /* in the stream of symbols that came in */
};

/* The tokens of one pass. */
struct tacotron_piece {
    size_t n;     /* tokens, 0 when there is no sound to make */
    size_t taken; /* symbols used up */
    uint32_t tokens[TACOTRON_MAX_TOKENS];
    size_t source[TACOTRON_MAX_TOKENS];  /* symbol of each token; SIZE_MAX for added ones */
    uint32_t steps[TACOTRON_MAX_TOKENS]; /* length of each token, >= 1 */
    float rates[TACOTRON_MAX_TOKENS];    /* its speaking rate: divides the length */
};

/*
 * Takes the next piece from n symbols. `complete`: the sentence ends with them; otherwise there
 * must be more than tacotron_piece_limit() of them.
 */
void tacotron_piece_cut(const struct tacotron_config *config, const struct tacotron_symbol *symbols,
                        size_t n, struct tacotron_piece *ret_piece);

/* Symbols that always fit into one piece. */
size_t tacotron_piece_limit(void);

/*
 * Lengths in steps from the predicted logarithms of (1 + steps), divided by the rates. What
 * rounding adds or takes is carried to the next token, so that the sum is exact to a step as long
 * as tokens can shrink: none gets less than one step, and the first, silence, always `lead_steps`.
 */
void tacotron_piece_time(const struct tacotron_config *config, const float *log_steps,
                         struct tacotron_piece *piece);

#endif
