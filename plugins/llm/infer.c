/* SPDX-License-Identifier: Apache-2.0 */
/*
 * infer.c: the forward pass
 *
 * A decoder-only Transformer (Radford et al., 2018; Touvron et al., 2023): tokens become columns x,
 * every layer adds what its attention and then its feed-forward part make of the normed columns,
 * and the normed end is compared with all tokens:
 *
 *     x = E[token]
 *     x += W_o attention(norm(x))
 *     x += W_down (act(W_gate norm(x)) * W_up norm(x))       (no gate: W_down act(W_up norm(x)))
 *     logits = W_out norm(x)
 *
 * Products with quantised weights quantise the columns as well. All but those of the gate, W_up and
 * the logits do it finely (LINEAR_FINE): what they lose otherwise moves the logits of a small model
 * by up to one, against a fifth of that.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "llm/state.h"

/* Keys that one pass over the softmax takes: their scores for four queries fill 8 KiB of stack. */
enum { KEY_TILE = 512, QUERY_TILE = 4 };

/* --- rotary positions ---------------------------------------------------------------------------
 *
 * Su et al., 2021: the pair i of a key or query at position p turns by p base^(-2 i / size).
 */

static void fill_turns(const struct llm_state *state, size_t n, float base, float scale,
                       const float *factors, float *ret_turns)
{
    size_t pairs = state->config->rope_size / 2;

    for (size_t i = 0; i < pairs; i++) {
        double frequency = pow((double)base, -(double)i / (double)pairs) * (double)scale;
        if (factors)
            frequency /= (double)factors[i];
        for (size_t t = 0; t < n; t++) {
            double angle = (double)(state->count + t) * frequency;
            float *turn = ret_turns + (t * pairs + i) * 2;
            turn[0] = (float)cos(angle);
            turn[1] = (float)sin(angle);
        }
    }
}

static void prepare_turns(struct llm_state *state, size_t n)
{
    const struct llm_config *config = state->config;

    if (!config->rope_size)
        return;
    fill_turns(state, n, config->rope_base, config->rope_scale, state->weights->rope_factors,
               state->turns[0]);
    if (config->window)
        fill_turns(state, n, config->rope_base_local, 1, NULL, state->turns[1]);
}

/* Turns `heads` heads of one column. */
static void rotate(const struct llm_config *config, const float *turns, size_t heads, float *x)
{
    size_t pairs = config->rope_size / 2, step = config->rope_halves ? 1 : 2,
           other = config->rope_halves ? pairs : 1;

    for (size_t h = 0; h < heads; h++, x += config->head_size)
        for (size_t i = 0; i < pairs; i++) {
            float *a = x + i * step, *b = a + other, c = turns[2 * i], s = turns[2 * i + 1];
            float turned = *a * c - *b * s;
            *b = *a * s + *b * c;
            *a = turned;
        }
}

/* --- attention ----------------------------------------------------------------------------------
 */

/* The cache of one layer and head of keys: [context][head_size]. */
static size_t cache_offset(const struct llm_state *state, uint32_t layer, size_t kv_head)
{
    const struct llm_config *config = state->config;
    return ((size_t)layer * config->kv_heads + kv_head) * state->context * config->head_size;
}

struct attention_task {
    struct llm_state *state;
    uint32_t layer;
};

/*
 * softmax(q . k scale) v for queries that share the keys first..end - 1, tile by tile: what is
 * there shrinks whenever a larger score turns up (Milakov and Gimelshein, 2018). Tiles lie at the
 * same places for every query, so that the rounding does too.
 */
