"""The directives of the pages: `/// name | arguments`, a body, `///`. Each writes Markdown in its own place."""

import re
from collections.abc import Callable, Iterator

from markdown.preprocessors import Preprocessor

from course_site import (
    diagrams,
    exercise_pages,
    labs,
    mutants,
    open_question_pages,
    quiz_pages,
    references,
    routes,
    source_code,
)
from course_site.errors import CourseError

OPENING = re.compile(r"/// (?P<name>[a-z-]+)(?: \| (?P<arguments>.*))?$")
CLOSING = "///"

Directive = Callable[[str, list[str]], str]
"""From the arguments and the lines of the body to Markdown. Raises CourseError."""

DIRECTIVES: dict[str, Directive] = {
    "source": source_code.source,
    "wrong": mutants.wrong,
    "diagram": diagrams.diagram,
    "quiz": quiz_pages.quiz,
    "quiz-answers": quiz_pages.answers,
    "scale": quiz_pages.scale,
    "exercise": exercise_pages.exercise,
    "lab": labs.lab,
    "open-questions": open_question_pages.open_questions,
    "sources": lambda _arguments, _body: references.listed(),
    "route": routes.route,
}


class Directives(Preprocessor):
    """Replaces the directives of a page by the Markdown that they write."""

    def run(self, lines: list[str]) -> list[str]:
        """Give the lines of the page, directives carried out."""
        return list(self._expanded(iter(lines)))

    def _expanded(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            opening = OPENING.match(line)
            if not opening:
                yield line
                continue
            body = list(_body(lines, line))
            yield ""
            yield from carry_out(opening["name"], (opening["arguments"] or "").strip(), body).split("\n")
            yield ""


def carry_out(name: str, arguments: str, body: list[str]) -> str:
    """Run one directive. Raises CourseError, named after the directive."""
    if name not in DIRECTIVES:
        raise CourseError(f"unknown directive {name!r}; known: {', '.join(sorted(DIRECTIVES))}")
    try:
        return DIRECTIVES[name](arguments, body)
    except CourseError as error:
        raise CourseError(f"/// {name} | {arguments}: {error}") from error


def _body(lines: Iterator[str], opening: str) -> Iterator[str]:
    for line in lines:
        if line.rstrip() == CLOSING:
            return
        yield line
    raise CourseError(f"{opening}: no closing ///")
