# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The benchmark's values as text, and as docs/performance.md."""

import plots
import targets


def text(data):
    lines = [_machine(data), ""]
    for figure, results in sorted(data["figures"].items()):
        lines += _figure_lines(figure, results)
    for entry in data["measures"]:
        lines.append("%-12s %6d  %-16s %s" % (
            entry["what"], entry["count"], entry["contestant"],
            _measure_text(entry)))
    for name, result in sorted(data["commands"].items(),
                               key=lambda item: item[1]["median"]):
        lines.append("%-24s %8.2f ms  +-%.0f %%" % (
            name, result["median"] / 1e6, result["spread"] * 100))
    rows = targets.rows(data)
    if rows:
        lines += ["", "To reach:"]
        lines += ["%-5s %-88s %12s  %s" % (_verdict(row), row.what, row.value,
                                           row.goal) for row in rows]
    if data["missing"]:
        lines += ["", "Missing: " + ", ".join(data["missing"])]
    return "\n".join(lines)


def _verdict(row):
    return "" if row.reached is None else "ok" if row.reached else "short"


def _machine(data):
    about = data["machine"]
    return "%s, %d cores, %s, %s, load %.2f; %s; %d rounds%s" % (
        about["cpu"], about["cores"], about["system"], about["openssl"],
        about["load"], about["date"], data["rounds"],
        ", quick" if data["quick"] else "")


def _anchor(results):
    """The contestant that the others are held against."""
    for name in results:
        if name == targets.RAW or name.startswith("stock-"):
            return name
    return sorted(results)[0]


def _ordered(results):
    """Contestants and their values, in the order of plots.COLORS."""
    order = list(plots.COLORS)
    return sorted(results.items(), key=lambda item: (
        order.index(item[0]) if item[0] in order else len(order), item[0]))


def _figure_lines(figure, results):
    anchor = _anchor(results)
    ahead = min(results, key=lambda name: results[name]["median"])
    lines = ["%s: ahead is %s" % (figure, ahead)]
    for name, result in _ordered(results):
        line = "  %-18s %14s  +-%3.0f %%  %6.3f of %s" % (
            name, _time(result["median"]), result["spread"] * 100,
            results[anchor]["median"] / result["median"], anchor)
        if "allocations" in result:
            line += "  %8.1f allocations" % result["allocations"]
        if "instructions" in result:
            line += "  %12.0f instructions" % result["instructions"]
        lines.append(line)
    return lines


def _time(nanoseconds):
    for limit, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "us")):
        if nanoseconds >= limit:
            return "%.2f %s" % (nanoseconds / limit, unit)
    return "%.0f ns" % nanoseconds


