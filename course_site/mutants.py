"""Wrong code in the pages: the mutants of the gate, which the project's tests prove to be wrong.

    /// wrong | ex3_seen_in_memory
    ///
"""

import textwrap
import tomllib

from course_site.errors import CourseError
from course_site.paths import MUTANTS
from course_site.source_code import Piece, block, notes


def wrong(arguments: str, body: list[str]) -> str:
    """Write the misconception, the wrong fragment, and the criteria that the grader takes for it."""
    path = MUTANTS / f"{arguments}.toml"
    if not path.is_file():
        raise CourseError(f"no mutant of that name in {MUTANTS.name}/")
    mutant = tomllib.loads(path.read_text(encoding="utf-8"))
    lost = ", ".join(f"`{criterion}`" for criterion in mutant["loses"])
    fragments = [textwrap.dedent(edit["new"]).strip("\n") for edit in mutant["edit"] if edit["new"].strip()]
    piece = Piece(mutant["edit"][0]["file"], (), tuple("\n\n".join(fragments).split("\n")))
    code = block(piece, notes(body)).replace(f'title="{piece.path}"', f'title="Faux : {piece.path}"')
    shown = textwrap.indent(code, "    ") if code else ""
    return f'!!! failure "Faux"\n    {mutant["misconception"]}\n    Le correcteur retire {lost}.\n\n{shown}'
