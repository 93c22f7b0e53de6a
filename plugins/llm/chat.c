/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/chat.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What stands around the texts of a conversation. */
struct chat_template {
    const char *name;
    const char *system_head, *system_tail;
    const char *user_head, *user_tail;
    const char *answer_head, *answer_tail;
    const char *open;           /* for the model to go on with; NULL: answer_head */
    const char *default_system; /* where the conversation has no system message; or NULL */
    const char *stop;           /* text that ends an answer, where no token does; or NULL */
    bool in_user;               /* the system's text stands at the start of the first user turn */
    bool trim;                  /* texts lose the white space around them */
    bool alternate;             /* user and assistant take turns */
};

#define CHATML(name_, default_, open_)                                                             \
    {                                                                                              \
        .name = name_, .system_head = "<|im_start|>system\n", .system_tail = "<|im_end|>\n",       \
        .user_head = "<|im_start|>user\n", .user_tail = "<|im_end|>\n",                            \
        .answer_head = "<|im_start|>assistant\n", .answer_tail = "<|im_end|>\n", .open = open_,    \
        .default_system = default_                                                                 \
    }

/* The default lines are those of the models' own templates, word for word. */
static const struct chat_template templates[] = {
    CHATML("chatml", NULL, NULL),
    CHATML("smollm2", "You are a helpful AI assistant named SmolLM, trained by Hugging Face", NULL),
    CHATML("qwen2", "You are a helpful assistant.", NULL),
    CHATML("qwen2.5", "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.", NULL),
    /* An empty thought: what such models think is not meant to be spoken. */
    CHATML("qwen3", NULL, "<|im_start|>assistant\n<think>\n\n</think>\n\n"),
    {
        .name = "llama3",
        .system_head = "<|start_header_id|>system<|end_header_id|>\n\n",
        .system_tail = "<|eot_id|>",
        .user_head = "<|start_header_id|>user<|end_header_id|>\n\n",
        .user_tail = "<|eot_id|>",
        .answer_head = "<|start_header_id|>assistant<|end_header_id|>\n\n",
        .answer_tail = "<|eot_id|>",
        .trim = true,
    },
    {
        .name = "llama2",
        .system_head = "<<SYS>>\n",
        .system_tail = "\n<</SYS>>\n\n",
        .user_head = "[INST] ",
        .user_tail = " [/INST]",
        .answer_head = " ",
        .answer_tail = " </s><s>",
        .open = "",
        .in_user = true,
        .trim = true,
        .alternate = true,
    },
    {
        .name = "mistral-v1",
        .system_head = "",
        .system_tail = "\n\n",
        .user_head = "[INST] ",
        .user_tail = " [/INST]",
        .answer_head = "",
        .answer_tail = "</s>",
        .in_user = true,
        .alternate = true,
    },
    {
        .name = "mistral-v3",
        .system_head = "",
        .system_tail = "\n\n",
        .user_head = "[INST] ",
        .user_tail = "[/INST]",
        .answer_head = " ",
        .answer_tail = "</s>",
        .open = "",
        .in_user = true,
        .alternate = true,
    },
    {
        .name = "mistral-v7",
        .system_head = "[SYSTEM_PROMPT] ",
        .system_tail = "[/SYSTEM_PROMPT]",
        .user_head = "[INST] ",
        .user_tail = "[/INST]",
        .answer_head = " ",
        .answer_tail = "</s>",
        .open = "",
    },
    {
        .name = "gemma",
        .system_head = "",
        .system_tail = "\n\n",
        .user_head = "<start_of_turn>user\n",
        .user_tail = "<end_of_turn>\n",
        .answer_head = "<start_of_turn>model\n",
        .answer_tail = "<end_of_turn>\n",
        .in_user = true,
        .trim = true,
        .alternate = true,
    },
    {
        .name = "zephyr", /* and TinyLlama */
        .system_head = "<|system|>\n",
        .system_tail = "</s>\n",
        .user_head = "<|user|>\n",
        .user_tail = "</s>\n",
        .answer_head = "<|assistant|>\n",
        .answer_tail = "</s>\n",
    },
    {
        .name = "phi3",
        .system_head = "<|system|>\n",
        .system_tail = "<|end|>\n",
        .user_head = "<|user|>\n",
        .user_tail = "<|end|>\n",
        .answer_head = "<|assistant|>\n",
        .answer_tail = "<|end|>\n",
    },
    {
        .name = "phi4",
        .system_head = "<|im_start|>system<|im_sep|>",
        .system_tail = "<|im_end|>",
        .user_head = "<|im_start|>user<|im_sep|>",
        .user_tail = "<|im_end|>",
        .answer_head = "<|im_start|>assistant<|im_sep|>",
        .answer_tail = "<|im_end|>",
    },
    {
        .name = "plain", /* for models without a template: words that any of them has read */
        .system_head = "",
        .system_tail = "\n\n",
        .user_head = "User: ",
        .user_tail = "\n",
        .answer_head = "Assistant: ",
        .answer_tail = "\n",
        .open = "Assistant:",
        .stop = "\nUser:",
        .trim = true,
    },
};

/*
 * How a template gives itself away: the first row counts whose two texts it has and whose third it
 * lacks.
 */
