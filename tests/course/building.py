"""The site, built once for all tests and all their processes, as a reader would build it."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

from course_site.paths import ROOT

BUILD_TIMEOUT_S = 400
"""The first build executes the labs, while other tests run."""


@dataclass(frozen=True)
class Site:
    """A built site: where it lies, and what the builder said."""

    folder: Path
    log: str

    @cached_property
    def pages(self) -> tuple[Path, ...]:
        """Every page, 404 included."""
        return tuple(sorted(self.folder.rglob("*.html")))

    def path_of(self, source: str) -> str:
        """Where the page of a source file lies, as an address below the site's root."""
        return "" if source == "index.md" else f"{source.removesuffix('.md')}/"


def built(shared: Path, name: str, *command: str, **environment: str) -> Site:
    """Build into a folder that all test processes share; the first to come builds, the others wait for it."""
    folder, log = shared / name, shared / f"{name}.log"
    try:
        (shared / f"{name}.lock").mkdir(parents=True)
    except FileExistsError:
        _wait_for(log)
    else:
        env = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT), **environment}
        done = subprocess.run(
            [sys.executable, "-m", *command, str(folder)],
            cwd=ROOT, env=env, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S,
        )  # fmt: skip
        unfinished = log.with_suffix(".writing")
        unfinished.write_text(f"exit {done.returncode}\n{done.stdout}{done.stderr}", encoding="utf-8")
        unfinished.rename(log)
    text = log.read_text(encoding="utf-8")
    assert text.startswith("exit 0\n"), text
    return Site(folder, text)


def _wait_for(log: Path) -> None:
    deadline = time.monotonic() + BUILD_TIMEOUT_S
    while not log.exists():
        assert time.monotonic() < deadline, "the process that builds the site does not finish"
        time.sleep(0.1)


@dataclass
class Elements:
    """What the tests ask of a page's HTML."""

    ids: list[str]
    links: list[str]
    loaded: list[str]
    text: str


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Elements([], [], [], "")
        self._parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("id"):
            self.found.ids.append(given["id"])
        if tag == "a" and given.get("href"):
            self.found.links.append(given["href"])
        if tag in ("script", "img", "iframe", "source", "audio", "video") and given.get("src"):
            self.found.loaded.append(given["src"])
        if tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            self.found.loaded.append(given.get("href", ""))
        if tag in ("script", "style", "pre", "code", "svg"):
            self._silent += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "pre", "code", "svg"):
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(data)

    def close(self) -> None:
        super().close()
        self.found.text = "".join(self._parts)


def elements(page: Path) -> Elements:
    """Read a built page; its text is that outside code, scripts and drawings."""
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    reader.close()
    return reader.found
