"""A real Chromium without a window, spoken to in its remote debugging protocol.

It resolves no name but 127.0.0.1, so that a page that asks another host fails here as it would
without internet.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.processes import eventually

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--remote-debugging-port=0", "--window-size=1400,900"),
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
ANSWER_SECONDS = 30
BAD_REQUEST = 400
CTRL = 2


class PageBroken(Exception):
    """The page refused what it was asked."""


class Tab:
    """One page, with what it asked the network for and what went wrong in it."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.number = 0
        self.asked: list[str] = []
        self.wrong: list[str] = []
        for domain in ("Network", "Runtime", "Page"):
            self.send(f"{domain}.enable")

    @property
    def hosts(self) -> set[str]:
        """All that were asked; pictures and fonts within the page's own text ask nobody."""
        parts = [urlsplit(url) for url in self.asked]
        return {part.netloc for part in parts if part.scheme not in ("data", "blob")}

    def open(self, url: str) -> None:
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=url)

    def text(self, selector: str) -> str:
        """What is read there; empty while there is no such element."""
        asked = json.dumps(selector)
        return str(self.evaluate(f"document.querySelector({asked})?.innerText ?? ''"))

    def evaluate(self, script: str) -> Any:
        found = self.send("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in found:
            raise PageBroken(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def until(self, script: str, within: float = 30.0) -> None:
        def holds() -> bool:
            return bool(self.evaluate(script))

        try:
            eventually(holds, within)
        except TimeoutError:
            seen = self.evaluate("document.body.innerText")
            raise PageBroken(f"{script} does not hold; {self.wrong}; the page: {seen}") from None

    def press_ctrl_enter(self) -> None:
        key = {"modifiers": CTRL, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
        self.send("Input.dispatchKeyEvent", type="rawKeyDown", **key)
        self.send("Input.dispatchKeyEvent", type="keyUp", **key)

    def picture(self) -> bytes:
        """As PNG."""
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        self.number += 1
        self.line.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            heard = json.loads(self.line.recv(ANSWER_SECONDS))
            if heard.get("id") == self.number:
                break
            self._note(heard.get("method"), heard.get("params", {}))
        if "error" in heard:
            raise PageBroken(f"{method}: {heard['error']}")
        answer: dict[str, Any] = heard["result"]
        return answer

    def _note(self, method: str | None, told: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                self.asked.append(told["request"]["url"])
            case "Network.webSocketCreated":
                self.asked.append(told["url"])
            case "Network.responseReceived" if told["response"]["status"] >= BAD_REQUEST:
                self.wrong.append(f"{told['response']['status']} {told['response']['url']}")
            case "Network.loadingFailed" if not told.get("canceled"):
                self.wrong.append(told["errorText"])
            case "Network.webSocketFrameError":
                self.wrong.append(told["errorMessage"])
            case "Runtime.exceptionThrown":
                self.wrong.append(str(told["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if told["type"] == "error":
                self.wrong.append(str([each.get("value") for each in told["args"]]))


@contextmanager
def browsing(folder: Path) -> Iterator[Tab]:
    """A new browser that keeps its files in the folder. Without one installed the test is skipped,
    but not in CI.
    """
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
    home = os.environ | {"HOME": str(folder)}
    asked = [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    with (folder / "chromium.log").open("wb") as log:
        process = subprocess.Popen(asked, stdout=log, stderr=log, env=home, start_new_session=True)
    try:
        with connect(_debugger(folder, process), max_size=None, proxy=None) as line:
            yield Tab(line)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(ANSWER_SECONDS)


def _debugger(folder: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the first page listens, once it does."""
    announced = folder / "DevToolsActivePort"

    def announces() -> bool:
        if process.poll() is not None:
            raise RuntimeError((folder / "chromium.log").read_text(errors="replace"))
        return announced.exists() and announced.read_text().count("\n") > 0

    eventually(announces, ANSWER_SECONDS)
    port = announced.read_text().splitlines()[0]
    pages = httpx.get(f"http://127.0.0.1:{port}/json/list", trust_env=False).json()
    return str(next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page"))
