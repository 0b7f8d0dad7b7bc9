# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The figures that Airlock is to reach, computed from measured values."""

RAW = "boringssl"
WRAP = "airlock-wrap"
CONTEXT = "airlock-context"
KEYD = "airlock-keyd"

# In one operation of the figures under-way/N.
HANDSHAKES = 64


class Row:
    """One figure: what it is, what is to be reached, and what was measured.

    `reached` is None for a value that is only there to compare with.
    """

    def __init__(self, what, goal, value, reached):
        self.what = what
        self.goal = goal
        self.value = value
        self.reached = reached


def speed(data, figure, ours, other):
    """How many times as fast as `other`; None if one of them is missing."""
    results = data["figures"].get(figure, {})
    if ours not in results or other not in results:
        return None
    return results[other]["median"] / results[ours]["median"]


def _figures(data, *groups):
    return [figure for figure in sorted(data["figures"])
            if figure.split("/")[0] in groups]


def _least(values):
    values = [value for value in values if value is not None]
    return min(values) if values else None


def _excess(data, figures, key):
    """The largest ratio or difference of `key` to BoringSSL's."""
    pairs = []
    for figure in figures:
        results = data["figures"][figure]
        ours = results.get(WRAP, {}).get(key)
        raw = results.get(RAW, {}).get(key)
        if ours is not None and raw:
            pairs.append((ours, raw))
    return pairs


