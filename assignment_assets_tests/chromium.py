"""A real Chromium without a window, driven by its own protocol: pages are opened, clicked and typed into."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_SECONDS = 60.0


class Browser:
    """The connection to one Chromium; `window` opens a page whose cookies are its own."""

    def __init__(self, socket: Any):
        self._socket, self._number, self._events = socket, 0, []

    def call(self, method: str, session: str = "", **options: Any) -> dict:
        """What a method of the protocol answers."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": options} | ({"sessionId": session} if session else {})
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE_SECONDS))
            if answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self._events.append(answer)

    def has_happened(self, event: str, session: str) -> bool:
        """Whether an event was heard of since it was asked for last."""
        found = [each for each in self._events if (each.get("method"), each.get("sessionId")) == (event, session)]
        self._events = [each for each in self._events if each not in found]
        return bool(found)

    def window(self, width: int = 1280, height: int = 900) -> "Window":
        """A window of a person of their own."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable", session)
        self.call(
            "Emulation.setDeviceMetricsOverride",
            session,
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        return Window(self, session, context)


class Window:
    """One person's window."""

    def __init__(self, browser: Browser, session: str, context: str):
        self._browser, self._session, self._context = browser, session, context

    def open(self, url: str) -> "Window":
        """Goes to an address and waits until the page is there."""
        self._loading(lambda: self._browser.call("Page.navigate", self._session, url=url))
        return self

    def close(self) -> None:
        """Ends the window, its process and its cookies."""
        self._browser.call("Target.disposeBrowserContext", browserContextId=self._context)

    def run(self, script: str) -> Any:
        """What a script in the page gives; promises are waited for."""
        answer = self._browser.call(
            "Runtime.evaluate", self._session, expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, f"{script}\n{answer['exceptionDetails']}"
        return answer["result"].get("value")

    @property
    def text(self) -> str:
        """What a person reads, spaces and line ends made one."""
        return " ".join(self.run("document.body.innerText").split())

    def click(self, selector: str, leads_on: bool = False) -> None:
        """Presses the mouse on the first element that a selector finds; `leads_on` where another page comes of it."""
        place = self.run(
            f"(() => {{ const found = document.querySelector({json.dumps(selector)}); if (!found) return null;"
            "found.scrollIntoView({block: 'center'}); const box = found.getBoundingClientRect();"
            "return {x: box.x + box.width / 2, y: box.y + box.height / 2}; })()"
        )
        assert place, f"nothing at {selector} in: {self.text[:2000]}"

        def press() -> None:
            for kind in ("mousePressed", "mouseReleased"):
                self._browser.call(
                    "Input.dispatchMouseEvent", self._session, type=kind, button="left", clickCount=1, **place
                )

        if leads_on:
            self._loading(press)
        else:
            press()

    def fill(self, selector: str, text: str) -> None:
        """Clicks into a field and types."""
        self.click(selector)
        self._browser.call("Input.insertText", self._session, text=text)

    def choose(self, selector: str, value: str) -> None:
        """Chooses an option of a list by its value."""
        self.run(
            f"(() => {{ const list = document.querySelector({json.dumps(selector)}); list.value = "
            f"{json.dumps(value)}; list.dispatchEvent(new Event('change', {{bubbles: true}})); }})()"
        )

    def complaints(self) -> list[str]:
        """What the browser complained of in its console: errors, and what the page's own policy stopped.

        Answers with an error's number are the tests' own business.
        """
        found = [
            each["params"]
            for each in self._browser._events
            if each.get("sessionId") == self._session
            and each.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown")
        ]
        return [
            json.dumps(each)
            for each in found
            if each.get("entry", {}).get("level", "error") == "error"
            and each.get("entry", {}).get("source") != "network"
        ]

    def _loading(self, act: Callable[[], object]) -> None:
        self._browser.has_happened("Page.loadEventFired", self._session)
        act()
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not self._browser.has_happened("Page.loadEventFired", self._session):
            assert time.monotonic() < give_up, "the page did not come"
            self._browser.call("Runtime.evaluate", self._session, expression="1")
            time.sleep(0.02)


@contextmanager
def chromium(folder: Path):
    """A browser with a profile below a folder, until the block ends."""
    assert CHROMIUM, "no Chromium on this machine: apt-get install chromium"
    profile = folder / "profile"
    options = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--remote-debugging-port=0",
        "--disable-dev-shm-usage",  # containers have little of it
        f"--user-data-dir={profile}",
    )
    process = subprocess.Popen(
        [CHROMIUM, *options, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        place, give_up = profile / "DevToolsActivePort", time.monotonic() + PATIENCE_SECONDS
        while not (place.is_file() and place.read_text().count("\n") >= 1):
            assert process.poll() is None and time.monotonic() < give_up, "Chromium did not come up"
            time.sleep(0.05)
        port, path = place.read_text().split("\n")[:2]
        with connect(f"ws://127.0.0.1:{port}{path}", max_size=None) as socket:
            yield Browser(socket)
    finally:
        process.terminate()
        process.wait(20)
