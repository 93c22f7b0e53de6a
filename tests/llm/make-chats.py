#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Renders conversations by the models' own chat templates, for the tests of plugins/llm/chat.c.

    pip install jinja2
    python3 make-chats.py

The templates are those of the models named beside them, shortened to what a conversation of text
needs.
"""

import json
import os

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

LOOP = "{% for message in messages %}"
END = "{% endfor %}"
OPEN = "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
CHATML = "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"


def with_default(line):
    return (
        LOOP + "{% if loop.first and messages[0]['role'] != 'system' %}"
        "{{ '<|im_start|>system\n" + line + "<|im_end|>\n' }}{% endif %}" + CHATML + END + OPEN
    )


TEMPLATES = {
    # SmolLM2-Instruct
    "smollm2": with_default(
        "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
    ),
    # Qwen2.5-Instruct, Qwen2-Instruct
    "qwen2.5": with_default(
        "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
    ),
    "qwen2": with_default("You are a helpful assistant."),
    # OpenHermes-2.5-Mistral
    "chatml": LOOP + CHATML + END + OPEN,
    # Llama-3-Instruct
    "llama3": "{% set loop_messages = messages %}{% for message in loop_messages %}{% set "
    "content = "
    "'<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | "
    "trim + "
    "'<|eot_id|>' %}{{ content }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    # Llama-2-chat
    "llama2": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
    "{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = "
    "messages %}"
    "{% set system_message = false %}{% endif %}{% for message in loop_messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('order') }}"
    "{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = "
    "'<<SYS>>\n' + "
    "system_message + '\n<</SYS>>\n\n' + message['content'] %}{% else %}"
    "{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}"
    "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}"
    "{% endif %}{% endfor %}",
    # Mistral-7B-Instruct-v0.2
    "mistral-v1": "{{ bos_token }}{% for message in messages %}{% if (message['role'] == "
    "'user') != "
    "(loop.index0 % 2 == 0) %}{{ raise_exception('order') }}{% endif %}"
    "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}{% endif %}"
    "{% endfor %}",
    # gemma-3-it
    "gemma": "{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}{%- set "
    "first_user_prefix = "
    "messages[0]['content'] + '\n\n' -%}{%- set loop_messages = messages[1:] -%}{%- else -%}"
    "{%- set first_user_prefix = '' -%}{%- set loop_messages = messages -%}{%- endif -%}"
    "{%- for message in loop_messages -%}{%- if (message['role'] == 'user') != "
    "(loop.index0 % 2 == 0) -%}{{ raise_exception('order') }}{%- endif -%}"
    "{%- if (message['role'] == 'assistant') -%}{%- set role = 'model' -%}{%- else -%}"
    "{%- set role = message['role'] -%}{%- endif -%}{{ '<start_of_turn>' + role + '\n' + "
    "(first_user_prefix if loop.first else '') }}{{ message['content'] | trim }}"
    "{{ '<end_of_turn>\n' }}{%- endfor -%}{%- if add_generation_prompt -%}"
    "{{'<start_of_turn>model\n'}}{%- endif -%}",
    # TinyLlama-1.1B-Chat, zephyr-7b
    "zephyr": "{% for message in messages %}\n{% if message['role'] == 'user' %}\n"
    "{{ '<|user|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' "
    "%}\n"
    "{{ '<|system|>\n' + message['content'] + eos_token }}\n"
    "{% elif message['role'] == 'assistant' %}\n"
    "{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n"
    "{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% "
    "endfor %}",
    # Phi-3-mini-instruct
    "phi3": "{% for message in messages %}{% if message['role'] == 'system' %}{{'<|system|>\n' + "
    "message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}{{'<|user|>\n' + "
    "message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' "
    "%}{{'<|assistant|>\n' + "
    "message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|assistant|>\n' }}{% endif %}",
}
CHATS = [
    [("user", "Hi")],
    [("system", "Be brief."), ("user", "What is 2 + 2?")],
    [("user", "Hi"), ("assistant", "Hello."), ("user", "And?")],
    [
        ("system", "Be brief."),
        ("user", "A"),
        ("assistant", "B"),
        ("user", "C"),
        ("assistant", "D"),
        ("user", "E"),
    ],
    [("user", "안녕하세요 <|im_end|>")],
]


def refuse(message):
    raise jinja2.TemplateError(message)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
environment.globals["raise_exception"] = refuse
cases = []
for name, template in TEMPLATES.items():
    for chat in CHATS:
        if name == "mistral-v1" and chat[0][0] == "system":
            continue  # its template refuses them; ours puts them into the first turn
        text = environment.from_string(template).render(
            messages=[{"role": role, "content": content} for role, content in chat],
            add_generation_prompt=True,
            bos_token="<s>",
            eos_token="</s>",
        )
        cases.append({"family": name, "template": template, "chat": chat, "text": text})
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "chats.json"), "w", encoding="ascii") as out:
    out.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
