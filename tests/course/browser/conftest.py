"""A real Chromium in front of the built site. Where there is none the tests are skipped, in CI they fail."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.course.building import Site
from tests.programs import missing, need

# Without these, Chromium calls its makers at every start.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def playwright_api() -> ModuleType:
    """The driver."""
    try:
        from playwright import sync_api
    except ImportError:
        missing("playwright is missing: uv sync --group browser")
    return sync_api


@pytest.fixture(scope="module")
def browser(playwright_api: ModuleType) -> Iterator[Any]:
    """The browser, of one file of tests: as long as the driver runs, no other event loop can in this process."""
    path = need("chromium")
    with playwright_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def address(site: Site) -> Iterator[str]:
    """The site, served on this machine."""
    handler = functools.partial(_Quiet, directory=str(site.folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """An empty tab, in which nothing may fail in silence and no other origin may be asked."""
    context = browser.new_context(
        base_url=address, viewport={"width": 1280, "height": 900}, accept_downloads=True
    )
    tab = context.new_page()
    tab.set_default_timeout(15_000)
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    tab.on("request", lambda request: wrong.append(request.url) if elsewhere(request.url, address) else None)
    yield tab
    context.close()
    assert wrong == []


def elsewhere(url: str, address: str) -> bool:
    """Tell whether a request leaves the site."""
    return not url.startswith((address, "data:", "blob:", "file:"))


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    try:
        import axe_playwright_python
    except ImportError:
        missing("axe-playwright-python is missing: uv sync --group browser")
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
