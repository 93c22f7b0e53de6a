#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The text side of `sori ask`: answers to the questions of questions.tsv (question, answer),
against the answers there, by BLEU and ROUGE-L with 95 % intervals.

    replies.py [--build DIR] [--model MODEL] [--json FILE]

A small model words its answers in its own way, so the figures are low; compare models, or one
before and after a change, not with other texts' figures. Greedy, so the same each time.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile

import numpy as np

import intervals

HERE = pathlib.Path(__file__).resolve().parent
RESAMPLINGS = 200


def bleu(answers, wanted):
    import sacrebleu
    return sacrebleu.corpus_bleu(answers, [wanted], lowercase=True).score


def rouge(answers, wanted):
    """F measure of the longest common subsequence, for each answer, in per cent."""
    from rouge_score import rouge_scorer
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=True)
    return [100 * scorer.score(w, a)["rougeL"].fmeasure for a, w in zip(answers, wanted)]


def score(answers, wanted):
    """Name -> (value, half width)."""
    resampled = []
    for times in intervals.draws(len(answers), RESAMPLINGS):
        taken = np.repeat(np.arange(len(answers)), times)
        resampled.append(bleu([answers[i] for i in taken], [wanted[i] for i in taken]))
    return {"BLEU": (bleu(answers, wanted), intervals.middle_half(resampled)),
            "ROUGE-L": intervals.ratio(rouge(answers, wanted))}


def ask(question, options):
    """What is written; what is said is thrown away, in a voice that costs nothing."""
    command = [HERE.parents[1] / "run-uninstalled.sh", "sori", "ask", "-v", "tone",
               "--temperature=0", "--max-tokens=60"]
    command += ["-m", options.model] if options.model else []
    with tempfile.NamedTemporaryFile(suffix=".wav") as unheard:
        result = subprocess.run([*command, "-o", unheard.name, "--", question], check=True,
                                text=True, stdout=subprocess.PIPE,
                                env={**os.environ, "SORI_BUILD": str(options.build)})
    return result.stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parents[1] / "build")
    parser.add_argument("--model")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    rows = [line.split("\t") for line in (HERE / "questions.tsv").read_text().splitlines()]
    answers = [ask(question, options) for question, _ in rows]
    found = score(answers, [wanted for _, wanted in rows])
    for (question, _), answer in zip(rows, answers):
        print(f"{question}\n    {answer}")
    print("\n| questions | BLEU | ROUGE-L |\n|---|---|---|")
    print(f"| {len(rows)} | " + " | ".join(f"{v:.1f} ± {w:.1f}" for v, w in found.values()) + " |")
    if options.json:
        options.json.write_text(json.dumps({"figures": found, "answers": answers}, indent=1))


if __name__ == "__main__":
    main()
