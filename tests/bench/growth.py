# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is measured in processes of its own: cold starts, memory, growth."""

import json
import os
import random
import shutil
import socket
import ssl
import subprocess
import threading
import time

import machine
import rounds

# Sizes of each measure: for all, and for --quick.
SIZES = {
    "cold": ([1], [1]),
    "connections": ([1, 10, 100, 1000, 10000], [1, 100]),
    "contexts": ([1, 10, 100, 1000], [1, 20]),
    "credentials": ([1, 10, 100, 1000, 10000], [1, 20]),
    "bundle": ([1, 10, 100, 1000], []),
    "chain": ([1, 2, 3, 4, 5, 6], []),
}
# How often the larger ones are measured, at most.
FEW_ROUNDS = {"connections": 3, "contexts": 3, "credentials": 3, "bundle": 3,
              "chain": 3}
# Sizes beyond which a contestant would take minutes or gigabytes: the contexts
# of these each hold a copy of the bundle, and credentials are parsed each time.
LIMITS = {
    "contexts": (100, ("boringssl", "openssl", "gnutls")),
    "credentials": (1000, ("openssl", "gnutls")),
}


def run_measures(contestants, material, wanted, count, quick, folder, progress):
    """Returns a list of {"what", "count", "contestant", "rounds": [{...}]}."""
    jobs = []
    for what, sizes in SIZES.items():
        if not wanted.search("measure/" + what):
            continue
        for size in sizes[1 if quick else 0]:
            times = min(count, FEW_ROUNDS.get(what, count))
            if quick:
                times = min(times, 3)
            if size >= 10000:
                times = 1
            for _ in range(times):
                jobs.append((what, size))
    names = [name for name in contestants.native
             if name not in machine.ONLY_FIGURES]
    certs = material.certs
    bundles = {}
    if any(what in ("bundle", "chain") for what, _ in jobs):
        progress.step("making certificates")
        made = _Certificates(os.path.join(folder, "certs"), material)
        certs = made.folder
        bundles = made.bundles
        time.sleep(2.1)  # See machine.prepare_material.
    results = {}
    for number, (what, size) in enumerate(jobs, 1):
        progress.step("measure %d of %d: %s, %d" % (number, len(jobs), what,
                                                    size))
        # In another order each time.
        for name in random.sample(names, len(names)):
            most, limited = LIMITS.get(what, (size, ()))
            if size > most and name in limited:
                continue
            command = contestants.native[name][:2]
            if what == "bundle":
                command += [material.certs, bundles[size], "measure", "cold",
                            "1"]
            else:
                command += [certs, material.bundle, "measure", what, str(size)]
            output = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                                    check=True).stdout
            results.setdefault((what, size, name), []).append(
                json.loads(output))
    return [{"what": what, "count": size, "contestant": name, "rounds": values}
            for (what, size, name), values in sorted(results.items())]


