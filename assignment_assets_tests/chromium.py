"""A real Chromium without a window, driven by Playwright: pages are opened, clicked and typed into."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any

from playwright.sync_api import Browser as Engine
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_SECONDS = 60.0
Ask = Callable[..., Any]
"""Calls a function in Playwright's thread, and gives what it gives."""


class Window:
    """One person's window, with cookies of its own."""

    def __init__(self, page: Page, ask: Ask):
        self._page, self._ask, self._complaints = page, ask, []
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        # Answers with an error's number are the tests' own business.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._complaints.append(message.text)

    def open(self, url: str) -> "Window":
        """Goes to an address and waits until the page is there."""
        self._ask(self._page.goto, url)
        return self

    def close(self) -> None:
        """Ends the window, its process and its cookies."""
        self._ask(self._page.context.close)

    def run(self, script: str) -> Any:
        """What a script in the page gives; promises are waited for."""
        return self._ask(self._page.evaluate, script)

    @property
    def text(self) -> str:
        """What a person reads, spaces and line ends made one."""
        return " ".join(self._ask(self._page.inner_text, "body").split())

    def click(self, selector: str, leads_on: bool = False) -> None:
        """Presses the mouse on the first element that a selector finds; `leads_on` where another page comes of it."""

        def press() -> None:
            with self._page.expect_navigation() if leads_on else nullcontext():
                self._page.click(selector)

        self._ask(press)

    def fill(self, selector: str, text: str) -> None:
        """Types into a field, in place of what is there."""
        self._ask(self._page.fill, selector, text)

    def choose(self, selector: str, value: str) -> None:
        """Chooses an option of a list by its value."""
        self._ask(self._page.select_option, selector, value)

    def complaints(self) -> list[str]:
        """What the browser complained of in its console: errors, and what the page's own policy stopped."""
        return self._complaints


class Browser:
    """One Chromium; `window` opens a page whose cookies are its own."""

    def __init__(self, engine: Engine, ask: Ask):
        self._engine, self._ask = engine, ask

    def window(self, width: int = 1280, height: int = 900) -> Window:
        """A window of a person of their own."""
        size = {"width": width, "height": height}
        return self._ask(lambda: Window(self._engine.new_page(viewport=size, is_mobile=width < 600), self._ask))


@contextmanager
def chromium():
    """The system's browser, until the block ends.

    Playwright leaves an event loop running in its thread. It has one of its own, so that Dagster can run its loops in
    the tests'.
    """
    assert CHROMIUM, "no Chromium on this machine: apt-get install chromium"
    options = {"executable_path": CHROMIUM, "chromium_sandbox": False, "args": ["--disable-gpu"]}
    with ThreadPoolExecutor(1) as thread:

        def ask(act: Callable, *given: Any, **named: Any) -> Any:
            return thread.submit(act, *given, **named).result()

        playwright = ask(sync_playwright().start)
        try:
            yield Browser(ask(playwright.chromium.launch, timeout=PATIENCE_SECONDS * 1000, **options), ask)
        finally:
            ask(playwright.stop)
