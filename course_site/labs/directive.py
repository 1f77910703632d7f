"""A lab in its page.

/// lab | 1_signature
///
"""

import base64
import json
import os
from typing import Any

from course_site.errors import CourseError
from course_site.labs import cells
from course_site.labs.cache import executed
from course_site.paths import NOTEBOOKS

LEFT_OUT = """!!! warning "Lab non exécuté"

    Cette page a été construite avec `LABS=off` : elle montre le code, sans ses résultats.

"""


def lab(arguments: str, _body: list[str]) -> str:
    """Write a whole lab: how to get it, then its cells with what they printed and drew. Raises CourseError."""
    wanted = os.environ.get("LABS", "")
    if wanted not in ("", "off"):
        raise CourseError(f"LABS={wanted}: write LABS=off to leave out the results, or nothing")
    left_out = wanted == "off"
    document = stored(arguments) if left_out else executed(arguments)
    said = LEFT_OUT if left_out else ran(document)
    body = cells.page(document, f"lab-{arguments[0]}")
    return "\n\n".join([cells.introduction(document), f"{said}\n{download(arguments)}", body])


def stored(name: str) -> dict[str, Any]:
    """Read a lab as it is stored, without outputs. Raises CourseError."""
    path = NOTEBOOKS / f"{name}.ipynb"
    if not path.is_file():
        raise CourseError(f"no lab {name!r} in {NOTEBOOKS.name}/")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def ran(document: dict[str, Any]) -> str:
    """Say where the results come from."""
    seconds = f"{document['metadata']['seconds']:.0f} s"
    return f"Les résultats de cette page viennent de l'exécution du notebook, en {seconds}, à la construction du site."


def download(name: str) -> str:
    """Link to the notebook, carried by the page itself: a site builder publishes the files of the course alone."""
    content = base64.b64encode((NOTEBOOKS / f"{name}.ipynb").read_bytes()).decode()
    link = f'<a download="{name}.ipynb" href="data:application/x-ipynb+json;base64,{content}">'
    return (
        f"Le notebook : {link}<code>{name}.ipynb</code></a>. Il s'exécute dans le projet du cours, où il est le fichier"
        f" `notebooks/{name}.ipynb` :\n\n"
        "```console\nuv run --group notebooks jupyter lab notebooks\n```"
    )
