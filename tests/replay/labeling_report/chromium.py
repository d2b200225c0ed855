"""A headless Chromium that is driven through its pipe: the DevTools protocol, without a network.

Source: https://chromedevtools.github.io/devtools-protocol, `--remote-debugging-pipe`: messages are
JSON that ends with a zero byte, read from descriptor 3 and written to 4.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = ("Network.requestWillBeSent", "Log.entryAdded", "Runtime.consoleAPICalled")
"""Events that a quiet page doesn't cause, but for the request of the page itself."""


MOVE = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for end, to in zip(ends, (3, 4)):
    os.dup2(end, to)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Puts the pipe's ends where the browser expects them, and becomes the browser."""


def chromium() -> str | None:
    """Return the browser's path, if this machine has one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """A tab that shows one file; `events` are those of `QUIET` and of exceptions so far."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._sent, self._rest = 0, b""
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        made = self.send("Target.createTarget", url="about:blank")
        self._session = self.send("Target.attachToTarget", targetId=made["targetId"], flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result; events that come meanwhile are kept."""
        self._sent += 1
        message: dict[str, Any] = {"id": self._sent, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._sent:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def open(self, path: Path, width: int, *, dark: bool = False) -> None:
        """Show a file in a window of a width."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        phone = width < 600
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=phone,
        )
        self.events.clear()
        self.send("Page.navigate", url=path.absolute().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._receive()

    def value(self, script: str) -> Any:
        """Evaluate JavaScript in the page; a promise is awaited."""
        found = self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def screenshot(self, to: Path) -> None:
        """Draw the whole page as PNG."""
        shot = self.send("Page.captureScreenshot", captureBeyondViewport=True)
        to.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, to: Path) -> None:
        """Print the page."""
        made = self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        to.write_bytes(base64.b64decode(made["data"]))

    def loud(self) -> list[str]:
        """Console messages, exceptions, and requests but the first."""
        requests = [e for e in self.events if e["method"] == "Network.requestWillBeSent"]
        others = [
            event
            for event in self.events
            if event["method"] in {*QUIET[1:], "Runtime.exceptionThrown"}
        ]
        return [json.dumps(event["params"]) for event in [*requests[1:], *others]]

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._back, 1 << 20)
            assert more, "the browser has ended"
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        if "method" in found:
            self.events.append(found)
        return found


@contextmanager
def browser(path: str) -> Iterator[Page]:
    """Start a browser and yield its page."""
    read_commands, write_commands = os.pipe()
    read_answers, write_answers = os.pipe()
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            sys.executable,
            "-c",
            MOVE,
            str(read_commands),
            str(write_answers),
            path,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
            "about:blank",
        ]
        running = subprocess.Popen(
            command,
            pass_fds=(read_commands, write_answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_commands)
        os.close(write_answers)
        try:
            page = Page(write_commands, read_answers)
            yield page
        finally:
            os.close(write_commands)
            os.close(read_answers)
            running.terminate()
            running.wait(timeout=20)
