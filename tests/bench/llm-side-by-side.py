#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures sori and llama.cpp on the same model by turns, and prints how many times faster sori is.

    pip install llama-cpp-python==0.3.36 numpy
    make bench-bandwidth            (in the build folder)
    python3 llm-side-by-side.py BUILD MODEL.gguf [-t 1 2] [-p 128] [-n 64] [-r 5] [--busy CORE]

Both get the same threads and as many tokens, one after the other, so that whatever else the machine
does hits both; the ratio is that of the medians of all rounds. llama.cpp runs with and without its
flash attention, and the better one counts. With --busy another process spins on that core.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time

import llama_cpp
import numpy as np


class Theirs:
    def __init__(self, path, threads, flash):
        self.model = llama_cpp.Llama(path, n_ctx=2048, n_batch=512, n_threads=threads,
                                     n_threads_batch=threads, flash_attn=flash, verbose=False)

    def run(self, prompt, generate):
        """Seconds for the prompt, and for each token written after it."""
        ids = [(i + 1) * 7919 % self.model.n_vocab() for i in range(prompt)]
        self.model.reset()
        start = time.monotonic()
        self.model.eval(ids)
        middle = time.monotonic()
        for _ in range(generate):
            logits = llama_cpp.llama_get_logits_ith(self.model.ctx, -1)
            best = np.argmax(np.ctypeslib.as_array(logits, shape=(self.model.n_vocab(),)))
            self.model.eval([int(best)])
        return prompt / (middle - start), generate / (time.monotonic() - middle)


class Ours:
    def __init__(self, build, path, threads):
        top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.command = [os.path.join(build, "sori"), "bench", "llm", "--json", "-m",
                        os.path.abspath(path), "-t", str(threads), "-r", "1"]
        self.environment = os.environ | {"SORI_PLUGIN_PATH": build,
                                         "SORI_VOICE_PATH": os.path.join(top, "voices")}

    def run(self, prompt, generate):
        done = subprocess.run(self.command + ["-p", str(prompt), "-n", str(generate)], check=True,
                              stdout=subprocess.PIPE, env=self.environment)
        result = json.loads(done.stdout)
        return result["prompt_tokens_per_s"], result["generate_tokens_per_s"]


def bandwidth(build, threads):
    program = os.path.join(build, "tests", "bench", "bench-bandwidth")
    said = subprocess.run([program, str(threads)], check=True, stdout=subprocess.PIPE, text=True)
    return float(re.match(r"[\d.]+", said.stdout).group()) * 1e9


def spin(core):
    code = f"import os\nos.sched_setaffinity(0, [{core}])\nwhile True: pass"
    return subprocess.Popen([sys.executable, "-c", code])


def compare(options, threads):
    runners = {"sori": Ours(options.build, options.model, threads),
               "llama.cpp": Theirs(options.model, threads, False),
               "llama.cpp, flash attention": Theirs(options.model, threads, True)}
    results = {name: [] for name in runners}
    speed = []
    for _ in range(options.rounds):
        speed.append(bandwidth(options.build, threads))
        for name, runner in runners.items():
            results[name].append(runner.run(options.prompt, options.generate))
    busy = f" beside a busy process on core {options.busy}" if options.busy is not None else ""
    print(f"{threads} thread(s){busy}, medians of {options.rounds} rounds, tokens a second:")
    rates = {}
    for name, rounds in results.items():
        rates[name] = [statistics.median(column) for column in zip(*rounds)]
        print(f"  {name}: prompt {rates[name][0]:.1f}, generated {rates[name][1]:.1f}")
    ours = rates.pop("sori")
    ratios = [ours[i] / max(rate[i] for rate in rates.values()) for i in (0, 1)]
    print(f"  ratio: prompt {ratios[0]:.2f}, generation {ratios[1]:.2f}")
    bound = max(speed) / os.path.getsize(options.model)
    print(f"  memory: {max(speed) / 1e9:.1f} GB/s, at most {bound:.0f} tokens a second; sori is at "
          f"{100 * ours[1] / bound:.0f} % of that, llama.cpp at "
          f"{100 * max(rate[1] for rate in rates.values()) / bound:.0f} %", flush=True)


def main():
    parser = argparse.ArgumentParser(description="sori and llama.cpp side by side")
    parser.add_argument("build")
    parser.add_argument("model")
    parser.add_argument("-t", dest="threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("-p", dest="prompt", type=int, default=128)
    parser.add_argument("-n", dest="generate", type=int, default=64)
    parser.add_argument("-r", dest="rounds", type=int, default=5)
    parser.add_argument("--busy", type=int, metavar="CORE")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    busy = spin(options.busy) if options.busy is not None else None
    try:
        for threads in options.threads:
            compare(options, threads)
    finally:
        if busy:
            busy.kill()
    print("load of the machine:", *(f"{x:.1f}" for x in os.getloadavg()))


if __name__ == "__main__":
    main()
