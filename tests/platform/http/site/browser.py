# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Drives a headless Chromium by its DevTools protocol, over two pipes."""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time

CHROMIUM = "/usr/bin/chromium"
# For each step: a loaded machine is slow.
DEADLINE = 60


class Browser:
    """One page of a browser with a profile of its own."""

    def __init__(self, folder, options, wrapper=()):
        """Starts it.

        Args:
          folder: An existing folder for the profile, and its home.
          options: Further options of Chromium.
          wrapper: A command that runs another one.
        """
        command_read, self._write = os.pipe()
        self._read, reply_write = os.pipe()

        def place_pipes():
            # The numbers that Chromium expects.
            read, write = os.dup(command_read), os.dup(reply_write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        # For its sockets, whose paths are limited to 107 bytes.
        self._sockets = tempfile.mkdtemp(dir="/tmp")
        self._log = os.path.join(folder, "chromium.log")
        log = open(self._log, "wb")
        self._process = subprocess.Popen(
            list(wrapper)
            + [
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-default-apps",
                "--disable-sync",
                "--no-first-run",
                "--no-proxy-server",
                "--hide-scrollbars",
                "--remote-debugging-pipe",
                "--user-data-dir=" + os.path.join(folder, "profile"),
            ]
            + list(options)
            + ["about:blank"],
            env=dict(
                os.environ,
                HOME=folder,
                TMPDIR=self._sockets,
                XDG_RUNTIME_DIR=self._sockets,
                DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent",
            ),
            preexec_fn=place_pipes,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        log.close()
        os.close(command_read)
        os.close(reply_write)
        self._number = 0
        self._received = b""
        self._session = None
        self._events = []
        # What pages and the browser complained about.
        self.complaints = []
        try:
            self._open_page()
        except BaseException:
            self.close()
            raise

    def _open_page(self):
        page = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call(
            "Target.attachToTarget", targetId=page, flatten=True
        )["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self._sockets, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _message(self):
        end = time.monotonic() + DEADLINE
        while b"\0" not in self._received:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            data = os.read(self._read, 1 << 16)
            if not data:
                with open(self._log, errors="replace") as log:
                    raise EOFError("the browser has ended: " + log.read())
            self._received += data
        text, self._received = self._received.split(b"\0", 1)
        message = json.loads(text)
        if message.get("method") == "Log.entryAdded":
            self.complaints.append(message["params"]["entry"]["text"])
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(message["params"]))
        return message

    def call(self, method, **params):
        """Calls a method of the protocol; returns its result."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._write, json.dumps(command).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError("%s: %s" % (method, message["error"]))
                return message["result"]
            self._events.append(message)

    def _wait_for(self, method):
        while True:
            message = self._events.pop(0) if self._events else self._message()
            if message.get("method") == method:
                return message["params"]

    def go(self, url):
        """Loads a page."""
        self._events.clear()
        result = self.call("Page.navigate", url=url)
        if result.get("errorText"):
            raise RuntimeError("%s: %s" % (url, result["errorText"]))
        # The load of the page before may end later than this begins.
        loader = None
        while loader != result["loaderId"]:
            loader = self._wait_for("Page.frameNavigated")["frame"]["loaderId"]
        self._wait_for("Page.loadEventFired")

    def run(self, expression):
        """The value of a JavaScript expression, or of its promise."""
        result = self.call(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"]))
        return result["result"].get("value")

    def click(self, selector):
        """Clicks on something that loads another page."""
        self._events.clear()
        self.run("document.querySelector(%s).click()" % json.dumps(selector))
        self._wait_for("Page.loadEventFired")

    def choose_files(self, selector, paths):
        """Chooses files as a person does in the dialog of an input."""
        element = self.call(
            "Runtime.evaluate",
            expression="document.querySelector(%s)" % json.dumps(selector),
        )["result"]["objectId"]
        self.call("DOM.setFileInputFiles", objectId=element, files=paths)

    def wait_until(self, condition):
        """Waits until a JavaScript expression is true."""
        self.run(
            """new Promise((resolve) => {
              const look = () => (%s) ? resolve() : setTimeout(look, 20);
              look();
            })"""
            % condition
        )

    def resize(self, width, height, dark=False):
        """Gives the window a size, and the page a color scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        self.call(
            "Emulation.setEmulatedMedia",
            features=[
                {
                    "name": "prefers-color-scheme",
                    "value": "dark" if dark else "light",
                }
            ],
        )

    def screenshot(self):
        """The window as PNG, in base64."""
        return self.call("Page.captureScreenshot", format="png")["data"]
