"""The reading time, counted from the words of the page and written under its title."""

import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor

WORDS_A_MINUTE = 200
"""Technical prose, read to be understood; the usual figure for plain text is nearer to 240."""

SHORTEST = 3
"""Minutes. Below, the mention would be longer than the use."""


class ReadingTime(Treeprocessor):
    """Inserts « Lecture : N min » after the title of a page long enough to need it, folded parts not counted."""

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        title = next((index for index, element in enumerate(root) if element.tag == "h1"), None)
        minutes = math.ceil(len(" ".join(_read(root)).split()) / WORDS_A_MINUTE)
        if title is None or minutes < SHORTEST:
            return
        line = Element("p", {"class": "reading-time"})
        line.text = f"Lecture\u00a0: {minutes}\u00a0min"
        root.insert(title + 1, line)


def _read(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag != "details":
            yield from _read(child)
        yield child.tail or ""