class _Certificates:
    """Bundles and chains of each size, made with the openssl command."""

    def __init__(self, folder, material):
        self.folder = folder
        self.bundles = {}
        shutil.copytree(material.certs, folder)
        self._key = self._path("made.key")
        self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                      "ec_paramgen_curve:P-256", "-out", self._key)
        self._make_bundles()
        self._make_chains(material)

    def _path(self, name):
        return os.path.join(self.folder, name)

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(("openssl",) + arguments, check=True,
                       stderr=subprocess.DEVNULL)

    def _self_signed(self, name):
        self._openssl("req", "-x509", "-new", "-key", self._key, "-subj",
                      "/O=Airlock Benchmark/CN=" + name, "-days", "3650",
                      "-out", self._path(name + ".pem"))
        return self._read(name)

    def _read(self, name):
        with open(self._path(name + ".pem")) as file:
            return file.read()

    def _make_bundles(self):
        authorities = []
        for size in SIZES["bundle"][0]:
            # One place is that of the CA that is looked for, the last.
            while len(authorities) < size - 1:
                authorities.append(
                    self._self_signed("authority%d" % len(authorities)))
            path = self._path("bundle_%d.pem" % size)
            with open(path, "w") as file:
                file.write("".join(authorities) + self._read("root"))
            self.bundles[size] = path

    def _make_chains(self, material):
        """chain_N.pem: a leaf, N - 1 intermediates, and the leaf's key."""
        anchor = self._self_signed("anchor")
        with open(material.bundle, "a") as file:
            file.write(anchor)
        with open(self._key) as file:
            key = file.read()
        issuer = "anchor"
        issuers = []
        for size in SIZES["chain"][0]:
            leaf = self._issue("leaf%d" % size, issuer, leaf=True)
            with open(self._path("chain_%d.pem" % size), "w") as file:
                file.write(leaf + "".join(reversed(issuers)) + key)
            name = "intermediate%d" % size
            issuers.append(self._issue(name, issuer, leaf=False))
            issuer = name

    def _issue(self, name, issuer, leaf):
        extensions = self._path(name + ".ext")
        with open(extensions, "w") as file:
            file.write("subjectAltName=DNS:localhost\n"
                       "extendedKeyUsage=serverAuth\n" if leaf else
                       "basicConstraints=critical,CA:TRUE\n"
                       "keyUsage=critical,keyCertSign\n")
        request = self._path(name + ".csr")
        self._openssl("req", "-new", "-key", self._key, "-subj",
                      "/O=Airlock Benchmark/CN=" + name, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA",
                      self._path(issuer + ".pem"), "-CAkey", self._key,
                      "-CAcreateserial", "-days", "3650", "-extfile",
                      extensions, "-out", self._path(name + ".pem"))
        return self._read(name)


class _Server:
    """Answers requests over TLS on loopback, one connection after another."""

    def __init__(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(
            os.path.join(machine.CERTS, "server_p256_chain.pem"),
            os.path.join(machine.CERTS, "server_p256.key"))
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                connection, _ = self._socket.accept()
                with self._context.wrap_socket(connection,
                                               server_side=True) as stream:
                    stream.settimeout(10)
                    stream.recv(4096)
                    stream.sendall(b"HTTP/1.0 200 OK\r\n"
                                   b"Content-Length: 3\r\n\r\nok\n")
            except OSError:
                if self._socket.fileno() < 0:
                    return

    def close(self):
        self._socket.close()


def run_commands(material, wanted, count, progress):
    """Wall time from a process's start to its end, after the first byte."""
    if not wanted.search("measure/commands"):
        return {}
    server = _Server()
    url = "https://localhost:%d/" % server.port
    address = "localhost:%d" % server.port
    airlock = os.path.abspath("platform/cli/airlock")
    candidates = {
        "airlock connect": [airlock, "connect", "--ca", material.bundle,
                            address],
        "airlock fetch": [airlock, "fetch", "--ca", material.bundle, url],
        "curl (OpenSSL)": ["curl", "--silent", "--cacert", material.bundle,
                           url],
        "openssl s_client": ["openssl", "s_client", "-connect", address,
                             "-CAfile", material.bundle,
                             "-verify_return_error", "-verify_hostname",
                             "localhost", "-quiet"],
        "gnutls-cli": ["gnutls-cli", "--x509cafile", material.bundle,
                       "--port", str(server.port), "localhost"],
    }
    results = {}
    for number in range(count):
        for name in random.sample(list(candidates), len(candidates)):
            if not shutil.which(candidates[name][0]):
                continue
            progress.step("command %d of %d: %s" % (number + 1, count, name))
            elapsed = _time_to_answer(candidates[name])
            if elapsed is not None:
                results.setdefault(name, {"rounds_ns": []})[
                    "rounds_ns"].append(elapsed)
    server.close()
    for result in results.values():
        result.update(rounds.summary(result["rounds_ns"]))
    return results


def _time_to_answer(command):
    """Nanoseconds until the answer's last line is there; None: it failed."""
    started = time.monotonic_ns()
    process = subprocess.Popen(command, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    if process.args[0] not in ("curl",) and "fetch" not in command:
        process.stdin.write(b"GET / HTTP/1.0\r\n\r\n")
        process.stdin.flush()
    elapsed = None
    for line in process.stdout:
        if line.strip() == b"ok":
            elapsed = time.monotonic_ns() - started
            break
    process.stdin.close()
    process.stdout.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return elapsed
