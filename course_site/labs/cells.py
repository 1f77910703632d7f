"""The cells of an executed lab, written as Markdown: prose as it is, code in blocks, what it printed and drew below."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from course_site.errors import CourseError
from course_site.labs import figures

HEADING = re.compile(r"^(?P<level>#{2,4}) (?P<title>.+)$", re.MULTILINE)
TO_COURSE = "](../course/"
FOLDED = {
    "plot": "Le code du graphique",
    "setup": "Le code de la mise en place",
    "measure": "Le code de la mesure",
    "table": "Le code du résultat",
    "check": "Le code de la vérification",
}
"""Tags of cells whose code stays folded, and what the fold is called: a reader wants what it shows."""

BELOW = {"plot", "table", "check"}
"""Those whose code comes after what it shows."""


def introduction(document: dict[str, Any]) -> str:
    """Give what the first cell says under the title, which the page has already. Raises CourseError."""
    title, _, words = source(document["cells"][0]).partition("\n")
    if not title.startswith("# "):
        raise CourseError("the first cell of a lab is its title, `# Lab …`")
    return words.strip()


def page(document: dict[str, Any], name: str) -> str:
    """Write all the cells after the first."""
    return "\n\n".join(text for cell in document["cells"][1:] for text in written(cell, name))


def written(cell: dict[str, Any], name: str) -> Iterator[str]:
    """Write one cell and its outputs; the code of what is shown for itself is folded under it."""
    if cell["cell_type"] == "markdown":
        yield prose(cell)
        return
    outputs = list(results(cell, name))
    tag = next((tag for tag in cell["metadata"].get("tags", []) if tag in FOLDED), None)
    code = fenced("python", source(cell))
    if tag is not None:
        code = f'<details class="lab-code" markdown="block">\n<summary>{FOLDED[tag]}</summary>\n\n{code}\n\n</details>'
    yield from [*outputs, code] if tag in BELOW else [code, *outputs]


def results(cell: dict[str, Any], name: str) -> Iterator[str]:
    """Write what a cell printed, then what it displayed."""
    printed = "".join(text(output["text"]) for output in cell["outputs"] if output["output_type"] == "stream")
    if printed:
        yield output_block(printed)
    shown = [output["data"] for output in cell["outputs"] if "data" in output]
    for rank, data in enumerate(shown):
        yield displayed(data, f"{name}-{cell['id']}-{rank}")


def prose(cell: dict[str, Any]) -> str:
    """Give the Markdown of a cell: its heading takes the cell's id, links to the course become those of the site."""
    words = source(cell).replace(TO_COURSE, "](")
    words = words.replace("<details>", '<details markdown="block">')
    titles = HEADING.findall(words)
    if len(titles) > 1:
        raise CourseError(f"cell « {cell['id']} »: one heading a cell, whose id it takes")
    return HEADING.sub(rf"\g<level> \g<title> {{ #{cell['id']} }}", words)


def displayed(data: dict[str, Any], identifier: str) -> str:
    """Write what a cell displayed: a figure, Markdown, or the text of a value."""
    if "image/svg+xml" in data:
        return drawn(text(data["image/svg+xml"]), text(data["text/plain"]), identifier)
    if "text/markdown" in data:
        return text(data["text/markdown"])
    return output_block(text(data["text/plain"]))


def drawn(svg: str, alternative: str, identifier: str) -> str:
    """Write a figure, its title for those who hear the page, and what it shows in words, open to everybody."""
    label = escape(figures.title(svg), quote=True)
    return (
        f'<figure class="diagram lab-figure" id="{identifier}" markdown="block">\n\n'
        f'<div class="diagram-drawing" role="img" aria-label="{label}">{figures.inline(svg, identifier)}</div>\n\n'
        f'<details class="diagram-text" markdown="block">\n<summary>Le graphique en toutes lettres</summary>\n\n'
        f"{alternative}\n\n</details>\n\n</figure>"
    )


def output_block(printed: str) -> str:
    """Write what a program printed, apart from its code."""
    return f'<div class="lab-output" markdown="block">\n\n{fenced("text", printed)}\n\n</div>'


def fenced(language: str, code: str) -> str:
    """Write a block of code."""
    return f"````{language}\n{code.rstrip()}\n````"


def source(cell: dict[str, Any]) -> str:
    """Give what a cell holds."""
    return text(cell["source"])


def text(value: str | list[str]) -> str:
    """Read a text of a notebook, which may be stored as a list of lines."""
    return value if isinstance(value, str) else "".join(value)
