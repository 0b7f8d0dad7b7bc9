# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""usage: check_values.py FOLDER; checks what bench_test.sh wrote there.

Allocations and instructions are the same on a loaded machine, so they have
bounds here. Raise one only with a reason.
"""

import glob
import json
import os
import sys
import xml.etree.ElementTree

# (figure, contestant): how many more allocations than BoringSSL's.
MORE_ALLOCATIONS = {
    ("full/tls13-ecdsa", "airlock-wrap"): 10,
    ("full/tls13-ecdsa", "airlock-context"): 10,
    ("resumed/tls13-ecdsa", "airlock-context"): 10,
    ("resumed/tls13-ecdsa", "airlock-c"): 18,
    ("resumed/tls13-ecdsa", "airlock-wrap"): 10,
    ("write-16KiB/aes-gcm", "airlock-wrap"): 0,
    ("write-16KiB/aes-gcm", "airlock-c"): 0,
}
# (figure, contestant): the most allocations.
ALLOCATIONS = {
    # The socket, and the options: their number does not depend on the bundle.
    # With upstream's BoringSSL, one more than with Debian's.
    ("context/second", "airlock-wrap"): 21,
    # The request's: the context is shared.
    ("context/second", "airlock-context"): 8,
}
# (figure, contestant): the most instructions, in those of BoringSSL.
INSTRUCTIONS = {
    ("full/tls13-ecdsa", "airlock-wrap"): 0.85,
    ("full/tls13-ecdsa", "airlock-context"): 0.85,
    ("resumed/tls12-ecdsa", "airlock-wrap"): 1.03,
    ("resumed/tls12-ecdsa", "airlock-context"): 1.0,
    ("resumed/tls13-ecdsa", "airlock-wrap"): 1.005,
    ("resumed/tls13-ecdsa", "airlock-context"): 1.0,
    ("pingpong-64B/aes-gcm", "airlock-context"): 1.07,
    ("write-16KiB/aes-gcm", "airlock-context"): 1.01,
}
MORE_BYTES_PER_END = 1024
# What 20 equal contexts may take of the memory of one.
TIMES_OF_ONE_CONTEXT = 1.02


def require(condition, *what):
    if not condition:
        sys.exit(" ".join(str(part) for part in what))


def check_figures(figures):
    for (figure, name), most in MORE_ALLOCATIONS.items():
        more = (figures[figure][name]["allocations"] -
                figures[figure]["boringssl"]["allocations"])
        require(more <= most, figure, name, "has", more,
                "allocations more than BoringSSL; at most", most)
    for (figure, name), most in ALLOCATIONS.items():
        allocations = figures[figure][name]["allocations"]
        require(allocations <= most, figure, name, "has", allocations,
                "allocations; at most", most)
    for (figure, name), most in INSTRUCTIONS.items():
        if "instructions" not in figures[figure]["boringssl"]:
            continue  # valgrind is not installed.
        ratio = (figures[figure][name]["instructions"] /
                 figures[figure]["boringssl"]["instructions"])
        require(ratio <= most, figure, name, "has", ratio,
                "times BoringSSL's instructions; at most", most)
    for figure, results in figures.items():
        for name, result in results.items():
            require(len(result["rounds_ns"]) in (2, 2 * 5) and
                    result["median"] > 0, figure, name, result)


def check_measures(measures):
    live = {}
    contexts = {}
    for entry in measures:
        require(entry["rounds"], entry)
        if entry["what"] == "connections" and entry["count"] == 100:
            live[entry["contestant"]] = entry["rounds"][0]["live_bytes"] / 100
        if (entry["what"], entry["contestant"]) == ("contexts",
                                                    "airlock-context"):
            contexts[entry["count"]] = entry["rounds"][0]["live_bytes"]
    times = contexts[20] / contexts[1]
    require(times <= TIMES_OF_ONE_CONTEXT, "20 contexts take", times,
            "times the memory of one; at most", TIMES_OF_ONE_CONTEXT)
    for name in ("airlock-wrap", "airlock-context", "airlock-c"):
        more = (live[name] - live["boringssl"]) / 2
        require(more <= MORE_BYTES_PER_END, name, "keeps", more,
                "bytes more for an idle end")


def main(folder):
    with open(os.path.join(folder, "values.json")) as file:
        data = json.load(file)
    check_figures(data["figures"])
    check_measures(data["measures"])
    for name in ("boringssl", "airlock-wrap", "airlock-context", "airlock-c",
                 "airlock-keyd", "openssl", "gnutls"):
        require(name in data["figures"]["full/tls13-ecdsa"], name, "is missing")
    require(data["figures"]["under-way/8"]["airlock-keyd"]["wall"] > 0,
            data["figures"]["under-way/8"])
    require(len(data["figures"]["under-way/8"]) == 2,
            data["figures"]["under-way/8"])
    with open(os.path.join(folder, "performance.md")) as file:
        require("| 8 | airlock-keyd |" in file.read(), "the table is missing")
    require("airlock connect" in data["commands"], data["commands"])
    plots = glob.glob(os.path.join(folder, "plots", "*.svg"))
    require(plots, "there is no plot")
    for path in plots:
        xml.etree.ElementTree.parse(path)
    with open(os.path.join(folder, "text")) as file:
        require("To reach:" in file.read(), "the text has no targets")


main(sys.argv[1])