static void attend(const struct llm_state *state, size_t offset, const float *q, size_t queries,
                   size_t first, size_t end, float *ret_y)
{
    const struct llm_config *config = state->config;
    const struct kernels *kernels = state->compute.kernels;
    size_t size = config->head_size;
    float scores[QUERY_TILE][KEY_TILE], max[QUERY_TILE], sum[QUERY_TILE] = {0};

    for (size_t m = 0; m < queries; m++)
        max[m] = -INFINITY;
    memset(ret_y, 0, queries * size * sizeof *ret_y);
    for (size_t at = first, next; at < end; at = next) {
        next = (at / KEY_TILE + 1) * KEY_TILE;
        next = next < end ? next : end;
        kernels->scores_f16(q, size, queries, state->keys + offset + at * size, next - at, size,
                            scores[0], KEY_TILE);
        for (size_t m = 0; m < queries; m++) {
            float before = max[m], part, shrink;
            part = kernels->exp_online(scores[m], next - at, config->attention_scale, &max[m]);
            shrink = at == first ? 0 : expf(before - max[m]);
            sum[m] = sum[m] * shrink + part;
            if (shrink != 1)
                for (size_t j = 0; j < size; j++)
                    ret_y[m * size + j] *= shrink;
        }
        kernels->mix_f16(scores[0], KEY_TILE, queries, state->values + offset + at * size,
                         next - at, size, ret_y, size);
    }
    for (size_t m = 0; m < queries; m++)
        for (size_t j = 0; j < size; j++)
            ret_y[m * size + j] /= sum[m];
}

/* Items are pairs of a column and a head of keys. */
static void attend_items(void *data, size_t first, size_t end)
{
    const struct attention_task *task = data;
    const struct llm_state *state = task->state;
    const struct llm_config *config = state->config;
    size_t q_width = llm_q_width(config), stride = q_width + 2 * llm_kv_width(config);
    size_t group = config->heads / config->kv_heads, size = config->head_size;

    for (size_t item = first; item < end; item++) {
        size_t column = item / config->kv_heads, kv_head = item % config->kv_heads;
        size_t keys = state->count + column + 1, from = 0;
        if (llm_is_local(config, task->layer) && keys > config->window)
            from = keys - config->window;
        for (size_t m = 0; m < group; m += QUERY_TILE) {
            size_t head = kv_head * group + m, queries = group - m;
            attend(state, cache_offset(state, task->layer, kv_head),
                   state->q + column * stride + head * size,
                   queries < QUERY_TILE ? queries : QUERY_TILE, from, keys,
                   state->attended + column * q_width + head * size);
        }
    }
}

/* q, k and v of one column: normed, turned; keys and values go to the cache. */
static void prepare_column(struct llm_state *state, uint32_t layer, size_t column)
{
    const struct llm_config *config = state->config;
    const struct llm_layer *w = &state->weights->layers[layer];
    size_t size = config->head_size, kv = llm_kv_width(config), pairs = config->rope_size;
    size_t at = column * (llm_q_width(config) + 2 * kv);
    float *q = state->q + at, *k = state->k + at, *v = state->v + at;
    const float *turns = state->turns[llm_is_local(config, layer)] + column * pairs;

    if (w->q_norm.weight) {
        norm_forward(&w->q_norm, &state->compute, q, config->heads, q);
        norm_forward(&w->k_norm, &state->compute, k, config->kv_heads, k);
    }
    if (config->rope_size) {
        rotate(config, turns, config->heads, q);
        rotate(config, turns, config->kv_heads, k);
    }
    for (size_t h = 0; h < config->kv_heads; h++) {
        size_t to = cache_offset(state, layer, h) + (state->count + column) * size;
        state->compute.kernels->to_half(k + h * size, size, state->keys + to);
        state->compute.kernels->to_half(v + h * size, size, state->values + to);
    }
}

static void project_qkv(struct llm_state *state, const struct llm_layer *w, size_t n)
{
    size_t width = state->config->width;
    size_t stride = llm_q_width(state->config) + 2 * llm_kv_width(state->config);
    const struct linear *all[] = {&w->q, &w->k, &w->v};
    float *to[] = {state->q, state->k, state->v};

    if (w->qkv.weight.rows)
        linear_forward(&w->qkv, &state->compute, state->h, width, n, state->q, stride, LINEAR_FINE);
    else
        linear_forward_many(all, 3, &state->compute, state->h, width, n, to, stride, LINEAR_FINE);
}

