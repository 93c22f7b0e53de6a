#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The judge's pieces against what is known beforehand, and the whole of it on three sentences. Its
# models are large, so this runs only under ./check --all or where SORI_JUDGE_PYTHON names a Python
# that has the requirements.txt of tests/quality and of voices/recipe.
# TEST_LIMIT=1800
set -u
: "${top_srcdir:?}" "${top_builddir:?}"
python=${SORI_JUDGE_PYTHON-}
if [ -z "$python" ]; then
    echo "1..0 # SKIP needs models that hear: ./check --all, or set SORI_JUDGE_PYTHON"
    exit 0
fi

quality=$top_srcdir/tests/quality
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1 NUMBA_CACHE_DIR="$work"

tests=0 failures=0
result() { # STATUS NAME
    tests=$((tests + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tests - $2"
    else
        echo "not ok $tests - $2"
        tail -n 20 "$work/output" | sed 's/^/# /'
        failures=$((failures + 1))
    fi
}
judge() { # ARGUMENT...
    "$python" "$quality/judge.py" -o "$work/out" --build "$top_builddir" --count 3 "$@" \
        >"$work/output" 2>&1
}
holds() { # EXPRESSION over r (figures) and s (sentences)
    "$python" - "$work/out/result.json" "$1" >"$work/output" 2>&1 <<'END'
import json, sys
whole = json.load(open(sys.argv[1]))
r, s = whole["figures"], whole["sentences"]
print(r)
sys.exit(not eval(sys.argv[2]))
END
}

judge teacher sori copy forced models-griffinlim
result $? "five systems say and are judged"
"$python" - "$work/out/result.json" <<'END'
import json, sys
for system, r in json.load(open(sys.argv[1]))["figures"].items():
    values = ", ".join(f"{name} {r[name][0]:.2f}" for name in ("WER", "DistillMOS", "DNSMOS"))
    print(f"# FIGURE judge of three sentences, {system}: {values}")
END
holds 'all(len(rows) == 3 for rows in s.values())'
result $? "each sentence is judged"
holds 'all(r[x]["WER"][0] < 40 for x in r)'
result $? "they are understood"
holds 'all(1 <= r[x]["DistillMOS"][0] <= 5 for x in r)'
result $? "they have marks"
holds 'r["teacher"]["DistillMOS"][0] > r["models-griffinlim"]["DistillMOS"][0]'
result $? "Griffin-Lim sounds worse than the teacher"
holds 'r["copy"]["F0"][0] < 200 and r["copy"]["MCD"][0] < r["sori"]["MCD"][0]'
result $? "a copy is more like the teacher than what is spoken freely"
holds 'r["copy"]["Frechet"][0] > 0 and r["teacher"]["Frechet"] is None'
result $? "and has a distance"

# A judge must tell: the wrong sentence, and one that says everything twice.
cp "$work/out/teacher/001.wav" "$work/out/sori/000.wav"
sox "$work/out/teacher/002.wav" "$work/out/teacher/002.wav" "$work/out/sori/002.wav"
judge --keep teacher sori
result $? "what is there is judged again"
holds 's["sori"][0]["words"][0] >= 5'
result $? "another sentence is heard as such"
holds 's["sori"][2]["words"][0] >= 7'
result $? "so is one that is said twice"
holds 's["sori"][1]["words"] == s["teacher"][1]["words"]'
result $? "the third is as it was"

"$python" "$quality/words.py" -o "$work/words" --build "$top_builddir" --count 7 \
    >"$work/output" 2>&1
result $? "no word of seven hard sentences is lost or repeated"
"$python" "$quality/spectra.py" -o "$work/out" --build "$top_builddir" --count 3 \
    >"$work/output" 2>&1
result $? "spectra of the acoustic model"

"$python" "$quality/pieces.py" "$work/out/teacher/000.wav" >"$work/pieces" 2>"$work/output"
result $? "pieces"
sed 's/^/# /' "$work/pieces"

echo "1..$tests"
[ "$failures" -eq 0 ]
