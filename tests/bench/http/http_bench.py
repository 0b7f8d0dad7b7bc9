#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares HTTPS by Airlock with nginx and with libcurl, in one run.

    bazel run //tests/bench/http -- [--quick] [--rounds N] [--json FILE]

`airlock serve` and nginx serve the same files with the same key and protocol
to the same clients (h2load, wrk); //platform/http and libcurl fetch from the
same nginx. The contestants of a figure take turns, and a figure is the median
of its rounds. With two or more processors a server and its load have one each.
"""

import argparse
import json
import os
import random
import re
import resource
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

SMALL, LARGE = 1 << 10, 1 << 20
PROCESSORS = sorted(os.sched_getaffinity(0))

NGINX = """
daemon off; master_process off; worker_processes 1; user root root;
worker_rlimit_nofile {files};
pid {dir}/nginx.pid; error_log {dir}/error.log warn;
events {{ worker_connections {connections}; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  keepalive_timeout 600s; default_type application/octet-stream;
  client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy;
  fastcgi_temp_path {dir}/fastcgi; uwsgi_temp_path {dir}/uwsgi;
  scgi_temp_path {dir}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl http2 backlog=4096; root {root};
    ssl_certificate {dir}/cert.pem; ssl_certificate_key {dir}/key.pem;
    ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    ssl_session_cache shared:s:10m; ssl_ecdh_curve X25519;
  }}
}}
"""


def pinned(which):
    """The command that keeps a process on one processor, if there are two."""
    if len(PROCESSORS) < 2:
        return []
    return ["taskset", "--cpu-list", str(PROCESSORS[which])]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("%s failed (%d):\n%s%s" % (
            " ".join(command), done.returncode, done.stdout, done.stderr))
    return done.stdout


def make_certificate(folder):
    """A self-signed P-256 certificate for localhost, in cert.pem and key.pem."""
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-days", "7", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem"])


class Server:
    """A server process on a processor of its own."""

    def __init__(self, name, command, port, log):
        self.name = name
        self.log = open(log, "ab")
        self.process = subprocess.Popen(
            pinned(0) + command, stdout=subprocess.PIPE if port is None
            else self.log, stderr=self.log, text=port is None)
        self.port = port if port is not None else self.port_shown()
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    with open(log) as file:
                        sys.exit("%s does not listen:\n%s" % (name, file.read()))
                time.sleep(0.02)  # nginx does not say when it listens.

    def port_shown(self):
        line = self.process.stdout.readline()
        found = re.search(r":(\d+),", line)
        if not found:
            sys.exit("%s does not say where it listens: %r" % (self.name, line))
        return int(found.group(1))

    def url(self, size):
        return "https://127.0.0.1:%d/%d.bin" % (self.port, size)

    def memory(self):
        """Proportional set size, in bytes."""
        with open("/proc/%d/smaps_rollup" % self.process.pid) as rollup:
            return 1024 * int(re.search(r"^Pss:\s+(\d+)", rollup.read(),
                                        re.MULTILINE).group(1))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_nginx(folder):
    port = free_port()
    with open(folder + "/nginx.conf", "w") as conf:
        conf.write(NGINX.format(dir=folder, root=folder + "/root", port=port,
                                files=resource.getrlimit(
                                    resource.RLIMIT_NOFILE)[0],
                                connections=16384))
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    # Without -e it opens a log elsewhere first.
    return Server("nginx", [nginx, "-e", "stderr", "-p", folder, "-c",
                            folder + "/nginx.conf"],
                  port, folder + "/nginx.log")


def start_airlock(folder, airlock):
    return Server("airlock", [
        airlock, "serve", "--port=0", "--root=" + folder + "/root",
        "--cert=" + folder + "/cert.pem", "--key=" + folder + "/key.pem",
        "--tls=TLSv1.3", "--idle-timeout=10m", "--threads=1", "--quiet"],
                  None, folder + "/airlock.log")


def h2load(server, size, http2, requests):
    """Requests per second."""
    out = run(pinned(-1) + [
        "h2load", "--requests=%d" % requests, "--clients=16",
        "--max-concurrent-streams=%d" % (8 if http2 else 1),
        "--threads=1", "--window-bits=24", "--connection-window-bits=24",
        "--npn-list=h2" if http2 else "--h1", server.url(size)])
    ok = int(re.search(r"(\d+) succeeded", out).group(1))
    cipher = re.search(r"Cipher: (\S+)", out).group(1)
    if ok != requests or cipher != "TLS_AES_128_GCM_SHA256":
        sys.exit("h2load on %s: %d of %d requests succeeded, %s\n%s"
                 % (server.name, ok, requests, cipher, out))
    return float(re.search(r"finished in [^,]*, ([\d.]+) req/s", out).group(1))


def wrk_new_connections(server, seconds):
    """Requests per second, each on its own connection with a full handshake."""
    out = run(pinned(-1) + [
        "wrk", "--threads", "1", "--connections", "16", "--duration",
        "%ds" % seconds, "--header", "Connection: close", server.url(SMALL)])
    if "Socket errors" in out or "Non-2xx" in out:
        sys.exit("wrk on %s:\n%s" % (server.name, out))
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))


def idle_memory(server, connections):
    """Bytes that the server needs for a connection that has had a request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # The load of a benchmark.
    request = b"GET /%d.bin HTTP/1.1\r\nHost: localhost\r\n\r\n" % SMALL
    before = server.memory()
    clients = []
    for _ in range(connections):
        client = context.wrap_socket(
            socket.create_connection(("127.0.0.1", server.port), 30))
        client.sendall(request)
        got = b""
        while len(got) < SMALL or b"\r\n\r\n" not in got:
            part = client.recv(16384)
            if not part:
                sys.exit("%s closed connection %d" % (server.name, len(clients)))
            got += part
        clients.append(client)
    used = server.memory() - before
    # Each must still be served.
    for client in clients[:: max(1, connections // 50)]:
        client.sendall(request)
        if not client.recv(16384).startswith(b"HTTP/1.1 200"):
            sys.exit("%s dropped an idle connection" % server.name)
    for client in clients:
        client.close()
    return used / connections


def fetch(program, server, folder, count, at_once, new, http2):
    """Fetches per second."""
    out = json.loads(run(pinned(-1) + [
        program, server.url(SMALL), folder + "/cert.pem", str(count),
        str(at_once), "new" if new else "keep", "2" if http2 else "1.1"]))
    if out["bytes"] != count * SMALL:
        sys.exit("%s fetched %d bytes" % (program, out["bytes"]))
    return count / out["seconds"]


class Table:
    """Measures figures and prints them as they come."""

    def __init__(self, rounds):
        self.rounds = rounds
        self.figures = []
        print("%-46s %12s %12s %7s" % ("", "airlock", "other", "ratio"))

    def add(self, figure, unit, contestants, rounds=None, more_is_better=True):
        """`contestants`: {name: function}, "airlock" first."""
        values = {name: [] for name in contestants}
        for _ in range(rounds or self.rounds):
            for name in random.sample(list(contestants), len(contestants)):
                values[name].append(contestants[name]())
        medians = {name: statistics.median(v) for name, v in values.items()}
        other = [name for name in contestants if name != "airlock"][0]
        ratio = medians["airlock"] / max(medians[other], 1e-9)
        ahead = (ratio >= 1) == more_is_better
        print("%-46s %12.1f %12.1f %7.2f  %s is ahead" % (
            "%s (%s)" % (figure, unit), medians["airlock"], medians[other],
            ratio, "airlock" if ahead else other), flush=True)
        self.figures.append({
            "figure": figure, "unit": unit, "medians": medians, "values": values,
            "other": other, "ratio": ratio, "more_is_better": more_is_better})


def measure(options, folder):
    os.mkdir(folder + "/root")
    for size in (SMALL, LARGE):
        with open("%s/root/%d.bin" % (folder, size), "wb") as file:
            file.write(os.urandom(size))
    make_certificate(folder)
    table = Table(options.rounds)
    airlock, nginx = start_airlock(folder, options.airlock), start_nginx(folder)
    try:
        scale = 20 if options.quick else 1
        both = (airlock, nginx)
        for version, http2 in (("HTTP/1.1", False), ("HTTP/2", True)):
            for name, size, requests in (("1 KiB", SMALL, 40000),
                                         ("1 MiB", LARGE, 800)):
                table.add("server, %s, %s" % (version, name), "requests/s", {
                    s.name: lambda s=s: h2load(s, size, http2, requests // scale)
                    for s in both})
        table.add("server, new connections", "connections/s", {
            s.name: lambda s=s: wrk_new_connections(s, 1 if options.quick else 4)
            for s in both})
        table.add("server, idle connection", "bytes", {
            s.name: lambda s=s: idle_memory(s, options.idle) for s in both},
                  rounds=1, more_is_better=False)
        programs = {"airlock": options.fetch_airlock, "libcurl": options.fetch_curl}
        count = 1000 // (5 if options.quick else 1)
        for version, http2 in (("HTTP/1.1", False), ("HTTP/2", True)):
            for how, at_once, new in (("serial", 1, False),
                                      ("100 at once", 100, False),
                                      ("serial, new connections", 1, True)):
                table.add("client, %s, %s" % (version, how), "fetches/s", {
                    name: lambda program=program: fetch(
                        program, nginx, folder, count, at_once, new, http2)
                    for name, program in programs.items()})
    finally:
        airlock.stop()
        nginx.stop()
    return table.figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("airlock")
    parser.add_argument("fetch_airlock")
    parser.add_argument("fetch_curl")
    parser.add_argument("--quick", action="store_true",
                        help="a small load: only whether it works")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--idle", type=int, help="idle connections")
    parser.add_argument("--json", help="a file for all values")
    options = parser.parse_args()
    if options.quick:
        options.rounds = min(options.rounds, 2)
    options.idle = options.idle or (100 if options.quick else 10000)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < options.idle + 200:
        sys.exit("%d descriptors are allowed (ulimit -Hn), too few for %d idle "
                 "connections; use --idle" % (hard, options.idle))
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "https_proxy"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="http_bench") as folder:
        figures = measure(options, folder)
    if options.json:
        path = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""),
                            options.json)
        with open(path, "w") as file:
            json.dump({"processors": len(PROCESSORS), "figures": figures}, file,
                      indent=1)


if __name__ == "__main__":
    main()
