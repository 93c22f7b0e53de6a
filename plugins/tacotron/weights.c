/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "neural/tensor-name.h"
#include "tacotron/weights.h"

/* What all binding functions need; `error` is the first failure and stops the rest. */
struct binder {
    const struct gguf *gguf;
    const struct tacotron_config *config;
    struct gguf_error *ret_error;
    int error;
    char name[TENSOR_NAME_SIZE];
};

static void bind_linear(struct binder *binder, struct linear *linear, size_t rows, size_t cols,
                        const char *tensor)
{
    if (binder->error >= 0)
        binder->error = linear_bind(binder->gguf, tensor, rows, cols, LINEAR_BIAS | LINEAR_PACK,
                                    linear, binder->ret_error);
}

static void bind_norm(struct binder *binder, struct norm *norm, const char *tensor)
{
    if (binder->error >= 0)
        binder->error = layer_norm_bind(binder->gguf, tensor, binder->config->width,
                                        binder->config->epsilon, norm, binder->ret_error);
}

static void bind_conv(struct binder *binder, struct conv1d *conv, size_t in, size_t out,
                      size_t kernel, const char *tensor)
{
    if (binder->error >= 0)
        binder->error = conv1d_bind(binder->gguf, tensor, in, out, kernel,
                                    LINEAR_BIAS | LINEAR_PACK, conv, binder->ret_error);
}

static void bind_table(struct binder *binder, struct embedding *table, const char *name,
                       size_t count)
{
    if (binder->error >= 0)
        binder->error = embedding_bind(binder->gguf, name, count, binder->config->width, table,
                                       binder->ret_error);
}

static void bind_vector(struct binder *binder, const float **ret_vector, const char *name,
                        size_t count)
{
    struct tensor tensor;

    if (binder->error >= 0)
        binder->error = gguf_bind(binder->gguf, name, TENSOR_SET(TENSOR_F32), GGUF_SHAPE(count),
                                  &tensor, binder->ret_error);
    if (binder->error >= 0)
        *ret_vector = tensor.data;
}

static void bind_self(struct binder *binder, struct tacotron_self *self, const char *stack,
                      unsigned layer)
{
    size_t width = binder->config->width;

    bind_norm(binder, &self->norm, tensor_name(binder->name, "%s.%u.0.ln", stack, layer));
    bind_linear(binder, &self->qkv, 3 * width, width,
                tensor_name(binder->name, "%s.%u.0.qkv", stack, layer));
    bind_linear(binder, &self->out, width, width,
                tensor_name(binder->name, "%s.%u.0.o", stack, layer));
}

static void bind_feed_forward(struct binder *binder, struct tacotron_feed_forward *feed_forward,
                              const char *stack, unsigned layer, unsigned place)
{
    size_t width = binder->config->width, inner = binder->config->feed_forward;

    bind_norm(binder, &feed_forward->norm,
              tensor_name(binder->name, "%s.%u.%u.ln", stack, layer, place));
    bind_linear(binder, &feed_forward->up, inner, width,
                tensor_name(binder->name, "%s.%u.%u.w1", stack, layer, place));
    bind_linear(binder, &feed_forward->down, width, inner,
                tensor_name(binder->name, "%s.%u.%u.w2", stack, layer, place));
}

static void bind_cross(struct binder *binder, struct tacotron_cross *cross, unsigned layer)
{
    size_t width = binder->config->width;

    bind_norm(binder, &cross->norm, tensor_name(binder->name, "dec.%u.1.ln", layer));
    bind_linear(binder, &cross->q, width, width, tensor_name(binder->name, "dec.%u.1.q", layer));
    bind_linear(binder, &cross->kv, 2 * width, width,
                tensor_name(binder->name, "dec.%u.1.kv", layer));
    bind_linear(binder, &cross->out, width, width, tensor_name(binder->name, "dec.%u.1.o", layer));
}

