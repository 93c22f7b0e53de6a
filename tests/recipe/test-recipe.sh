#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The whole of voices/recipe on forty sentences and a few steps, and that landed weights survive the
# way into a checkpoint and back. PyTorch is large, so this runs only under ./check --all or where
# SORI_RECIPE_PYTHON names a Python that has voices/recipe/requirements.txt.
set -u
: "${top_srcdir:?}"
python=${SORI_RECIPE_PYTHON-}
if [ -z "$python" ]; then
    echo "1..0 # SKIP needs PyTorch: ./check --all, or set SORI_RECIPE_PYTHON"
    exit 0
fi

recipe=$top_srcdir/voices/recipe heart=$top_srcdir/voices/heart
convert=$top_srcdir/voices/convert.py
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR="$work/matplotlib"

tests=0 failures=0
result() { # NAME COMMAND...
    tests=$((tests + 1)) name=$1
    shift
    if "$@" >"$work/output" 2>&1; then
        echo "ok $tests - $name"
    else
        echo "not ok $tests - $name"
        tail -n 20 "$work/output" | sed 's/^/# /'
        failures=$((failures + 1))
    fi
}
step() { # NAME SCRIPT ARGUMENTS...
    name=$1 script=$2
    shift 2
    result "$name" "$python" "$recipe/$script.py" "$@"
}
corpus=$work/corpus features=$work/features
step "the teacher reads the sentences" corpus teacher "$top_srcdir/tests/quality/sentences.txt" \
    "$corpus"
result "a slower, lower and noisier speaker" "$python" "$top_srcdir/tests/recipe/aligned.py" make \
    "$corpus" "$work/recordings"
step "whose phonemes are found in the recordings" corpus recordings "$work/recordings" \
    "$work/aligned"
result "where they are" "$python" "$top_srcdir/tests/recipe/aligned.py" check "$corpus" \
    "$work/aligned"
step "features and statistics" prepare "$corpus" "$features" --statistics
step "features as an acoustic model gives them" prepare "$corpus" "$work/forced" --acoustic \
    "$heart/acoustic.gguf"

vocoder="--batch 2 --frames 4 --layers 2 --residual 16 --validate 2"
step "a vocoder learns" train_vocoder "$features" "$work/whole" --steps 4 $vocoder
step "an acoustic model learns" train_acoustic "$features" "$work/acoustic" --steps 3 --batch 200 \
    --validate 3
step "half of it" train_vocoder "$features" "$work/parts" --steps 4 --stop 2 $vocoder
step "the other half" train_vocoder "$features" "$work/parts" --steps 4 $vocoder
result "two halves end like a whole" cmp "$work/whole/log.jsonl" "$work/parts/log.jsonl"
step "curves" curves "$work/whole" "$work/curves.png"

step "the vocoder is exported" export vocoder "$work/whole" "$features" "$work/vocoder.safetensors"
step "so is the acoustic model" export acoustic "$work/acoustic" "$features" \
    "$work/acoustic.safetensors"
step "the best vocoder is exported" export vocoder "$work/whole" "$features" \
    "$work/best.safetensors" --best
for kind in f32 f16 q8_0; do
    result "vocoder in $kind" "$python" "$convert" "$work/vocoder.safetensors" \
        -o "$work/vocoder-$kind.gguf" --type $kind
    result "acoustic model in $kind" "$python" "$convert" "$work/acoustic.safetensors" \
        -o "$work/acoustic-$kind.gguf" --type $kind
done

step "the landed acoustic model becomes a checkpoint" restore "$heart/acoustic.gguf" "$work/heart"
step "and is exported" export acoustic "$work/heart" "$features" "$work/heart.safetensors"
result "and converted" "$python" "$convert" "$work/heart.safetensors" -o "$work/heart.gguf"
result "every matrix is what it was" "$python" "$top_srcdir/tests/recipe/compare.py" \
    "$heart/acoustic.gguf" "$work/heart.gguf" --except mel.mean mel.std
step "the landed vocoder becomes a checkpoint" restore "$heart/vocoder.gguf" "$work/landed" \
    "$work/landed-features"
step "and is exported" export vocoder "$work/landed" "$work/landed-features" \
    "$work/landed.safetensors"
result "and converted" "$python" "$convert" "$work/landed.safetensors" -o "$work/landed.gguf" \
    --type f32
result "every weight is what it was" "$python" "$top_srcdir/tests/recipe/compare.py" \
    "$heart/vocoder.gguf" "$work/landed.gguf"

cp "$work"/landed-features/statistics.npz "$features"
step "training goes on from landed weights" train_vocoder "$features" "$work/landed" --steps 1 \
    --batch 2 --frames 4 --also "$work/forced"
result "and they have one step more" "$python" "$top_srcdir/tests/recipe/compare.py" --steps 1 \
    "$heart/vocoder.gguf" "$work/landed/checkpoint.pt"

echo "1..$tests"
[ "$failures" -eq 0 ]
