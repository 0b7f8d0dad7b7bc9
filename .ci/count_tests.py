# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prints 'N passed, N failed' for one or more runs of `bazel test`.

usage: count_tests.py BUILD_EVENTS.json EXIT_STATUS [BUILD_EVENTS.json EXIT_STATUS ...]

Counts test targets. A target passed only if Bazel's event file says so; one
that did not build, run or end has failed. Exits with 1 unless all passed.
"""

import json
import sys


def outcomes(lines):
    """Maps the label of every test target to how it ended, or to None."""
    result = {}
    for line in lines:
        event = json.loads(line)
        key = event["id"]
        if "targetConfigured" in key:
            if event.get("configured", {}).get("testSize"):
                result.setdefault(key["targetConfigured"]["label"], None)
        elif "testSummary" in key:
            label = key["testSummary"]["label"]
            result[label] = event.get("testSummary", {}).get("overallStatus")
    return result


def count(path, status):
    """Prints what failed in one run. Returns how many passed and failed."""
    try:
        with open(path, encoding="utf-8") as lines:
            ended = outcomes(lines)
    except (ValueError, KeyError) as error:
        print("Bazel's event file cannot be read:", error)
        ended = {}
    failed = {
        label: how
        for label, how in sorted(ended.items())
        if how not in ("PASSED", "FLAKY")
    }
    for label, how in failed.items():
        print(label, how or "DID NOT RUN")
    bad = len(failed)
    if bad == 0 and (status != 0 or not ended):
        print("The build itself failed (exit status %d)." % status)
        bad = 1
    return len(ended) - len(failed), bad


def main(arguments):
    counts = [
        count(path, int(status))
        for path, status in zip(arguments[::2], arguments[1::2])
    ]
    passed = sum(good for good, _ in counts)
    failed = sum(bad for _, bad in counts)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