def values_of(data, what, contestant, key):
    """{count: median} of a measure."""
    found = {}
    for entry in data["measures"]:
        if entry["what"] == what and entry["contestant"] == contestant:
            values = sorted(value[key] for value in entry["rounds"])
            found[entry["count"]] = values[len(values) // 2]
    return found


def rows(data):
    result = []

    def add(what, goal, value, text, reached):
        if value is not None:
            result.append(Row(what, goal, text % value, reached(value)))

    def add_speed(what, least, *groups, ours=WRAP):
        figures = _figures(data, *groups)
        add(what + ", speed against BoringSSL (lowest of %d)" % len(figures),
            ">= %.2f" % least,
            _least(speed(data, figure, ours, RAW) for figure in figures),
            "%.3f", lambda value: value >= least)

    def add_instructions(what, most, *groups):
        pairs = _excess(data, _figures(data, *groups), "instructions")
        add(what + ", instructions against BoringSSL (highest of %d)" %
            len(pairs), "<= %.2f" % most,
            max((ours / raw for ours, raw in pairs), default=None), "%.3f",
            lambda value: value <= most)

    add_speed("Full handshake from strings and a path", 0.98, "full")
    add_instructions("Full handshake", 1.03, "full")
    remote = [figure for figure in _figures(data, "full")
              if figure.endswith("-ecdsa")]
    add("Full handshake with ECDSA P-256, key in the key service, speed against "
        "a key in the process (lowest of %d)" % len(remote), ">= 0.93",
        _least(speed(data, figure, KEYD, CONTEXT) for figure in remote),
        "%.3f", lambda value: value >= 0.93)
    for figure in sorted(_figures(data, "under-way"),
                         key=lambda name: int(name.split("/")[1])):
        count = figure.split("/")[1]
        add("The same, TLS 1.3, %s under way on one thread" % count, ">= 0.93",
            speed(data, figure, KEYD, CONTEXT), "%.3f",
            lambda value: value >= 0.93)
        walls = [data["figures"][figure].get(name, {}).get("wall")
                 for name in (CONTEXT, KEYD)]
        if all(walls):
            add("The same, in handshakes a second of that thread", ">= 0.93",
                walls[0] / walls[1], "%.3f", lambda value: value >= 0.93)
    add_speed("Resumed handshake, verified again, a Context", 0.95, "resumed",
              ours=CONTEXT)
    add_speed("Resumed handshake, verified again, from strings and a path",
              0.95, "resumed")
    add_instructions("Resumed handshake", 1.05, "resumed")
    add_speed("Bulk, 16 KiB and 1 MiB", 0.98, "write-16KiB", "write-1MiB")
    add_instructions("Bulk", 1.01, "write-16KiB", "write-1MiB")
    add_speed("Ping-pong of 64 B", 0.97, "pingpong-64B")
    for name, label in ((WRAP, "Airlock"), (RAW, "BoringSSL")):
        first = values_of(data, "cold", name, "first_ns").get(1)
        warm = values_of(data, "cold", name, "warm_ns").get(1)
        if first is not None:
            add("Cold start beyond a warm connection, " + label,
                "<= 1 ms" if name == WRAP else "(anchor)", (first - warm) / 1e6,
                "%.2f ms",
                (lambda value: value <= 1) if name == WRAP
                else lambda value: None)
    _add_commands(data, result)
    second = data["figures"].get("context/second", {})
    socket = data["figures"].get("context/socket", {}).get(RAW)
    if CONTEXT in second:
        add("Second context with the same content, CreateContext", "<= 2 us",
            second[CONTEXT]["median"] / 1e3, "%.1f us",
            lambda value: value <= 2)
    if WRAP in second and socket:
        add("Second context with the same content, WrapSocket with its socket, "
            "beyond SSL_new", "<= 2 us",
            (second[WRAP]["median"] - socket["median"]) / 1e3, "%.1f us",
            lambda value: value <= 2)
    _add_memory(data, add)
    one = data["figures"].get("threads/1", {}).get(CONTEXT)
    two = data["figures"].get("threads/2", {}).get(CONTEXT)
    if one and two:
        add("Two threads against one, shared context", ">= 1.9",
            one["median"] / two["median"], "%.2f", lambda value: value >= 1.9)
    for group, label in (("full", "full"), ("resumed", "resumed")):
        pairs = _excess(data, _figures(data, group), "allocations")
        add("Allocations of a %s handshake and ping, both ends, beyond "
            "BoringSSL's (highest)" % label, "<= 10",
            max((ours - raw for ours, raw in pairs), default=None), "%+.0f",
            lambda value: value <= 10)
    _add_pythons(data, result)
    return result


def _add_commands(data, result):
    commands = data["commands"]
    ours = commands.get("airlock connect")
    for name, other in commands.items():
        if ours and not name.startswith("airlock"):
            result.append(
                Row("Process start to first verified byte, airlock connect "
                    "against " + name, "< %.1f ms" % (other["median"] / 1e6),
                    "%.1f ms" % (ours["median"] / 1e6),
                    ours["median"] < other["median"]))


def _add_memory(data, add):
    ours = values_of(data, "connections", WRAP, "live_bytes")
    raw = values_of(data, "connections", RAW, "live_bytes")
    both = sorted(set(ours) & set(raw))
    if both:
        count = both[-1]
        add("Memory of an idle end beyond BoringSSL's (%d connections)" % count,
            "<= 1024 B", (ours[count] - raw[count]) / count / 2, "%.0f B",
            lambda value: value <= 1024)
    contexts = values_of(data, "contexts", CONTEXT, "live_bytes")
    if len(contexts) > 1:
        count = max(contexts)
        each = (contexts[count] - contexts[1]) / (count - 1)
        add("Memory of 1000 contexts with one bundle against one (from %d)" %
            count, "<= 1.1", (contexts[1] + 999 * each) / contexts[1], "%.2f",
            lambda value: value <= 1.1)


# The figures of Python: the group, what it is, and how many times as fast as
# stock Airlock is to be.
PYTHON = [
    ("py-wrap-bundle", "wrap_socket with bundle and handshake", 28),
    ("py-context-reused", "context reused, both ends", 1.4),
    ("py-wrap-bio", "wrap_bio on a ready context", 1.1),
    ("py-transfer-1KiB", "sendall/recv_into, 1 KiB", 1.1),
    ("py-transfer-16KiB", "sendall/recv_into, 16 KiB", 1.1),
    ("py-transfer-1MiB", "sendall/recv_into, 1 MiB", 1.1),
    ("py-asyncio", "asyncio streams", 1.1),
    ("py-import", "import ssl", 1.0),
]


def _add_pythons(data, result):
    for group, label, least in PYTHON:
        for figure in _figures(data, group):
            version = figure.split("/")[1]
            value = speed(data, figure, "airlock-" + version,
                          "stock-" + version)
            if value is not None:
                result.append(
                    Row("Python %s, %s, speed against stock" % (version, label),
                        ">= %g" % least, "%.2f" % value, value >= least))
    for figure in _figures(data, "py-wrap-bundle"):
        version = figure.split("/")[1]
        ours = data["figures"][figure].get("airlock-" + version)
        reused = data["figures"].get("py-context-reused/" + version, {}).get(
            "airlock-" + version)
        if ours and reused:
            value = ours["median"] / reused["median"]
            result.append(
                Row("Python %s, wrap_socket with bundle against a context "
                    "reused" % version, "<= 1.05", "%.2f" % value,
                    value <= 1.05))
    for group, label in (
            ("py-default-context", "create_default_context(), second time"),
            ("py-default-context-cert-dir",
             "create_default_context() with SSL_CERT_DIR, second time")):
        for figure in _figures(data, group):
            version = figure.split("/")[1]
            ours = data["figures"][figure].get("airlock-" + version)
            if ours:
                value = ours["median"] / 1e3
                result.append(Row("Python %s, %s" % (version, label),
                                  "<= 30 us", "%.1f us" % value, value <= 30))
