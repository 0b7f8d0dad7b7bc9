# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares Airlock with what else there is, in one run.

usage: bazel run //tests/bench -- [--quick] [--json FILE] [--plot DIR] ...

All contestants of a figure run interleaved, in at least nine rounds. Times are
CPU time, so that what else the machine does matters less; instructions
(counted by valgrind's callgrind) and allocations do not depend on it at all.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile

import growth
import machine
import plots
import report
import rounds


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(
        prog="bazel run //tests/bench --",
        description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true",
                        help="short rounds, and the smallest sizes of growth; "
                        "under two minutes")
    parser.add_argument("--rounds", type=int, default=9,
                        help="rounds of each figure (%(default)s)")
    parser.add_argument("--only", default="", metavar="REGEX",
                        help="only the figures and measures that it matches, "
                        "such as '^full/' or 'measure/cold'")
    parser.add_argument("--cas", default=machine.SYSTEM_BUNDLE, metavar="FILE",
                        help="the bundle that clients trust besides the test "
                        "CA (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write all values")
    parser.add_argument("--from-json", metavar="FILE",
                        help="measure nothing: report these values again")
    parser.add_argument("--plot", metavar="DIR", help="write plots, as SVG")
    parser.add_argument("--markdown", metavar="FILE",
                        help="write docs/performance.md; needs --plot")
    options = parser.parse_args(arguments)
    if options.markdown and not options.plot:
        parser.error("--markdown needs --plot")
    for name in ("json", "from_json", "plot", "markdown"):
        path = getattr(options, name)
        # `bazel run` starts elsewhere.
        if path:
            start = os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd())
            setattr(options, name, os.path.join(start, path))
    return options


def measure(options, folder):
    wanted = re.compile(options.only)
    progress = rounds.Progress()
    material = machine.prepare_material(folder, options.cas)
    contestants = machine.contestants(material)
    data = {
        "machine": machine.describe(),
        "rounds": options.rounds,
        "quick": options.quick,
        "authorities": material.authorities,
        "missing": contestants.missing,
    }
    data["figures"] = rounds.run_figures(
        contestants, wanted, options.rounds, options.quick, folder, progress)
    rounds.count_instructions(
        contestants, data["figures"], options.quick, folder, progress)
    data["measures"] = growth.run_measures(
        contestants, material, wanted, options.rounds, options.quick, folder,
        progress)
    data["commands"] = growth.run_commands(
        material, wanted, options.rounds, progress)
    progress.end()
    return data


def main(arguments):
    options = parse_arguments(arguments)
    # They would change what Airlock and OpenSSL trust by default.
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"):
        os.environ.pop(name, None)
    if options.from_json:
        with open(options.from_json) as file:
            data = json.load(file)
    else:
        folder = tempfile.mkdtemp(prefix="airlock_bench_")
        try:
            # As if it were read again, so that both give the same report.
            data = json.loads(json.dumps(measure(options, folder),
                                         sort_keys=True))
        finally:
            shutil.rmtree(folder)
    print(report.text(data))
    for path in (options.json, options.markdown):
        if path:
            os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(data, file, indent=1, sort_keys=True)
            file.write("\n")
    if options.plot:
        os.makedirs(options.plot, exist_ok=True)
        for name, svg in plots.draw(data).items():
            with open(os.path.join(options.plot, name), "w") as file:
                file.write(svg)
    if options.markdown:
        images = os.path.relpath(options.plot,
                                 os.path.dirname(options.markdown))
        with open(options.markdown, "w") as file:
            file.write(report.markdown(data, images))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