static const struct {
    const char *has, *has_too, *lacks, *name;
} marks[] = {
    {"<|im_start|>", "<|im_sep|>", NULL, "phi4"},
    {"<|im_start|>", "<end_of_utterance>", NULL, NULL}, /* looks like ChatML, and is not */
    {"<|im_start|>", "enable_thinking", NULL, "qwen3"},
    {"<|im_start|>", "You are a helpful AI assistant named SmolLM, trained by Hugging Face", NULL,
     "smollm2"},
    {"<|im_start|>", "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.", NULL,
     "qwen2.5"},
    {"<|im_start|>", "system\\nYou are a helpful assistant.<|im_end|>", NULL, "qwen2"},
    {"<|im_start|>", "system\nYou are a helpful assistant.<|im_end|>", NULL, "qwen2"},
    {"<|im_start|>", "", NULL, "chatml"},
    {"[INST]", "[SYSTEM_PROMPT]", NULL, "mistral-v7"},
    {"[INST]", "<<SYS>>", NULL, "llama2"},
    {"[INST]", " [/INST]", NULL, "mistral-v1"},
    {"[INST]", "", NULL, "mistral-v3"},
    {"<|start_header_id|>", "<|end_header_id|>", NULL, "llama3"},
    {"<start_of_turn>", "<end_of_turn>", NULL, "gemma"},
    {"<|assistant|>", "<|end|>", NULL, "phi3"},
    {"<|assistant|>", "<|user|>", "<|endoftext|>", "zephyr"},
};

static bool holds(struct sori_span text, const char *part)
{
    return memmem(text.data, text.size, part, strlen(part)) != NULL;
}

const struct chat_template *chat_template_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
        if (!strcmp(templates[i].name, name))
            return &templates[i];
    return NULL;
}

const char *chat_template_name(const struct chat_template *chat)
{
    return chat->name;
}

const char *chat_template_names(char ret_names[CHAT_NAMES])
{
    size_t n = 0;

    for (size_t i = 0; i < sizeof templates / sizeof *templates && n < CHAT_NAMES; i++)
        n += (size_t)snprintf(ret_names + n, CHAT_NAMES - n, "%s%s", i ? ", " : "",
                              templates[i].name);
    return ret_names;
}

const char *chat_template_stop(const struct chat_template *chat)
{
    return chat->stop;
}

static const char *recognise(struct sori_span text)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (holds(text, marks[i].has) && holds(text, marks[i].has_too) &&
            !(marks[i].lacks && holds(text, marks[i].lacks)))
            return marks[i].name;
    return NULL;
}

int chat_template_find(const struct gguf *gguf, const struct chat_template **ret_template,
                       struct gguf_error *ret_error)
{
    struct sori_span text;
    const char *name;
    int r = gguf_get_string(gguf, "tokenizer.chat_template", &text, ret_error);

    if (r < 0)
        return r;
    name = recognise(text);
    if (name) {
        *ret_template = chat_template_by_name(name);
        return 0;
    }
    return gguf_refuse(ret_error, -ENOTSUP, "the chat template is of no known family");
}

/* --- rendering -------------------------------------------------------------------------------- */

struct rendering {
    const struct chat_template *chat;
    struct text_part *parts;
    size_t n;
};

static void put_marker(struct rendering *out, const char *text)
{
    if (*text)
        out->parts[out->n++] = (struct text_part){text, strlen(text), true};
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void put_text(struct rendering *out, const char *text, size_t size)
{
    if (out->chat->trim) {
        while (size && is_blank(*text)) {
            text++;
            size--;
        }
        while (size && is_blank(text[size - 1]))
            size--;
    }
    if (size)
        out->parts[out->n++] = (struct text_part){text, size, false};
}

static void put_system(struct rendering *out, const char *text, size_t size)
{
    if (out->chat->in_user)
        put_marker(out, out->chat->user_head);
    put_marker(out, out->chat->system_head);
    put_text(out, text, size);
    put_marker(out, out->chat->system_tail);
}

/* `after_system`: a system message stands before it. */
static void put_message(struct rendering *out, const struct chat_message *message,
                        bool after_system)
{
    const struct chat_template *chat = out->chat;

    if (message->role == CHAT_SYSTEM) {
        put_system(out, message->text, message->size);
        return;
    }
    if (message->role == CHAT_ASSISTANT)
        put_marker(out, chat->answer_head);
    else if (!chat->in_user || !after_system)
        put_marker(out, chat->user_head);
    put_text(out, message->text, message->size);
    put_marker(out, message->role == CHAT_ASSISTANT ? chat->answer_tail : chat->user_tail);
}

static bool order_is_sound(const struct chat_template *chat, const struct chat_message *messages,
                           size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool system = messages[i].role == CHAT_SYSTEM;
        if (system && i)
            return false;
        if (system || !chat->alternate)
            continue;
        if (i && messages[i - 1].role != CHAT_SYSTEM ? messages[i].role == messages[i - 1].role
                                                     : messages[i].role != CHAT_USER)
            return false;
    }
    return true;
}

int chat_render(const struct chat_template *chat, const struct chat_message *messages, size_t n,
                size_t first, bool open, struct text_part *ret_parts, size_t *ret_n)
{
    struct rendering out = {.chat = chat, .parts = ret_parts};

    if (first > n || !order_is_sound(chat, messages, n) ||
        (open && chat->alternate && n && messages[n - 1].role != CHAT_USER))
        return -EINVAL;
    if (!first && n && messages[0].role != CHAT_SYSTEM && chat->default_system)
        put_system(&out, chat->default_system, strlen(chat->default_system));
    if (first && messages[first - 1].role == CHAT_ASSISTANT)
        put_marker(&out, chat->answer_tail);
    for (size_t i = first; i < n; i++)
        put_message(&out, &messages[i], i && messages[i - 1].role == CHAT_SYSTEM);
    if (open)
        put_marker(&out, chat->open ? chat->open : chat->answer_head);
    *ret_n = out.n;
    return 0;
}
