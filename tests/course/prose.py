"""The prose of a built page, block by block, as a spelling and grammar checker can read it."""

import re
from html.parser import HTMLParser
from pathlib import Path

BLOCKS = {
    "p", "li", "td", "th", "h1", "h2", "h3", "h4", "dt", "dd", "figcaption", "summary", "legend", "label", "blockquote",
}  # fmt: skip
VOID = {"br", "img", "input", "hr", "meta", "link", "path", "rect", "circle", "line"}
SILENT = {"pre", "script", "style", "svg"}
SILENT_CLASSES = {"headerlink", "md-tags", "md-tag", "note-call", "quiz-letter", "filename"}
FOREIGN = "X"
"""Stands where code or another language stood: a name like any other."""


class _Prose(HTMLParser):
    """Collects the text of the article; what is code or foreign becomes one capital letter."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._text = ""
        self._article = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "article":
            self._article = True
        if tag in BLOCKS:
            self._flush()
        if tag in VOID:
            return
        hidden = tag in SILENT or given.get("class") in SILENT_CLASSES
        foreign = tag == "code" or (given.get("lang") or "fr") != "fr"
        if foreign and not self._silent():
            self._text += FOREIGN
        self._open.append((tag, hidden or foreign))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self._open:
            if self._open.pop()[0] == tag:
                break
        if tag in BLOCKS:
            self._flush()
        if tag == "article":
            self._article = False

    def handle_data(self, data: str) -> None:
        if self._article and not self._silent():
            self._text += data

    def _silent(self) -> bool:
        return any(silent for _, silent in self._open)

    def _flush(self) -> None:
        text = re.sub(r"[ \n\t]+", " ", self._text).strip()
        if text:
            self.blocks.append(text)
        self._text = ""


def prose(page: Path) -> list[str]:
    """Give the blocks of prose of a built page."""
    reader = _Prose()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.blocks
