#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the small vocabularies of the tokenizer tests and the ids that llama.cpp gives for them.

    pip install gguf tokenizers sentencepiece llama-cpp-python==0.3.36
    python3 make-vocabularies.py

Each family gets vocabulary-NAME.gguf (no weights) and vocabulary-NAME.json (texts and ids). The
vocabularies are trained on the texts themselves, so that merges go deep.
"""

import io
import json
import os
import random

import gguf
import llama_cpp
import sentencepiece
import tokenizers
from tokenizers import Regex, decoders, models, pre_tokenizers, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace("{1,3}", "")

TEXTS = [
    "",
    " ",
    "  ",
    "\n",
    "a",
    "    four spaces",
    "tabs\t\tand  spaces   end   ",
    "word   \n\n  ",
    "a\r\nb\r\n\r\nc",
    "The quick brown fox jumps over the lazy dog. Once upon a time.",
    "I'm you're he'll she'd we've it's DON'T CAN'T I'M we'RE 'tis o'clock ''s",
    "안녕하세요, GPT-3.5 Turbo님. 오늘 서울의 기온은 23.5도이고",
    "ㅋㅋㅋ ㅠㅠ",
    "日本語のテキスト、漢字とかな。",
    "Привет, мир! مرحبا بالعالم ١٢٣",
    "½ ² ³ Ⅷ ⑩ १२३ ௧",
    "naïve café Ångström straße",
    "e\u0301 n\u0303 (combining)",
    "👍🏽 👩‍👩‍👧 🇰🇷 ☕️",
    "!@#$%^&*()_+-=[]{}|;':\",./<>?`~ ... --- == =>",
    "«»“”‘’…—–",
    "1234567890 12 345 6,789.01 2026-11-25 0x1F",
    "a1b22c333d4444",
    "  1  22   333",
    "#include <stdio.h>\nint main(void) {\n    printf(\"%d\\n\", 42);  /* ok */\n\treturn 0;\n}\n",
    "def f(n):\n    if n < 2:\n        return n\n    return f(n - 1)\n",
    "x\u00a0y\u2003z\u3000w\u0085v",
    "\u2028line\u2029paragraph",
    "mixed\n \n  \n   text\n\n\n",
    "...\n\n!!\r\n?",
    "$5.00 100% #1 @you",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "abababababababababababab",
    "<s>[INST] Hi [/INST]</s>",
    "<|im_start|>user\nHi<|im_end|>\n<|endoftext|>",
    "<start_of_turn>user\nHello\n\n\n<end_of_turn>",
    "<|eot_id|> <| im_start |>",
    "\ue000 private \U000f0000",
    "https://example.org/a?b=c&d=%20e#f",
    "tab\tnew\vvertical\fform",
    "\u2581already\u2581blank",
]


def random_texts(n):
    """Characters of all kinds next to each other, in short texts."""
    pick = random.Random(1)
    pools = [
        "abcXYZ",
        "  \t\n\r",
        "0123١²",
        ".,!'-_#",
        "'sS'tT'reRE'llLL",
        "éßд한語",
        "👍\u0301\u200d",
        "\u00a0\u2003",
    ]
    return [
        "".join(pick.choice(pick.choice(pools)) for _ in range(pick.randint(1, 24)))
        for _ in range(n)
    ]


def write(name, model, tokens, types, special, merges=None, scores=None, pre=None, **flags):
    path = os.path.join(HERE, f"vocabulary-{name}.gguf")
    out = gguf.GGUFWriter(path, "llama")
    out.add_block_count(1)
    out.add_context_length(64)
    out.add_embedding_length(32)
    out.add_feed_forward_length(32)
    out.add_head_count(1)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_tokenizer_model(model)
    if pre:
        out.add_tokenizer_pre(pre)
    out.add_token_list(tokens)
    out.add_token_types(types)
    if merges:
        out.add_token_merges(merges)
    if scores:
        out.add_token_scores(scores)
    for key, value in special.items():
        out.add_uint32(f"tokenizer.ggml.{key}_token_id", value)
    for key, value in flags.items():
        out.add_bool(f"tokenizer.ggml.{key}", value)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.close()
    return path


def bpe(name, pattern, control, **flags):
    tokenizer = tokenizers.Tokenizer(models.BPE())
    steps = [
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(False, use_regex=False),
    ]
    if name == "smollm":
        steps.insert(0, pre_tokenizers.Digits(individual_digits=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    if name == "smollm":  # its real vocabulary lacks some bytes too
        alphabet = [letter for letter in alphabet if letter not in "ÀÁñ"]
    trainer = trainers.BpeTrainer(vocab_size=700, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([text for text in TEXTS * 3 if "<" not in text], trainer)
    state = json.loads(tokenizer.to_str())["model"]
    vocabulary = sorted(state["vocab"], key=state["vocab"].get)
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in state["merges"]]
    if name == "llama-bpe":  # tokens that no merge reaches
        vocabulary += ["Ġlazyfox", "isolatedword", "ĠTurbo.x"]
    tokens = control + vocabulary
    types = [gguf.TokenType.CONTROL] * len(control) + [gguf.TokenType.NORMAL] * len(vocabulary)
    return write(
        name, "gpt2", tokens, types, {"bos": 0, "eos": 1}, merges=merges, pre=name, **flags
    )


def spm(name, user_defined, **flags):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(
            [line for text in TEXTS * 3 for line in text.splitlines() if line and "<" not in line]
        ),
        model_writer=model,
        model_type="bpe",
        vocab_size=700,
        byte_fallback=True,
        character_coverage=0.98,
        user_defined_symbols=user_defined,
        minloglevel=2,
        remove_extra_whitespaces=False,
    )
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    tokens, types, scores = [], [], []
    for i in range(pieces.get_piece_size()):
        piece, kind = pieces.id_to_piece(i), gguf.TokenType.NORMAL
        if pieces.is_unknown(i):
            kind = gguf.TokenType.UNKNOWN
        elif pieces.is_control(i):
            kind = gguf.TokenType.CONTROL
        elif pieces.is_byte(i):
            kind = gguf.TokenType.BYTE
        elif piece in user_defined:
            kind = (
                gguf.TokenType.CONTROL if piece.startswith("<") else gguf.TokenType.USER_DEFINED
            )
            piece = piece.replace("\u2581", " ")
        tokens.append(piece)
        types.append(kind)
        scores.append(pieces.get_score(i))
    return write(
        name, "llama", tokens, types, {"bos": 1, "eos": 2, "unknown": 0}, scores=scores, **flags
    )


def cases(name, path):
    model = llama_cpp.Llama(path, vocab_only=True, verbose=False)
    found = []
    texts = TEXTS + random_texts(150)
    for i, text in enumerate(texts):
        for trusted, special in ((True, False), (False, True)):
            ids = model.tokenize(text.encode(), add_bos=special, special=trusted)
            found.append(
                {"name": f"{i}", "text": text, "trusted": trusted, "special": special, "ids": ids}
            )
    vocab = llama_cpp.llama_model_get_vocab(model.model)
    end = [i for i in range(model.n_vocab()) if llama_cpp.llama_vocab_is_eog(vocab, i)]
    with open(os.path.join(HERE, f"vocabulary-{name}.json"), "w", encoding="ascii") as out:
        out.write(
            '{"made_with": "llama-cpp-python %s", "end": %s, "cases": [\n'
            % (llama_cpp.__version__, end)
        )
        out.write(",\n".join(json.dumps(case) for case in found) + "\n]}\n")


CHATML = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
if __name__ == "__main__":
    for name, pattern, control in (
        ("gpt-2", GPT2, ["<|endoftext|>", "<|end|>"]),
        ("smollm", GPT2, CHATML),
        ("qwen2", QWEN2, CHATML),
        ("llama-bpe", LLAMA3, ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"]),
    ):
        cases(
            name,
            bpe(
                name,
                pattern,
                control,
                **({} if name == "llama-bpe" else {"add_bos_token": False}),
            ),
        )
    cases("llama", spm("llama", []))
    cases(
        "gemma",
        spm(
            "gemma",
            [
                "<start_of_turn>",
                "<end_of_turn>",
                "\n\n",
                "\n\n\n",
                "\u2581\u2581",
                "\u2581\u2581\u2581\u2581",
            ],
            add_space_prefix=False,
        ),
    )
