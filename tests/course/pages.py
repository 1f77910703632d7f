"""The pages as their authors write them: which there are, and their parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_site.directives import OPENING
from course_site.front_matter import body
from course_site.paths import COURSE

MODULES = tuple(sorted(path.name for path in COURSE.glob("[0-9][0-9]-*.md")))
TAUGHT = tuple(name for name in MODULES if name[:2] in ("00", "01", "02", "03", "04", "05", "11"))
PAGES = tuple(sorted(path.name for path in COURSE.glob("*.md")))

HEADING = re.compile(r"^(?P<level>#{1,6}) (?P<title>.+?)(?: \{ #(?P<id>[\w-]+) \})?$")
FENCE = re.compile(r"^ *(?P<mark>```+|~~~+) ?(?P<language>[\w-]*)")


@dataclass(frozen=True)
class Heading:
    """One heading of a page."""

    level: int
    title: str
    id: str | None


@dataclass(frozen=True)
class Fence:
    """One block of code typed in a page."""

    language: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Directive:
    """One directive of a page, not carried out."""

    name: str
    arguments: str
    body: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A page taken apart: prose lines, headings, fences, directives, each in order."""

    name: str
    prose: tuple[str, ...]
    headings: tuple[Heading, ...]
    fences: tuple[Fence, ...]
    directives: tuple[Directive, ...]


@cache
def page(name: str) -> Page:
    """Take a page apart."""
    lines = iter(body(COURSE / name).split("\n"))
    prose: list[str] = []
    headings: list[Heading] = []
    fences: list[Fence] = []
    directives: list[Directive] = []
    for line in lines:
        if opening := OPENING.match(line):
            inner = tuple(_until(lines, lambda other: other.rstrip() == "///"))
            directives.append(Directive(opening["name"], (opening["arguments"] or "").strip(), inner))
            prose += ["", *(_prose_of(directives[-1])), ""]
        elif fence := FENCE.match(line):
            mark = fence["mark"]
            inner = tuple(_until(lines, lambda other: other.strip() == mark))  # noqa: B023 - used at once
            fences.append(Fence(fence["language"], inner))
        elif heading := HEADING.match(line):
            headings.append(Heading(len(heading["level"]), heading["title"], heading["id"]))
            prose.append(line)
        else:
            prose.append(line)
    return Page(name, tuple(prose), tuple(headings), tuple(fences), tuple(directives))


def _until(lines: Iterator[str], ends) -> Iterator[str]:
    for line in lines:
        if ends(line):
            return
        yield line


def _prose_of(directive: Directive) -> Iterator[str]:
    """What an author wrote inside a directive for readers: notes, captions, text alternatives."""
    if directive.name == "diagram":
        yield from directive.body
    elif directive.name in ("source", "wrong"):
        yield from (line.split("` => ", 1)[1] for line in directive.body if "` => " in line)


@cache
def section_text(name: str, anchor: str) -> str:
    """All that a page says under a heading, its sub-headings included; empty where there is no such heading."""
    wanted: int | None = None
    found: list[str] = []
    for line in body(Path(COURSE / name)).split("\n"):
        heading = HEADING.match(line)
        if heading and heading["id"] == anchor:
            wanted = len(heading["level"])
        elif heading and wanted is not None and len(heading["level"]) <= wanted:
            break
        if wanted is not None:
            found.append(line)
    return "\n".join(found)
