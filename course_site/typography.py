"""French typography, put in at build: the sources are typed with plain spaces and straight apostrophes.

U+202F (narrow) before ; ! ? and between groups of digits, U+00A0 before : and % and units and inside « », and ’ for '.
The choice is that of the Imprimerie nationale. Code, and what is marked as another language, stay as they are.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

NARROW = "\u202f"
WIDE = "\u00a0"
UNTOUCHED = {"code", "pre", "kbd", "samp", "script", "style", "svg", "textarea"}
SPOKEN_ATTRIBUTES = ("alt", "title", "aria-label")
UNITS = r"%|€|\$|s|ms|µs|min|h|o|ko|Mo|Go|Kio|Mio|Gio|octets?|jours?|heures?|minutes?|secondes?|points?|fois"

RULES = (
    (re.compile(r"[ \u00a0]+(?=[;!?])"), NARROW),
    (re.compile(r"[ ]+(?=:(?:\s|$))"), WIDE),
    (re.compile(r"«[ \u00a0]*"), "«" + WIDE),
    (re.compile(r"[ \u00a0]*»"), WIDE + "»"),
    (re.compile(r"(?<=\d) (?=\d{3}(?!\d))"), NARROW),
    (re.compile(rf"(?<=\d) (?=(?:{UNITS})(?!\w))"), WIDE),
    (re.compile(r"(?<=[nN]°) "), WIDE),
    (re.compile(r"'"), "’"),
)


def french(text: str) -> str:
    """Give a text its French spaces and apostrophes. What has them already stays as it is."""
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return text


class FrenchTypography(Treeprocessor):
    """Applies `french` to the text of the page, and to the attributes that are read aloud."""

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        for element in touched(root):
            if element.text and not isinstance(element.text, AtomicString):
                element.text = french(element.text)
            for name in SPOKEN_ATTRIBUTES:
                if name in element.attrib:
                    element.set(name, french(element.attrib[name]))
            # The tail of a child belongs to this element, even where the child is code.
            for child in element:
                if child.tail and not isinstance(child.tail, AtomicString):
                    child.tail = french(child.tail)


def touched(element: Element) -> Iterator[Element]:
    """Walk the elements whose text is French prose."""
    if element.tag in UNTOUCHED or element.get("lang", "fr") != "fr":
        return
    yield element
    for child in element:
        yield from touched(child)
