/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"

enum { DEFAULT_CONTEXT = 2048 };

DEFINE_CLEANUP(model, struct llm_model *, llm_model_free)

/* -ENOENT and -ERANGE say of a file what -EBADMSG says in general. */
static int refuse(const struct llm_model *model, int error, const struct gguf_error *reason)
{
    return model->host->error(model->host, error == -ENOENT || error == -ERANGE ? -EBADMSG : error,
                              "%s: %s", model->settings.model, reason->message);
}

/* By name, where the settings have one, else by what the file says. */
static int find_template(struct llm_model *model)
{
    const char *name = model->settings.template_name;
    struct gguf_error error = {0};
    char names[CHAT_NAMES];
    int r;

    if (model->settings.raw || model->settings.task != LLM_GENERATE)
        return 0; /* nobody speaks */
    if (name) {
        model->chat = chat_template_by_name(name);
        return model->chat ? 0
                           : model->host->error(model->host, -EINVAL,
                                                "there is no chat template '%s' (known: %s)", name,
                                                chat_template_names(names));
    }
    r = chat_template_find(model->gguf, &model->chat, &error);
    if (r >= 0)
        return 0;
    return model->host->error(model->host, r == -ENOENT ? -ENOTSUP : r,
                              "%s: %s; choose one by --template or template= (known: %s), or "
                              "complete plain text by --raw or prompt=raw",
                              model->settings.model,
                              r == -ENOENT ? "there is no chat template in it" : error.message,
                              chat_template_names(names));
}

static int set_context(struct llm_model *model)
{
    uint32_t wanted = model->settings.context, most = model->config.context;

    if (wanted > most)
        return model->host->error(model->host, -EINVAL,
                                  "context=%u is more than the %u positions of the model", wanted,
                                  most);
    model->context = wanted ? wanted : most < DEFAULT_CONTEXT ? most : DEFAULT_CONTEXT;
    return 0;
}

static int read_weights(struct llm_model *model)
{
    struct gguf_error error = {0};
    int r = llm_config_read(model->gguf, &model->config, &error);

    if (r >= 0)
        r = llm_weights_bind(model->gguf, &model->config, &model->weights, &error);
    if (r < 0)
        return refuse(model, r, &error);
    if (tokenizer_size(model->tokenizer) != model->config.vocabulary)
        return model->host->error(
            model->host, -EBADMSG, "%s: %zu tokens have names, but %u have weights",
            model->settings.model, tokenizer_size(model->tokenizer), model->config.vocabulary);
    model->parameters = gguf_parameters(model->gguf);
    r = set_context(model);
    return r < 0 ? r : find_template(model);
}

static int read_file(struct llm_model *model)
{
    struct gguf_error error = {0};
    struct sori_span file;
    int r = model->host->map(model->host, model->settings.model, &file);

    if (r < 0)
        return r;
    r = gguf_open(file, &model->gguf, &error);
    if (r >= 0)
        r = tokenizer_open(model->gguf, &model->tokenizer, &error);
    if (r < 0)
        return refuse(model, r, &error);
    return model->settings.task == LLM_TOKENS ? 0 : read_weights(model);
}

static void set_generate(struct llm_model *model)
{
    const struct llm_settings *settings = &model->settings;
    struct generate_settings *generate = &model->generate;

    *generate = (struct generate_settings){
        .sampler = settings->sampler,
        .max_tokens = settings->max_tokens,
        .ignore_end = settings->ignore_end,
        .raw = settings->raw,
        .system = settings->system && *settings->system ? settings->system : NULL,
        .n_stops = settings->n_stops,
    };
    for (size_t i = 0; i < settings->n_stops; i++)
        generate->stops[i] = settings->stops[i];
}

int llm_model_new(const struct sori_host *host, const struct sori_setting *settings,
                  size_t n_settings, struct llm_model **ret_model)
{
    _cleanup_(cleanup_model) struct llm_model *model = calloc(1, sizeof *model);
    int r;

    if (!model)
        return host->error(host, -ENOMEM, "out of memory");
    model->host = host;
    pthread_mutex_init(&model->lock, NULL);
    r = llm_settings_read(host, settings, n_settings, &model->settings);
    if (r >= 0)
        r = read_file(model);
    if (r < 0)
        return r;
    set_generate(model);
    *ret_model = steal(model);
    return 0;
}

struct llm_model *llm_model_free(struct llm_model *model)
{
    if (!model)
        return NULL;
    llm_context_free(model->spare);
    llm_weights_free(&model->weights);
    tokenizer_free(model->tokenizer);
    gguf_free(model->gguf);
    llm_settings_free(&model->settings);
    pthread_mutex_destroy(&model->lock);
    free(model);
    return NULL;
}

int llm_model_lend(struct llm_model *model, struct llm_context **ret_context)
{
    uint32_t threads = model->settings.threads ? model->settings.threads : model->host->threads;
    struct llm_context *spare;

    pthread_mutex_lock(&model->lock);
    spare = steal(model->spare);
    pthread_mutex_unlock(&model->lock);
    if (spare) {
        *ret_context = spare;
        return 0;
    }
    return llm_context_new(&model->config, &model->weights, kernels_select(model->host->cpu),
                           threads < THREADS_MAX ? threads : THREADS_MAX, model->context,
                           ret_context);
}

void llm_model_take_back(struct llm_model *model, struct llm_context *context)
{
    struct llm_context *old;

    if (!context)
        return;
    pthread_mutex_lock(&model->lock);
    old = model->spare;
    model->spare = context;
    pthread_mutex_unlock(&model->lock);
    llm_context_free(old);
}
