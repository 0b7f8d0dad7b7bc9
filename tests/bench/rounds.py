# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the figures: times, allocations and instructions of one operation."""

import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

import machine

# Figures whose instructions are counted, and how many operations of each.
COUNTED = [
    (r"^(full|resumed)/", 12),
    (r"^write-16KiB/|^pingpong-64B/", 40),
    (r"^write-1MiB/", 2),
    (r"^context/socket$", 100),
]
COUNTED_QUICK = (r"^(full|resumed)/tls13-ecdsa$|"
                 r"^(write-16KiB|pingpong-64B)/aes-gcm$")
COUNTED_QUICK_FOR = ("boringssl", "airlock-wrap", "airlock-context")

# Figures of short operations. The machine's speed changes from one moment to
# the next, so that many short runs, interleaved, compare them better than few
# long ones.
SHORT = re.compile(r"^(resumed|write-\w+|pingpong-64B|py-transfer-\w+|py-asyncio|"
                   r"context)/")
RUNS_IN_A_ROUND = 5


class Progress:
    """One line on a terminal, or a line for each step in a log."""

    def __init__(self):
        self._start = time.monotonic()

    def step(self, text):
        elapsed = int(time.monotonic() - self._start)
        line = "[%d:%02d] %s" % (elapsed // 60, elapsed % 60, text)
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K" + line)
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def end(self):
        self.step("done\n" if sys.stderr.isatty() else "done")


def list_figures(command):
    """The figures that a worker has."""
    result = subprocess.run(command, input="list\n", text=True,
                            stdout=subprocess.PIPE, check=True)
    return result.stdout.split()


def run_figures(contestants, wanted, count, quick, folder, progress):
    """Returns {figure: {contestant: {...}}} of all that match `wanted`."""
    commands = contestants.all()
    figures = {}
    for name, command in commands.items():
        for figure in list_figures(command):
            only = machine.ONLY_FIGURES.get(name, wanted)
            group = figure.split("/")[0]
            if name not in machine.ONLY_CONTESTANTS.get(group, (name,)):
                continue
            if wanted.search(figure) and only.search(figure):
                figures.setdefault(figure, []).append(name)
    results = {}
    for number, (figure, names) in enumerate(sorted(figures.items()), 1):
        progress.step("figure %d of %d: %s (%s)" % (
            number, len(figures), figure, ", ".join(names)))
        runs = RUNS_IN_A_ROUND if SHORT.search(figure) else 1
        results[figure] = _run_figure(
            figure, {name: commands[name] for name in names}, count * runs,
            (0.01 if quick else 0.1) / runs, folder)
    return results


def _run_figure(figure, commands, count, seconds, folder):
    out = os.path.join(folder, "engine.json")
    run = subprocess.run(
        [os.path.join(machine.FOLDER, "engine"),
         "--benchmark_filter=^%s/[^/]*/manual_time$" % re.escape(figure),
         "--benchmark_repetitions=%d" % count,
         "--benchmark_enable_random_interleaving=true",
         "--benchmark_min_time=%g" % seconds,
         "--benchmark_out=" + out, "--benchmark_out_format=json"] +
        ["%s=%s" % (name, " ".join(map(shlex.quote, command)))
         for name, command in commands.items()],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        raise RuntimeError("%s: %s" % (figure, run.stderr))
    with open(out) as file:
        runs = json.load(file)["benchmarks"]
    results = {}
    for one in runs:
        if one["run_type"] != "iteration":
            continue
        name = one["run_name"].split("/")[-2]
        result = results.setdefault(name, {"rounds_ns": [], "walls_ns": []})
        result["rounds_ns"].append(one["real_time"])
        result["walls_ns"].append(one["wall_ns"])
        if "allocations" in one:
            # Caches that fill up during the first rounds are not the operation.
            result["allocations"] = min(
                one["allocations"], result.get("allocations", float("inf")))
    for result in results.values():
        result.update(summary(result["rounds_ns"]))
        result["wall"] = summary(result.pop("walls_ns"))["median"]
    return results


def summary(values):
    """Median, and the middle half's width as a fraction of it."""
    ordered = sorted(values)

    def quantile(fraction):
        at = fraction * (len(ordered) - 1)
        low = int(at)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (at - low)

    median = quantile(0.5)
    spread = (quantile(0.75) - quantile(0.25)) / median if median else 0.0
    return {"median": median, "spread": spread}


def count_instructions(contestants, figures, quick, folder, progress):
    """Adds "instructions" to the native contestants of `figures`."""
    if not shutil.which("valgrind"):
        contestants.missing.append("instructions (valgrind is not installed)")
        return
    jobs = []
    for figure, results in figures.items():
        if quick and not re.search(COUNTED_QUICK, figure):
            continue
        for pattern, count in COUNTED:
            if re.search(pattern, figure):
                jobs += [(figure, name, count) for name in results
                         if name in contestants.native and
                         not (quick and name not in COUNTED_QUICK_FOR)]
    done = 0
    # What else runs does not matter here.
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        futures = {
            pool.submit(_instructions, contestants.native[name], figure, count,
                        os.path.join(folder, "callgrind.%d" % i)): (figure, name)
            for i, (figure, name, count) in enumerate(jobs)}
        for future in concurrent.futures.as_completed(futures):
            figure, name = futures[future]
            done += 1
            progress.step("instructions %d of %d: %s" % (done, len(jobs),
                                                         figure))
            figures[figure][name]["instructions"] = future.result()


def _instructions(command, figure, count, out):
    result = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out,
         "--collect-atstart=no", "--toggle-collect=airlock_bench_measured"] +
        command + ["once", figure, str(count)],
        stderr=subprocess.PIPE, text=True, check=True)
    # The first operation prepares the figure and is collected separately: it
    # runs outside of the function.
    collected = re.search(r"Collected : (\d+)", result.stderr)
    return int(collected.group(1)) / count
