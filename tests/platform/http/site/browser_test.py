#!/usr/bin/python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""`airlock serve` in a browser: a headless Chromium.

usage: browser_test.py AIRLOCK [IMAGE_FOLDER]

With IMAGE_FOLDER, also writes the screenshots of the documentation.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import browser

CERTS = "testdata/certs"
# What a file name must not do to the page.
NAMES = [
    '"><img src=x onerror=alert(1)>',
    "<script>alert(1)<script>",
    "javascript:alert(1)",
    "?a#b%2e",
    "line\nbreak",
    "bidi \u202e gpj.exe",
]


def spki_hash(certificate):
    """What --ignore-certificate-errors-spki-list calls a certificate."""
    key = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-pubkey", "-noout"],
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-outform", "DER"],
        input=key,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    digest = subprocess.run(
        ["openssl", "dgst", "-sha256", "-binary"],
        input=der,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    return base64.b64encode(digest).decode()


def install_client_certificate(folder):
    """Makes `folder` a home and a folder of policies, so that a browser presents
    testdata's client certificate to localhost.

    Returns:
      The command that gives a browser these policies.
    """
    database = os.path.join(folder, ".pki", "nssdb")
    policies = os.path.join(folder, "etc", "policies", "managed")
    bundle = os.path.join(folder, "client.p12")
    os.makedirs(database)
    os.makedirs(policies)
    for command in [
        ["certutil", "-N", "-d", "sql:" + database, "--empty-password"],
        ["openssl", "pkcs12", "-export", "-passout", "pass:x", "-out", bundle]
        + ["-inkey", CERTS + "/client_p256.key"]
        + ["-in", CERTS + "/client_p256.pem"],
        ["pk12util", "-i", bundle, "-d", "sql:" + database]
        + ["-W", "x", "-K", ""],
    ]:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    rule = json.dumps({"pattern": "https://localhost", "filter": {}})
    with open(os.path.join(policies, "test.json"), "w") as file:
        json.dump({"AutoSelectCertificateForUrls": [rule]}, file)
    # Chromium reads policies only from there.
    return (
        ["bwrap", "--die-with-parent", "--dev-bind", "/", "/"]
        + ["--bind", os.path.join(folder, "etc"), "/etc/chromium"]
    )


class Server:
    """A running `airlock serve`."""

    def __init__(self, root, uploads, options=()):
        self._process = subprocess.Popen(
            [
                AIRLOCK,
                "serve",
                "--cert=%s/server_p256_chain.pem" % CERTS,
                "--key=%s/server_p256.key" % CERTS,
                "--port=0",
                "--root=" + root,
                "--upload=" + uploads,
            ]
            + list(options),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        # "Listening on 127.0.0.1:PORT, ..."
        first = self._process.stdout.readline()
        self.port = int(first.split(",")[0].rsplit(":", 1)[1])
        self.url = "https://localhost:%d" % self.port

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def stop(self):
        """Ends it; returns its log."""
        self._process.terminate()
        log = self._process.communicate()[1]
        assert self._process.returncode == 0, log
        return log


def facts(page):
    """The rows of the tables on a page, by their labels."""
    return dict(
        page.run(
            """[...document.querySelectorAll('.facts tr')].map(
                 (row) => [row.cells[0].innerText, row.cells[1].innerText])"""
        )
    )


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        cls.root = os.path.join(cls.folder, "site")
        cls.uploads = os.path.join(cls.folder, "uploads")
        os.makedirs(os.path.join(cls.root, "docs", "a folder"))
        os.makedirs(os.path.join(cls.root, "photos"))
        os.mkdir(cls.uploads)
        for name, size in [
            ("README.md", 5321),
            ("archive.tar.gz", 48234496),
            ("numbers.csv", 112640),
        ]:
            with open(os.path.join(cls.root, name), "wb") as file:
                file.truncate(size)
            # 2026-01-02 03:04:05
            os.utime(os.path.join(cls.root, name), (1767323045, 1767323045))
        with open(os.path.join(cls.root, "plain.html"), "w") as file:
            file.write("<title>plain</title>")
        os.mkdir(os.path.join(cls.root, "names"))
        for name in NAMES:
            with open(os.path.join(cls.root, "names", name), "w") as file:
                file.write("content")
        cls.server = Server(cls.root, cls.uploads)
        cls.addClassCleanup(cls.server.kill)
        cls.browser = browser.Browser(cls.folder, TRUST)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        log = cls.server.stop()
        for line in ["GET / 200", "PUT /_upload/old.txt 409"]:
            assert line in log, log

    def setUp(self):
        self.browser.complaints.clear()
        self.browser.resize(1000, 700)

    def go(self, path):
        self.browser.go(self.server.url + path)

    def no_complaints(self):
        self.assertEqual(self.browser.complaints, [])

    def save(self, name):
        if IMAGES:
            with open(os.path.join(IMAGES, name), "wb") as file:
                file.write(base64.b64decode(self.browser.screenshot()))

    def test_listing(self):
        self.go("/")
        links = self.browser.run(
            "[...document.querySelectorAll('tbody a')].map((a) => a.innerText)"
        )
        self.assertEqual(
            links,
            ["docs/", "names/", "photos/"]
            + ["archive.tar.gz", "numbers.csv", "plain.html", "README.md"],
        )
        self.browser.click("tbody a")
        self.assertEqual(self.browser.run("location.pathname"), "/docs/")
        self.browser.click("tbody a")  # ../
        self.assertEqual(self.browser.run("location.pathname"), "/")
        self.no_complaints()

    def test_any_file_name(self):
        self.go("/names/")
        # The page's own style applies, and nothing of the names does.
        self.assertEqual(
            self.browser.run(
                "getComputedStyle(document.querySelector('table'))"
                ".borderCollapse"
            ),
            "collapse",
        )
        self.assertEqual(
            self.browser.run(
                "document.querySelectorAll('script, img, tbody [onerror]')"
                ".length"
            ),
            0,
        )
        links = self.browser.run(
            "[...document.querySelectorAll('tbody a')].map((a) => a.href)"
        )[1:]
        self.assertEqual(len(links), len(NAMES))
        for link in links:
            self.assertTrue(
                link.startswith(self.server.url + "/names/"), link
            )
            name = urllib.parse.unquote(link.rsplit("/", 1)[1])
            self.assertIn(name, NAMES)
        self.no_complaints()
        # What injected markup could not do.
        self.browser.run(
            "document.body.insertAdjacentHTML('beforeend',"
            " '<img src=x onerror=\"window.injected = 1\">')"
        )
        self.browser.run("new Promise((done) => setTimeout(done, 0))")
        self.assertIsNone(self.browser.run("window.injected || null"))
        self.assertIn("Content Security Policy", str(self.browser.complaints))

    def test_fits_a_phone_and_the_dark(self):
        pages = ["/", "/names/", "/_tls", "/_tls/stats", "/_upload/"]
        for page in pages:
            self.browser.resize(360, 700)
            self.go(page)
            self.assertLessEqual(
                self.browser.run("document.documentElement.scrollWidth"),
                360,
                page,
            )
        background = "getComputedStyle(document.body).backgroundColor"
        light = self.browser.run(background)
        self.browser.resize(360, 700, dark=True)
        self.assertNotEqual(self.browser.run(background), light)
        self.no_complaints()

    def test_upload(self):
        content = os.urandom(3 << 20)
        new = os.path.join(self.folder, "a b \u00e4.bin")
        old = os.path.join(self.folder, "old.txt")
        for path, data in [(new, content), (old, b"new")]:
            with open(path, "wb") as file:
                file.write(data)
        with open(os.path.join(self.uploads, "old.txt"), "wb") as file:
            file.write(b"old")
        self.go("/_upload/")
        self.browser.choose_files("#files", [new, old])
        self.browser.wait_until("document.querySelectorAll('.ended').length == 2")
        results = facts(self.browser)
        self.assertEqual(
            results["a b \u00e4.bin"].strip(), "201: stored 3145728 bytes"
        )
        self.assertIn("409", results["old.txt"])
        with open(os.path.join(self.uploads, "a b \u00e4.bin"), "rb") as file:
            self.assertEqual(file.read(), content)
        with open(os.path.join(self.uploads, "old.txt"), "rb") as file:
            self.assertEqual(file.read(), b"old")
        self.assertEqual(
            [c for c in self.browser.complaints if "409" not in c], []
        )

    def test_buttons(self):
        self.go("/_tls")
        first = facts(self.browser)
        self.assertEqual(first["Protocol"], "TLSv1.3")
        self.assertEqual(first["Server name (SNI)"], "localhost")
        number = first["Connection number"]
        self.browser.click("form[action='/_tls/key-update'] button")
        self.assertIn(
            "updated its keys", self.browser.run("document.body.innerText")
        )
        updated = facts(self.browser)
        self.assertEqual(updated["Connection number"], number)
        # The connection works with the new keys, in both directions.
        self.go("/_tls")
        after = facts(self.browser)
        self.assertEqual(after["Connection number"], number)
        self.assertGreater(
            int(after["Requests, with this one"]),
            int(updated["Requests, with this one"]),
        )
        # A browser may have made more than one connection at first, each with a
        # session of its own.
        for _ in range(5):
            self.browser.click("form[action='/_tls/reconnect'] button")
            again = facts(self.browser)
            self.assertEqual(self.browser.run("location.pathname"), "/_tls")
            self.assertNotEqual(again["Connection number"], number)
            number = again["Connection number"]
            if again["Resumed"] == "yes":
                break
        self.assertEqual(again["Resumed"], "yes")
        self.no_complaints()

    def test_other_sites_can_do_nothing(self):
        # The same server under another name is another origin.
        self.browser.go("https://127.0.0.1:%d/plain.html" % self.server.port)
        for target in ["/_upload/evil.txt", "/_tls/reconnect"]:
            self.browser.run(
                "fetch('%s%s', {method: 'POST', mode: 'no-cors', body: 'x'})"
                ".then(() => 0)" % (self.server.url, target)
            )
        self.browser.run(
            "fetch('%s/_upload/evil.txt', {method: 'PUT', body: 'x'})"
            ".catch(() => 0)" % self.server.url
        )
        self.assertNotIn("evil.txt", os.listdir(self.uploads))
        refused = [c for c in self.browser.complaints if "403" in c]
        self.assertEqual(len(refused), 2, self.browser.complaints)
        # Nor read anything.
        for target in ["/_tls?json", "/_tls/stats?json", "/README.md"]:
            self.assertEqual(
                self.browser.run(
                    "fetch('%s%s').then(() => 'read', () => 'blocked')"
                    % (self.server.url, target)
                ),
                "blocked",
            )

    def test_client_certificate(self):
        folder = tempfile.mkdtemp(dir=self.folder)
        wrapper = install_client_certificate(folder)
        server = Server(
            self.root,
            self.uploads,
            ["--client-ca=%s/ca.pem" % CERTS, "--require-client-cert"],
        )
        self.addCleanup(server.kill)
        with browser.Browser(folder, TRUST, wrapper) as page:
            page.go(server.url + "/_tls")
            shown = facts(page)
            self.assertEqual(shown["Certificate"], "verified")
            self.assertIn("CN=Airlock Test Client", shown["Subject"])
            self.assertIn("Airlock Test Root", shown["Trust anchor"])
            self.assertIn("BEGIN CERTIFICATE", page.run("document.body.textContent"))
            self.assertEqual(page.complaints, [])
        # A browser without one.
        with self.assertRaisesRegex(RuntimeError, "net::ERR_"):
            self.browser.go(server.url + "/_tls")
        log = server.stop()
        self.assertEqual(log.count("GET /_tls 200"), 1, log)

    def test_screenshots(self):
        if not IMAGES:
            self.skipTest("no folder for images")
        self.browser.resize(720, 420)
        self.go("/")
        self.save("serve-listing.png")
        self.browser.resize(720, 640, dark=True)
        self.go("/_tls")
        self.save("serve-tls.png")


if __name__ == "__main__":
    AIRLOCK = sys.argv[1]
    IMAGES = sys.argv[2] if len(sys.argv) > 2 else None
    TRUST = [
        "--ignore-certificate-errors-spki-list="
        + spki_hash(CERTS + "/server_p256_chain.pem")
    ]
    unittest.main(argv=sys.argv[:1], verbosity=2)