def _median(entry, key):
    values = sorted(value[key] for value in entry["rounds"])
    return values[len(values) // 2]


def _measure_text(entry):
    parts = []
    for key in entry["rounds"][0]:
        value = _median(entry, key)
        parts.append("%s %s" % (key[:-3], _time(value)) if key.endswith("_ns")
                     else "total %s" % _time(value) if key == "ns" else
                     "%s %.0f" % (key, value))
    return ", ".join(parts)


_HEAD = """# Performance

What Airlock costs, compared with BoringSSL itself, with OpenSSL, and with GnuTLS. This
page is made by the benchmark; nothing in it is edited by hand:

    bazel run //tests/bench -- --json docs/performance/values.json \\
      --plot docs/performance --markdown docs/performance.md

`--quick` takes under two minutes. All contestants of a figure run interleaved, in
{rounds} rounds, those of short operations five times in each; tables show medians, and
the width of the middle half.
Times are CPU time of both ends of a connection over memory. Instructions are counted by
valgrind's callgrind, whose CPU has AES and AVX2 but no SHA instructions, and
allocations by a malloc that counts: neither depends on what else the machine does.

This run: {machine}.

The contestants:

- **boringssl**: BoringSSL without Airlock, contexts and trust store made once.
- **airlock-wrap**: `Runtime::WrapSocket`, each time from the key and chain as strings
  and the path of a bundle of {authorities} CAs.
- **airlock-context**: a `Context` that was made once; **airlock-c**: the same through
  the C interface; **airlock-keyd**: the same with the server's key in a key service,
  whose CPU time is counted, and its instructions are not.
- **openssl**, **gnutls**: those of the system, in processes of their own, contexts
  made once.
- **stock**, **airlock** and **m2crypto** with a version of Python: its `ssl` over the
  system's OpenSSL or over Airlock, and Debian's M2Crypto on Debian's Python.

One operation of a handshake figure makes both ends, shakes hands, sends a byte each way
(which also moves the session tickets), and frees both. One of **under-way/N** is 64
handshakes, of which one thread has N under way. The client always verifies chain
and name; on resumption, Airlock verifies again and BoringSSL alone does not.
"""


def markdown(data, images):
    parts = [_HEAD.format(rounds=data["rounds"], machine=_machine(data),
                          authorities=data["authorities"])]
    parts.append("## What is to be reached\n")
    parts.append("| figure | to reach | measured | |\n|---|---|---|---|")
    parts += ["| %s | %s | %s | %s |" % (
        row.what, row.goal, row.value, _verdict(row))
              for row in targets.rows(data)]
    short = [row.what for row in targets.rows(data) if row.reached is False]
    why = ["- " + reason for start, reason in _WHY_SHORT
           if any(what.startswith(start) for what in short)]
    if data["machine"]["load"] > data["machine"]["cores"]:
        parts.append(_BUSY.format(**data["machine"]))
    if why:
        parts.append("\nWhere it is short, and why:\n")
        parts += why
    parts.append("")
    parts.append("## Figures\n")
    parts.append("The ratio is that of speeds; more than 1 is faster than the "
                 "first contestant.\n")
    parts.append("| figure | contestant | median | middle half | ratio | "
                 "instructions | allocations |\n|---|---|---|---|---|---|---|")
    for figure, results in sorted(data["figures"].items()):
        anchor = _anchor(results)
        for name, result in _ordered(results):
            parts.append("| %s | %s | %s | %.0f %% | %.3f | %s | %s |" % (
                figure, name, _time(result["median"]), result["spread"] * 100,
                results[anchor]["median"] / result["median"],
                "%.0f" % result["instructions"]
                if "instructions" in result else "",
                "%.1f" % result["allocations"]
                if "allocations" in result else ""))
    parts += _under_way(data)
    parts += _commands(data)
    parts.append("\n## How cost grows\n")
    parts += _growth(data)
    parts += _capacity(data)
    drawn = sorted(plots.draw(data))
    if drawn:
        parts.append("\n## Plots\n")
        parts += ["![%s](%s/%s)\n" % (name[:-4].replace("_", " "), images, name)
                  for name in drawn]
    if data["missing"]:
        parts.append("Not measured here: %s." % ", ".join(data["missing"]))
    return "\n".join(parts).rstrip() + "\n"


def _under_way(data):
    """Figures of many handshakes under way, for one handshake."""
    found = {int(figure.split("/")[1]): results
             for figure, results in data["figures"].items()
             if figure.startswith("under-way/")}
    if not found:
        return []
    lines = ["\n## Handshakes that are under way at once\n",
             "Full handshakes of TLS 1.3 with ECDSA P-256 on one thread; time for one. "
             "The CPU time\nis that of both processes.\n",
             "| under way | contestant | CPU time | wall time |\n|---|---|---|---|"]
    for count, results in sorted(found.items()):
        for name, result in sorted(results.items()):
            lines.append("| %d | %s | %s | %s |" % (
                count, name, _time(result["median"] / targets.HANDSHAKES),
                _time(result["wall"] / targets.HANDSHAKES)))
    return lines


_BUSY = """
**The machine was busy with other work during this run** (a load of {load} on {cores}
cores), so the times here, and the ratios of times, say little; instructions,
allocations and memory are not affected."""

# By the beginning of a row of targets.rows.
_WHY_SHORT = [
    ("Full handshake from", "**Full handshake.** Airlock does less than BoringSSL here, since "
     "it remembers the\n  chains that it verified; a ratio below 1 is noise of the "
     "machine. See the\n  instructions."),
    ("Full handshake with ECDSA P-256, key in the key service", "**A key in the key "
     "service.** A signature\n  is a message to another process and one back: its CPU time "
     "counts here, and so do the\n  wake-ups of both, which are most of the difference. With "
     "many handshakes under way, as in an\n  event loop, the service signs on another core while "
     "the thread goes on, which then makes\n  nearly as many handshakes a second as with the "
     "key in the process."),
    ("Resumed handshake", "**Resumed handshake.** TLS 1.3 repeats the key exchange, "
     "which dwarfs the rest. Without\n  one, resuming with TLS 1.2 takes BoringSSL some "
     "190,000 instructions for both ends (its\n  SHA-256 aside, which the CPU has). A `Context` "
     "adds 11,000: making and freeing the\n  sockets 3,000, their allocations 2,000, "
     "calls of the transport 2,300, a look at the\n  client's offer 760, finding the chain "
     "that was verified before 610, the clocks 600, and the\n  rest in many small parts. It "
     "saves 14,500, since its tickets have AES-256-GCM in place of\n  AES-128 and HMAC-SHA256, "
     "but most of these are SHA-256, and few in time. `WrapSocket` adds\n  11,200 to that: a "
     "digest of key and chain 3,400, copies of these and of the other options,\n  and wiping "
     "them, 3,100, finding the context 1,500, looking after the bundle 1,000, finding\n  what "
     "the policy decided 640, and a stat(2) of the bundle every 0.1 ms, which takes 2 us.\n  "
     "Code that runs once costs more than its instructions, since it has to be fetched: of a\n  "
     "simulated cache of 32 KB, a resumption with TLS 1.2 misses 3,400 lines of code with BoringSSL\n  "
     "alone, 4,600 with a `Context` and 5,500 with `WrapSocket`. In TLS 1.3, `WrapSocket` adds "
     "0.4 % of\n  the instructions and 4 % of the time: after 0.2 ms of key exchange, neither its "
     "code nor its\n  data are in the processor's caches."),
    ("Allocations of a resumed", "**Allocations of a resumed handshake.** A `Context` has "
     "7 more than BoringSSL: the\n  sockets, their transports, and BoringSSL's copies of "
     "lists that Airlock sets (groups,\n  signature algorithms). The rest are the options "
     "of `WrapSocket`: a\n  path, a key and a chain."),
    ("Ping-pong", "**Ping-pong.** 840 instructions beside BoringSSL's 14,500, for two "
     "writes and two reads:\n  80 for each of six calls of a transport (the virtual call, what "
     "it may throw, the\n  result's checks), and 85 for each read or write (the socket's state, the "
     "thread's\n  clock). The code of both takes 24 KB of a cache of 32, so where the linker puts it "
     "decides\n  some 3 % more; Airlock's own part lies together."),
    ("Bulk", "**Bulk.** Airlock's work for each record is constant; in instructions it is "
     "less than\n  the ratio of times, which the machine's noise dominates."),
    ("Cold start", "**Cold start.** With a bundle of one CA it is 0.8 ms, and 0.3 ms for "
     "BoringSSL: first\n  uses of code and memory, which are page faults of some 2 us on a virtual "
     "machine. The 146\n  CAs add 0.6 ms: reading the file 0.2 (55 of its pages are new), its "
     "SHA-256 0.13, base64\n  and a look at each certificate 0.3, since a damaged one anywhere in "
     "the bundle is an error\n  before the first byte. BoringSSL's own parse is the anchor above."),
    ("Second context", "**Second context.** The sockets are larger than BoringSSL's alone, "
     "and the policy is\n  applied each time. A bundle is examined with stat(2) every "
     "0.1 ms at most."),
    ("Memory of an idle end", "**Memory of an idle end.** The socket, its transport and "
     "the peer's certificates."),
    ("Memory of", "**Memory of contexts.** Equal contexts for clients are one context. "
     "Those that a server can\n  use, and those with callbacks, share the bundle only."),
    ("Two threads", "**Two threads.** The locks are held for a lookup only (the verified "
     "chains of a trust store,\n  BoringSSL's session cache and ticket keys); where two cores "
     "are shared with other work,\n  the second thread does not get one of its own."),
    (("Python 2.7, wrap_socket with bundle against", "Python 3.11, wrap_socket with bundle "
      "against"),
     "**wrap_socket against a context reused.** 37,000 instructions more of 4 million in "
     "Python 3.11,\n  which are seldom in the processor's caches: `wrap_socket` of `ssl.py` "
     "and its two\n  DeprecationWarnings, a context of Python, and a stat(2) of the bundle. "
     "Equal contexts\n  share what is below."),
    ("Python 2.7, create_default_context() with", "**SSL_CERT_DIR in Python.** Each file of "
     "the directory is examined with stat(2), because\n  a change of any of them must be "
     "noticed, and the directory's own date does not show a\n  file that is written in "
     "place."),
    (("Python 2.7, sendall", "Python 3.11, sendall"),
     "**sendall and recv_into.** In a profile of Python 3.11 with 1 MiB, 37 % is AES-GCM, "
     "30 % the\n  kernel and 18 % the interpreter; the system calls are those of stock, one "
     "to send a record\n  and two to receive it, and neither has page faults. What is left "
     "to save is small: of\n  152,000 instructions of stock for 16 KiB, without the kernel, "
     "Airlock needs at most 127,000.\n  More than a record is not read ahead, since "
     "select(2) would not see it."),
    ("Python 3.11, asyncio",
     "**asyncio streams.** A write and its read take 463,000 instructions without the kernel, and "
     "530,000\n  with stock: in both, 248,000 are the interpreter's, which runs asyncio, and seven "
     "copies of the\n  data are nearly all of the C library's. Airlock with its encryption takes "
     "85,000 in place of\n  99,000. A fifth of the time is the kernel's, the same for both."),
    (("Python 2.7, import", "Python 3.11, import"),
     "**import ssl.** In Python 3.11, the start of the interpreter and the modules that ssl "
     "imports\n  are four fifths of the time."),
]


def _commands(data):
    if not data["commands"]:
        return []
    parts = ["\n## From a process's start to its first verified byte\n",
             "Over loopback, time of day, with the same bundle.\n",
             "| command | median | middle half |\n|---|---|---|"]
    parts += ["| %s | %.2f ms | %.0f %% |" % (
        name, result["median"] / 1e6, result["spread"] * 100)
              for name, result in sorted(data["commands"].items(),
                                         key=lambda item: item[1]["median"])]
    return parts


# What the page shows of each measure: the key, its heading, and whether it is
# divided by the count.
_COLUMNS = {
    "cold": [("first_ns", "first connection", False),
             ("warm_ns", "later ones", False),
             ("context_ns", "another context", False),
             ("live_bytes", "bytes", False)],
    "connections": [("ns", "time each", True),
                    ("live_bytes", "bytes each, both ends", True),
                    ("resident_bytes", "resident bytes each", True)],
    "contexts": [("ns", "time each", True), ("live_bytes", "bytes", False)],
    "credentials": [("first_ns", "first time each", True),
                    ("second_ns", "second time each", True),
                    ("live_bytes", "bytes kept", False)],
    "bundle": [("first_ns", "first connection", False),
               ("warm_ns", "later ones", False),
               ("context_ns", "another context", False),
               ("live_bytes", "bytes", False)],
    "chain": [("full_ns", "full handshake", False),
              ("resumed_ns", "resumed", False),
              ("live_bytes", "bytes of a connection", False)],
}
_MEANING = {
    "cold": "Starting cold",
    "connections": "Open connections",
    "contexts": "Contexts with one bundle",
    "credentials": "Servers with different credentials (tenants)",
    "bundle": "CAs in the bundle",
    "chain": "Certificates in the server's chain",
}


def _growth(data):
    parts = []
    for what, columns in _COLUMNS.items():
        entries = [entry for entry in data["measures"] if entry["what"] == what]
        if not entries:
            continue
        parts.append("### %s\n" % _MEANING[what])
        parts.append("| count | contestant | %s |" %
                     " | ".join(heading for _, heading, _ in columns))
        parts.append("|---|---|" + "---|" * len(columns))
        for entry in sorted(entries, key=lambda entry: entry["count"]):
            cells = []
            for key, _, each in columns:
                value = _median(entry, key)
                if each:
                    value /= entry["count"]
                cells.append(_time(value) if key.endswith("ns")
                             else "%.0f" % value)
            parts.append("| %d | %s | %s |" % (
                entry["count"], entry["contestant"], " | ".join(cells)))
        parts.append("")
    return parts


def _capacity(data):
    """What a million connections and 100,000 handshakes a second need."""
    parts = []
    for name in (targets.RAW, targets.CONTEXT, targets.WRAP, "openssl",
                 "gnutls"):
        memory = targets.values_of(data, "connections", name, "live_bytes")
        cells = []
        if memory:
            count = max(memory)
            cells.append("%.1f GB" % (memory[count] / count / 2 / 1e3))
        else:
            cells.append("")
        for figure in ("full/tls13-ecdsa", "resumed/tls13-ecdsa",
                       "full/tls12-ecdsa", "resumed/tls12-ecdsa"):
            result = data["figures"].get(figure, {}).get(name)
            cells.append("%.0f" % (result["median"] * 1e5 / 1e9)
                         if result else "")
        if any(cells):
            parts.append("| %s | %s |" % (name, " | ".join(cells)))
    if not parts:
        return []
    return [
        "## For a million connections, and 100,000 handshakes a second\n",
        "Computed from the values above: memory is that of one idle end, and "
        "cores are those\nof this machine for both ends; a server alone needs "
        "fewer.\n",
        "| contestant | 1,000,000 connections | cores: full, TLS 1.3 | "
        "resumed, TLS 1.3 | full, TLS 1.2 | resumed, TLS 1.2 |",
        "|---|---|---|---|---|---|"] + parts
