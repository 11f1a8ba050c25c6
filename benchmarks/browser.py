"""A real Chromium without a window, spoken to over a pipe in its own protocol (CDP): no client library, no port.

https://chromedevtools.github.io/devtools-protocol/; ``--remote-debugging-pipe`` takes JSON on descriptor 3 and gives it
on descriptor 4, each message ended by a zero byte.
"""

import base64
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Self

_SECONDS = 30
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--no-default-browser-check", "--mute-audio",
    "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
_PIPE = 'exec "$@" 3<&"$0" 4>&"$OUT"'  # bash, for other shells know descriptors of one digit alone


class Browser:
    """A running Chromium with one tab."""

    def __init__(self, asks: int, says: int) -> None:
        self._asks, self._says = asks, says
        self._rest, self._number, self._session = b"", 0, ""
        self._selector = DefaultSelector()
        self._selector.register(says, EVENT_READ)
        self.events: list[Mapping[str, Any]] = []

    @classmethod
    @contextmanager
    def started(cls, program: str, profile: Path) -> Iterator[Self]:
        """Start Chromium with an empty profile; it ends with the block."""
        to_read, asks = os.pipe()
        says, to_write = os.pipe()
        command = ["bash", "-c", _PIPE, str(to_read), program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(  # noqa: S603  # a fixed program
            command,
            pass_fds=(to_read, to_write),
            env=os.environ | {"OUT": str(to_write), "DBUS_SESSION_BUS_ADDRESS": "disabled:"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        browser = cls(asks, says)
        try:
            browser._attach()
            yield browser
            browser.ask("Browser.close")
        finally:
            os.close(asks)
            os.close(says)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send one command and return its answer; what happens meanwhile is kept in ``events``."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._asks, json.dumps(asked).encode() + b"\0")
        while True:
            said = self._hear()
            if said.get("id") == self._number:
                if "error" in said:
                    raise AssertionError(f"{method}: {said['error']}")
                result: dict[str, Any] = said["result"]
                return result
            self.events.append(said)

    def open(self, page: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Load a page in a window of that size and wait until it is there; ``events`` begin anew."""
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.ask("Emulation.setEmulatedMedia", features=scheme)
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.events.clear()
        self.ask("Page.navigate", url=page.as_uri())
        while not self.named("Page.loadEventFired"):
            self.events.append(self._hear())

    def value(self, script: str) -> Any:  # noqa: ANN401  # JSON is anything
        """Return what an expression of JavaScript gives on the page, as JSON."""
        done = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise AssertionError(done["exceptionDetails"])
        return done["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key such as ``Tab`` or ``Enter``."""
        code = {"Tab": 9, "Enter": 13, " ": 32, "ArrowRight": 39}[key]
        text = {"Enter": "\r", " ": " "}.get(key, "")
        common = {"key": key, "windowsVirtualKeyCode": code}
        self.ask("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **common)

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Write a picture of the window, or of the whole page."""
        done = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(done["data"]))

    def named(self, method: str) -> list[Mapping[str, Any]]:
        """Return the parameters of the events of that name."""
        return [event["params"] for event in self.events if event.get("method") == method]

    def _attach(self) -> None:
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility", "DOM"):
            self.ask(f"{domain}.enable")

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            if not self._selector.select(_SECONDS):
                raise AssertionError(f"Chromium said nothing for {_SECONDS} s")
            data = os.read(self._says, 1 << 20)
            if not data:
                raise AssertionError("Chromium ended")
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(message)
        return heard
