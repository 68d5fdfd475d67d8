"""A headless Chromium, spoken to through two pipes, so that nothing beside the standard library is needed."""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--remote-debugging-pipe",
)  # fmt: skip


def program() -> str | None:
    """Where a Chromium is; None where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Browser:
    """One page in a browser of its own. ``events`` are all that it told, in their order."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._held = b""
        self._last = 0
        self._session = ""
        self.events: list[dict[str, Any]] = []

    @classmethod
    @contextlib.contextmanager
    def opened(cls, *, scripts: bool = True) -> Iterator[Self]:
        """Start one, and end it; ``scripts`` says whether those of pages run."""
        to_read, commands = os.pipe()
        answers, to_write = os.pipe()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            # The browser wants the pipes as its descriptors 3 and 4.
            wired = f'exec "$0" "$@" 3<&{to_read} 4>&{to_write}'
            started = ["bash", "-c", wired, program() or "", *_FLAGS, f"--user-data-dir={profile}"]
            with subprocess.Popen(started, pass_fds=(to_read, to_write), stderr=subprocess.DEVNULL) as process:
                os.close(to_read)
                os.close(to_write)
                try:
                    browser = cls(commands, answers)
                    browser._attach(scripts=scripts)
                    yield browser
                finally:
                    process.terminate()
                    process.wait()
                    os.close(commands)
                    os.close(answers)

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the DevTools protocol. Raises RuntimeError where the browser refuses it."""
        self._last += 1
        session = {"sessionId": self._session} if self._session else {}
        message = json.dumps({"id": self._last, "method": method, "params": parameters, **session})
        os.write(self._commands, message.encode() + b"\0")
        while (answer := self._next()).get("id") != self._last:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def show(self, page: Path, *, width: int, theme: Literal["light", "dark"] = "light", paper: bool = False) -> None:
        """Open a file and wait until all of it is there."""
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        scheme = [{"name": "prefers-color-scheme", "value": theme}]
        self.do("Emulation.setEmulatedMedia", media="print" if paper else "", features=scheme)
        self.events.clear()
        self.do("Page.navigate", url=page.resolve().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def ask(self, expression: str) -> Any:
        """What a line of JavaScript gives. Raises RuntimeError where it fails."""
        answer = self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def click(self, selector: str) -> None:
        """Click in the middle of the first element that a selector finds."""
        found = f"document.querySelector({selector!r})"
        self.ask(f"{found}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        box = f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({found}.getClientRects()[0])"
        x, y = self.ask(box)
        for kind in ("mousePressed", "mouseReleased"):
            self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str) -> None:
        """Press and release a key, by its name in the DOM."""
        text = {"Enter": "\r"}.get(key)
        for kind in ("keyDown", "keyUp"):
            given = {"text": text} if text and kind == "keyDown" else {}
            self.do(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=_CODES.get(key, 0),
                **given,
            )

    def picture(self, *, whole: bool = True) -> bytes:
        """What is seen, as PNG; all of the page, or its window."""
        shot = self.do("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **self._clip(whole=whole))
        return base64.b64decode(shot["data"])

    def _clip(self, *, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self.do("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}

    @property
    def requests(self) -> list[str]:
        """Addresses that the page asked for, its own first."""
        return [
            event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"
        ]

    @property
    def complaints(self) -> list[str]:
        """What the page wrote to the console, and exceptions."""
        found = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(event["params"]) for event in self.events if event["method"] in found]

    def _attach(self, *, scripts: bool) -> None:
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.do(f"{domain}.enable")
        self.do("Emulation.setScriptExecutionDisabled", value=not scripts)

    def _next(self) -> dict[str, Any]:
        """The next message. Raises RuntimeError where the browser has ended."""
        while b"\0" not in self._held:
            part = os.read(self._answers, 1 << 20)
            if not part:
                raise RuntimeError("the browser has ended")
            self._held += part
        message, _, self._held = self._held.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


_CODES = {"Tab": 9, "Enter": 13, "Escape": 27}
