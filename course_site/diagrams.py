"""Diagrams: SVG drawn from a Mermaid source before the build, and their text alternative, open to every reader.

/// diagram | nominal-delivery
Une livraison ordinaire

Le texte de remplacement, en Markdown.
///
"""

import hashlib
import re
from html import escape
from pathlib import Path

from course_site.errors import CourseError
from course_site.paths import DIAGRAMS

STAMP = re.compile(r'data-source="(?P<digest>[0-9a-f]{16})"')


def diagram(arguments: str, body: list[str]) -> str:
    """Write the drawing in the page itself, so that it takes the colours of the theme, with caption and text."""
    caption, *text = "\n".join(body).strip().split("\n")
    alternative = "\n".join(text).strip()
    if not caption or not alternative:
        raise CourseError("a diagram has a caption, an empty line, and a text alternative")
    label = escape(caption, quote=True)
    return (
        f'<figure class="diagram" id="diagram-{arguments}" markdown="block">\n\n'
        f'<div class="diagram-drawing" role="img" aria-label="{label}">{drawing(arguments)}</div>\n\n'
        f'<figcaption markdown="span">{caption}</figcaption>\n\n'
        f'<details class="diagram-text" markdown="block">\n<summary>Le schéma en toutes lettres</summary>\n\n'
        f"{alternative}\n\n</details>\n\n</figure>"
    )


def drawing(name: str) -> str:
    """Give the SVG of a diagram, on one line. Raises CourseError where it is missing or older than its source."""
    source, drawn = DIAGRAMS / f"{name}.mmd", DIAGRAMS / f"{name}.svg"
    if not source.is_file():
        raise CourseError(f"no source {source.name} in {DIAGRAMS.name}/")
    svg = drawn.read_text(encoding="utf-8") if drawn.is_file() else ""
    stamp = STAMP.search(svg)
    if stamp is None or stamp["digest"] != digest(source):
        raise CourseError(
            f"{drawn.name} is not drawn from the present {source.name}: run scripts/make_diagrams.py"
        )
    return svg.strip().replace("\n", " ")


def digest(source: Path) -> str:
    """Fingerprint the source of a diagram, however the machine ends its lines."""
    text = source.read_text(encoding="utf-8").strip()
    return hashlib.sha256(text.encode()).hexdigest()[:16]
