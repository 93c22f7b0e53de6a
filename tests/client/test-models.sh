#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Language models at the command line: finding them, and the real default one where it is installed.
. "${top_srcdir:?}/tests/client/lib.sh"
model=SmolLM2-135M-Instruct.Q4_1.gguf
installed=${SORI_MODEL_PATH-}

# lists FOLDER PATTERN: `sori models` with that folder only.
lists() {
    SORI_MODEL_PATH=$1 sori models >said 2>&1 && grep -q -e "$2" said
}

tokens_of() { # TEXT IDS
    sori tokens "$1" >said 2>&1 && [ "$(cat said)" = "$2" ]
}

completes() { # TEXT PATTERN OPTION...
    text=$1 pattern=$2
    shift 2
    sori complete --temperature 0 "$@" -- "$text" >said 2>&1 && grep -q -e "$pattern" said
}

same_seed_same_answer() {
    sori complete --seed 3 -n 12 "Name a river." >first &&
        sori complete --seed 3 -n 12 "Name a river." >said && cmp -s first said
}

speaks_answer() {
    sori ask --temperature 0 -n 24 -o answer.wav "Why is the sky blue?" >said 2>&1 &&
        [ -s said ] && between 1 "$(seconds_of answer.wav)" 60
}

# altered SED COMMAND...: with a tiny model of other bytes.
altered() {
    LC_ALL=C sed "$1" "$top_srcdir/tests/llm/tiny-llama3.gguf" >altered.gguf
    shift
    sori "$@" -m "$scratch/altered.gguf"
}

# The answer without them has " the" in it.
two_stops() {
    set -- --raw --temperature 0 -n 20 -m "$top_srcdir/tests/llm/tiny-llama.gguf" hello
    sori complete "$@" | grep -q " the" &&
        sori complete --stop "never seen" --stop " the" "$@" >said && [ -s said ] &&
        ! grep -q " the" said && cp said first &&
        sori complete --stop " the" --stop "never seen" "$@" >said && cmp -s said first
}

cut_short() { # BYTES
    head -c "$1" "$top_srcdir/tests/llm/tiny-llama3.gguf" >short.gguf
    sori complete --raw -m "$scratch/short.gguf" hello
}

# The second answer needs the first: the model is told both.
chats() {
    printf '%s\n' "Say hello." "/new" "Say hello again." |
        sori chat -q --temperature 0 -n 8 >said 2>&1 && [ "$(grep -c . said)" -ge 2 ]
}

mkdir empty broken
: >broken/nothing.gguf
echo "not a model" >broken/bad.gguf
result "no models: how to get one" lists "$scratch/empty" "sori models --install"
result "a folder with rubbish: said of the file" lists "$scratch/broken" "cannot be used: "
result "an argument is refused" gives 2 "is too much" sori models now
result "a model that is not there" \
    gives 1 "no model 'nobody'; 'sori models' lists" sori complete -m nobody hello
result "a path that is not there" gives 1 "No such file" sori complete -m ./nobody.gguf hello
result "no default model" \
    gives 1 "sori models --install" env SORI_MODEL_PATH="$scratch/empty" sori ask hello
result "a file that is no model" gives 1 "bad.gguf\|GGUF" sori complete -m broken/bad.gguf hello
result "a model without weights" gives 1 "" \
    sori complete -m "$top_srcdir/tests/llm/vocabulary-qwen2.gguf" hello
result "temperature out of range" gives 2 "from 0 to 2" sori complete --temperature 2.1 hello
result "--output and --stdout" gives 2 "exclude each other" sori ask -o a.wav --stdout hello
result "text and --file" gives 2 "give either" sori complete -f broken/bad.gguf hello

tiny=$top_srcdir/tests/llm
for family in llama llama3 qwen2 qwen3 gemma3 gpt2; do
    result "a model of family $family writes" \
        gives 0 "" sori complete --raw -n 3 -m "$tiny/tiny-$family.gguf" "Hello there"
done
result "a template of no known family: which there are" \
    gives 1 "choose one by --template.*chatml, smollm2.*phi4, plain" \
    sori complete -m "$tiny/tiny-llama.gguf" hello
result "no template at all" gives 1 "there is no chat template in it; choose one" \
    sori complete -m "$tiny/tiny-gpt2.gguf" hello
result "which a bench does not need" \
    gives 0 "prompt_tokens_per_s" sori bench llm -m "$tiny/tiny-gpt2.gguf" -p 8 -n 4
result "one by name" \
    gives 0 "" sori complete -n 3 --template plain -m "$tiny/tiny-llama.gguf" hello
result "a name that there is not" gives 1 "no chat template 'latex' (known: chatml," \
    sori complete --template latex -m "$tiny/tiny-llama.gguf" hello
result "a prompt longer than the context" gives 1 "takes more than the 96 tokens" \
    sori complete --raw -m "$tiny/tiny-gpt2.gguf" -f "$top_srcdir/tests/llm/alice.txt"
result "more stops than a stage takes" gives 2 "at most\|more than" \
    sori complete --raw -m "$tiny/tiny-gpt2.gguf" --stop a --stop b --stop c --stop d --stop e \
    --stop f --stop g --stop h --stop i --stop j --stop k --stop l --stop m --stop n --stop o hello
result "two stops, either of which ends it" two_stops
result "an architecture that is not there" gives 1 "architecture 'mamba' are not supported" \
    altered s/llama/mamba/g complete --raw hello
result "a file cut short" gives 1 "of which the file holds 1536" cut_short 40000

default="the default model"
if [ -n "$installed" ] && [ -r "$installed/$model" ]; then
    result "$default is listed" lists "$installed" "$model"
    result "tokens of $default" tokens_of "안녕하세요, GPT-3.5 Turbo님." \
        "183 239 226 182 223 239 33085 242 183 222 133 183 244 238 28 452 9848 29 35 30 37 \
5312 2740 41259 242 30"
    result "no text has no tokens" tokens_of "" ""
    result "a text goes on" completes "The quick brown fox jumps over the lazy dog. \
Once upon a time, in a small village" "^, there lived a fox named Felix" \
        --raw --repeat-penalty 1 -n 8
    result "a stop string ends it" completes "Once upon a time, in a small village" "" \
        --raw --repeat-penalty 1 -n 16 --stop there
    result "equal seeds, equal answers" same_seed_same_answer
    result "a conversation" chats
    if have_heart; then
        result "an answer is spoken" speaks_answer
    else
        skip "an answer is spoken" "the default voice does not speak in this tree"
    fi
else
    skip "$default" "it is not installed: sori models --install"
fi
finish