static void bind_encoder(struct binder *binder, struct tacotron_weights *weights)
{
    size_t width = binder->config->width, kernel = binder->config->duration_kernel;

    bind_table(binder, &weights->symbols, "emb", binder->config->n_symbols);
    for (unsigned l = 0; l < binder->config->encoder_layers; l++) {
        bind_self(binder, &weights->encoder[l].self, "enc", l);
        bind_feed_forward(binder, &weights->encoder[l].feed_forward, "enc", l, 1);
    }
    bind_norm(binder, &weights->encoder_norm, "enc_ln");
    for (unsigned i = 0; i < 2; i++) {
        bind_conv(binder, &weights->duration[i], width, width, kernel,
                  tensor_name(binder->name, "d%u", i + 1));
        bind_norm(binder, &weights->duration_norm[i], tensor_name(binder->name, "dl%u", i + 1));
    }
    bind_linear(binder, &weights->duration_out, 1, width, "do");
}

static void bind_decoder(struct binder *binder, struct tacotron_weights *weights)
{
    const struct tacotron_config *config = binder->config;
    size_t frames = (size_t)config->frames_per_step * config->mels;

    bind_linear(binder, &weights->prenet[0], config->prenet, frames, "f1");
    bind_linear(binder, &weights->prenet[1], config->prenet, config->prenet, "f2");
    bind_linear(binder, &weights->from_prenet, config->width, config->prenet, "wp");
    bind_linear(binder, &weights->from_encoder, config->width, config->width, "we");
    bind_table(binder, &weights->position, "pos", config->position_limit);
    bind_table(binder, &weights->remaining, "rem", config->position_limit);
    for (unsigned l = 0; l < config->decoder_layers; l++) {
        bind_self(binder, &weights->decoder[l].self, "dec", l);
        bind_cross(binder, &weights->decoder[l].cross, l);
        bind_feed_forward(binder, &weights->decoder[l].feed_forward, "dec", l, 2);
    }
    bind_norm(binder, &weights->decoder_norm, "dec_ln");
    bind_linear(binder, &weights->out, frames, config->width, "out");
}

static void bind_postnet(struct binder *binder, struct tacotron_weights *weights)
{
    const struct tacotron_config *config = binder->config;

    for (unsigned i = 0; i < config->postnet_layers; i++)
        bind_conv(binder, &weights->postnet[i], i ? config->postnet : config->mels,
                  i + 1 < config->postnet_layers ? config->postnet : config->mels,
                  config->postnet_kernel, tensor_name(binder->name, "post.%u", i));
    bind_vector(binder, &weights->mean, "mel.mean", config->mels);
    bind_vector(binder, &weights->std, "mel.std", config->mels);
}

int tacotron_weights_bind(const struct gguf *gguf, const struct tacotron_config *config,
                          struct tacotron_weights *ret_weights, struct gguf_error *ret_error)
{
    struct tacotron_weights weights = {0};
    struct binder binder = {.gguf = gguf, .config = config, .ret_error = ret_error};

    bind_encoder(&binder, &weights);
    bind_decoder(&binder, &weights);
    bind_postnet(&binder, &weights);
    if (binder.error < 0) {
        tacotron_weights_free(&weights);
        return binder.error;
    }
    *ret_weights = weights;
    return 0;
}

static void free_self(struct tacotron_self *self)
{
    linear_free(&self->qkv);
    linear_free(&self->out);
}

static void free_feed_forward(struct tacotron_feed_forward *feed_forward)
{
    linear_free(&feed_forward->up);
    linear_free(&feed_forward->down);
}

static void free_cross(struct tacotron_cross *cross)
{
    linear_free(&cross->q);
    linear_free(&cross->kv);
    linear_free(&cross->out);
}

void tacotron_weights_free(struct tacotron_weights *weights)
{
    for (unsigned l = 0; l < TACOTRON_MAX_LAYERS; l++) {
        free_self(&weights->encoder[l].self);
        free_feed_forward(&weights->encoder[l].feed_forward);
        free_self(&weights->decoder[l].self);
        free_cross(&weights->decoder[l].cross);
        free_feed_forward(&weights->decoder[l].feed_forward);
    }
    for (unsigned i = 0; i < 2; i++) {
        conv1d_free(&weights->duration[i]);
        linear_free(&weights->prenet[i]);
    }
    for (unsigned i = 0; i < TACOTRON_MAX_CONVOLUTIONS; i++)
        conv1d_free(&weights->postnet[i]);
    linear_free(&weights->duration_out);
    linear_free(&weights->from_prenet);
    linear_free(&weights->from_encoder);
    linear_free(&weights->out);
}
