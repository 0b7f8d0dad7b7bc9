# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the benchmark runs on: the machine, the files and the contestants."""

import glob
import os
import platform
import re
import shutil
import subprocess
import time

# Below the runfiles; the scripts themselves are links to elsewhere.
FOLDER = os.path.abspath("tests/bench")
CERTS = os.path.abspath("testdata/certs")
SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"

# The contestants that are held against BoringSSL, by worker.
NATIVE = [
    ("boringssl", "airlock_worker"),
    ("airlock-wrap", "airlock_worker"),
    ("airlock-context", "airlock_worker"),
    ("airlock-c", "airlock_worker"),
    ("airlock-keyd", "airlock_worker"),
    ("openssl", "openssl_worker"),
    ("gnutls", "gnutls_worker"),
]


# Contestants that differ from another one in these figures only.
ONLY_FIGURES = {"airlock-keyd": re.compile("^(full|under-way)/")}
# Groups of figures that only these contestants have a reason for.
ONLY_CONTESTANTS = {"under-way": ("airlock-context", "airlock-keyd")}


class Contestants:
    """The commands of the workers, by contestant."""

    def __init__(self):
        self.native = {}
        # Those of Python, which the engine knows only by what they list.
        self.python = {}
        self.missing = []

    def all(self):
        return dict(self.native, **self.python)


def describe():
    model = "unknown"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "system": _system_name(),
        "load": round(os.getloadavg()[0], 2),
        "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()) + " UTC",
        "openssl": _first_line(["openssl", "version"]),
        "curl": _first_line(["curl", "--version"]),
    }


def _system_name():
    try:
        with open("/etc/os-release") as file:
            for line in file:
                if line.startswith("PRETTY_NAME="):
                    return line.split("=", 1)[1].strip().strip('"')
    except OSError:
        pass
    return platform.system()


def _first_line(command):
    try:
        result = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return "not installed"
    return (result.stdout.splitlines() or ["unknown"])[0]


class Material:
    """The files of a run."""

    def __init__(self, bundle, authorities, certs):
        self.bundle = bundle
        self.authorities = authorities  # How many it contains.
        self.certs = certs


def prepare_material(folder, authorities):
    """A bundle of the file `authorities` that trusts the test certificates."""
    with open(os.path.join(CERTS, "ca.pem")) as file:
        text = file.read()
    with open(authorities) as file:
        text = file.read() + text
    bundle = os.path.join(folder, "bundle.pem")
    with open(bundle, "w") as file:
        file.write(text)
    # A file that has just been written is read again each time, as its date
    # cannot show a change yet (platform/internal/settled.h).
    time.sleep(2.1)
    return Material(bundle, text.count("BEGIN CERTIFICATE"), CERTS)


def contestants(material):
    found = Contestants()
    for name, worker in NATIVE:
        path = os.path.join(FOLDER, worker)
        if os.path.exists(path):
            found.native[name] = [path, name, material.certs, material.bundle]
        else:
            found.missing.append(name)
    _add_pythons(material, found)
    _add_m2crypto(material, found)
    return found


# The interpreter that Debian's python3-m2crypto is for.
DEBIAN_PYTHON = "/usr/bin/python3"


def _add_m2crypto(material, found):
    probe = "import M2Crypto, sys; print('%d.%d' % sys.version_info[:2])"
    result = subprocess.run([DEBIAN_PYTHON, "-c", probe], capture_output=True,
                            text=True)
    if result.returncode != 0:
        found.missing.append("m2crypto")
        return
    version = result.stdout.strip()
    found.python["m2crypto-" + version] = [
        "env", "PYTHONPATH=", "PYTHONDONTWRITEBYTECODE=1", DEBIAN_PYTHON,
        os.path.join(FOLDER, "m2crypto_worker.py"), "m2crypto", version,
        material.certs, material.bundle]


def _add_pythons(material, found):
    """Each worker of Python in PYTHONS, with stock's module and with ours.

    python_workers.txt has a line for each: the version, the interpreter, and
    the folder of Airlock's module below the runfiles.
    """
    script = os.path.join(FOLDER, "python_worker.py")
    table = os.path.join(FOLDER, "python_workers.txt")
    if not os.path.exists(script) or not os.path.exists(table):
        return
    with open(table) as file:
        lines = [line.split() for line in file if line.strip()]
    for version, executable, modules in lines:
        if not shutil.which(executable):
            found.missing.append("python" + version)
            continue
        folders = glob.glob(modules)
        for kind in ("stock", "airlock"):
            if kind == "airlock" and not folders:
                found.missing.append("python" + version + "-airlock")
                continue
            path = ""
            if kind == "airlock":
                path = "%s:%s" % (os.path.abspath(folders[0]),
                                  os.path.abspath("platform/python/package"))
            found.python["%s-%s" % (kind, version)] = [
                "env", "PYTHONPATH=" + path, "PYTHONDONTWRITEBYTECODE=1",
                executable, script, kind, version, material.certs,
                material.bundle]
