"""Wrong code in the pages: the mutants of the gate, which the project's tests prove to be wrong.

/// wrong | ex3_seen_in_memory
///
"""

import re
import textwrap
import tomllib
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from course_site.errors import CourseError
from course_site.paths import MUTANTS, SOLUTIONS
from course_site.source_code import Piece, block, notes

BEFORE, AFTER = 2, 1
"""Lines shown around a change, so that a reader sees where it stands."""

SURROUNDING = re.compile(r"\s*$|(?:from|import|def|class|@)|\s*(?:#|\"\"\")")
IMPORT = re.compile(r"\s*$|from |import ")


def wrong(arguments: str, body: list[str]) -> str:
    """Write the misconception, the wrong lines, and the criteria that the grader takes for them."""
    path = MUTANTS / f"{arguments}.toml"
    if not path.is_file():
        raise CourseError(f"no mutant of that name in {MUTANTS.name}/")
    mutant = tomllib.loads(path.read_text(encoding="utf-8"))
    lost = listed([f"`{criterion}`" for criterion in mutant["loses"]])
    file = mutant["edit"][0]["file"]
    lines = "\n\n".join(wrong_lines(file, mutant["edit"])).split("\n")
    code = block(Piece(file, (), tuple(lines)), notes(body)).replace(
        f'title="{file}"', f'title="Faux\u00a0: {file}"'
    )
    said = f"{mutant['misconception']}\nQui écrit cela perd {lost}."
    return f'!!! failure "Faux"\n{textwrap.indent(said, "    ")}\n\n{textwrap.indent(code, "    ")}'


def listed(words: list[str]) -> str:
    """Join words as French does: a, b et c."""
    return " et ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def wrong_lines(file: str, edits: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what the edits change in a solution's file, whole lines with a little of their surroundings."""
    right = (SOLUTIONS / file).read_text(encoding="utf-8")
    mutated = right
    for edit in edits:
        if edit["file"] == file:
            mutated = mutated.replace(edit["old"], edit["new"])
    before, after = right.split("\n"), mutated.split("\n")
    shown: set[int] = set()
    for tag, _, _, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal" and not (start < end and all(IMPORT.match(line) for line in after[start:end])):
            shown |= with_surroundings(after, start, end)
    runs = [i for i in sorted(shown) if i - 1 not in shown], [i for i in sorted(shown) if i + 1 not in shown]
    for first, last in zip(*runs, strict=True):
        if run := textwrap.dedent("\n".join(after[first : last + 1])).strip("\n"):
            yield run


def with_surroundings(lines: list[str], start: int, end: int) -> set[int]:
    """Add to the lines of a change those around it that tell where it stands; headers and comments do not."""
    above = list(range(max(0, start - BEFORE), start))
    below = list(range(end, min(len(lines), end + AFTER)))
    while above and SURROUNDING.match(lines[above[0]]):
        above.pop(0)
    while below and SURROUNDING.match(lines[below[-1]]):
        below.pop()
    return {*above, *range(start, end), *below}