/* Adds h, after a norm if there is one, to the residual stream. */
static void add_to_stream(struct llm_state *state, const struct norm *norm, size_t n)
{
    size_t width = state->config->width;

    if (norm->weight)
        norm_forward(norm, &state->compute, state->h, n, state->h);
    state->compute.kernels->add(state->x, state->h, n * width, state->x);
}

static void attention_part(struct llm_state *state, uint32_t layer, size_t n)
{
    const struct llm_config *config = state->config;
    const struct llm_layer *w = &state->weights->layers[layer];
    struct attention_task task = {.state = state, .layer = layer};

    norm_forward(&w->attention_norm, &state->compute, state->x, n, state->h);
    project_qkv(state, w, n);
    for (size_t i = 0; i < n; i++)
        prepare_column(state, layer, i);
    threads_run(state->compute.threads, n * config->kv_heads, 1, attend_items, &task);
    linear_forward(&w->out, &state->compute, state->attended, llm_q_width(config), n, state->h,
                   config->width, LINEAR_FINE);
    add_to_stream(state, &w->attention_post_norm, n);
}

/* --- feed-forward -------------------------------------------------------------------------------
 */

static void feed_forward_part(struct llm_state *state, uint32_t layer, size_t n)
{
    const struct llm_config *config = state->config;
    const struct llm_layer *w = &state->weights->layers[layer];
    const struct kernels *kernels = state->compute.kernels;
    size_t inner = config->feed_forward, width = config->width;
    bool gelu = config->architecture == LLM_GEMMA3 || config->architecture == LLM_GPT2;
    const struct linear *both[] = {&w->up, &w->gate};
    float *to[] = {state->up, state->gate}, *gate = w->gate.weight.rows ? state->gate : state->up;

    norm_forward(&w->feed_forward_norm, &state->compute, state->x, n, state->h);
    linear_forward_many(both, gate == state->up ? 1 : 2, &state->compute, state->h, width, n, to,
                        inner, 0);
    if (gelu)
        kernels->gelu(gate, n * inner, gate);
    else
        kernels->silu(gate, n * inner, gate);
    if (gate != state->up)
        kernels->mul(gate, state->up, n * inner, state->up);
    linear_forward(&w->down, &state->compute, state->up, inner, n, state->h, width, LINEAR_FINE);
    add_to_stream(state, &w->feed_forward_post_norm, n);
}

/* --- ends ---------------------------------------------------------------------------------------
 */

static void embed(struct llm_state *state, const uint32_t *ids, size_t n)
{
    const struct llm_config *config = state->config;
    size_t width = config->width;

    for (size_t i = 0; i < n; i++) {
        float *x = state->x + i * width;
        embedding_row(&state->weights->tokens, ids[i], x);
        if (config->embedding_scale != 1)
            for (size_t j = 0; j < width; j++)
                x[j] *= config->embedding_scale;
        if (state->weights->positions.table.data) {
            embedding_row(&state->weights->positions, state->count + i, state->h);
            state->compute.kernels->add(x, state->h, width, x);
        }
    }
}

int llm_decode(struct llm_state *state, const uint32_t *ids, size_t n, const atomic_bool *cancelled)
{
    embed(state, ids, n);
    prepare_turns(state, n);
    for (uint32_t layer = 0; layer < state->config->layers; layer++) {
        if (cancelled && atomic_load(cancelled))
            return -ECANCELED;
        attention_part(state, layer, n);
        feed_forward_part(state, layer, n);
    }
    state->count += n;
    return 0;
}

const float *llm_logits(struct llm_state *state, size_t i)
{
    const struct llm_config *config = state->config;

    norm_forward(&state->weights->norm, &state->compute, state->x + i * config->width, 1, state->h);
    linear_step(&state->weights->output, &state->compute, state->h, state->logits, 0);
    if (config->logit_cap > 0)
        for (size_t t = 0; t < config->vocabulary; t++)
            state->logits[t] = config->logit_cap * tanhf(state->logits[t] / config->logit_cap);
    return state->logits;
}
