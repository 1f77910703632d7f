"""Write a quiz of the course as the TOML file that a student answers."""

import re
import textwrap
from collections.abc import Iterator
from typing import Any

COMMENT_WIDTH = 100
FENCED = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
PARAGRAPH_END = re.compile(r"\n[ ]*\n|\n(?=[ ]*(?:[-*]|[0-9]+\.) )")


def quiz_file(quiz: dict[str, Any], *, answered: bool) -> str:
    """Write a quiz as students answer it: questions in comments, each with `q01 = ""` or the right letter."""
    count, points = len(quiz["questions"]), quiz["points_per_question"]
    lines = [
        f"# Quiz « {quiz['title']} » : {count} questions, {points} points chacune.",
        '# Écrivez entre les guillemets la lettre de votre réponse, par exemple : q01 = "b".',
        "# Une question laissée vide vaut 0 point.",
    ]
    for section in quiz["sections"]:
        lines += ["", "", f"# {section['title'].upper()}"]
        for question in quiz["questions"]:
            if question["section"] == section["id"]:
                lines += ["", *question_lines(question, answered=answered)]
    return "\n".join(lines) + "\n"


def question_lines(question: dict[str, Any], *, answered: bool) -> list[str]:
    """Write one question: statement, options, and the line where its answer stands."""
    lines = [*commented(question["statement"], first=f"{question['id']}. ")]
    for letter, option in question["options"].items():
        lines += commented(option["text"], first=f"  {letter}) ")
    answer = question["answer"] if answered else ""
    return [*lines, f'{question["id"]} = "{answer}"']


def commented(markdown: str, first: str) -> Iterator[str]:
    """Turn Markdown into comment lines: paragraphs wrapped under `first`, fenced code as it stands."""
    indent = " " * len(first)
    for number, block in enumerate(blocks(markdown)):
        lead = first if number == 0 else indent
        if block.startswith("```"):
            body = textwrap.indent(block, indent)
            lines = (lead + body[len(indent) :]).split("\n")
        else:
            # A space before « : ; ? ! » and inside the quotation marks never ends a line.
            glued = re.sub(r" (?=[:;?!»])|(?<=«) ", "\u00a0", " ".join(block.split()))
            lines = textwrap.wrap(
                glued, COMMENT_WIDTH, initial_indent=lead, subsequent_indent=indent, break_on_hyphens=False
            )
        yield from (f"# {line}".replace("\u00a0", " ").rstrip() for line in lines)


def blocks(markdown: str) -> Iterator[str]:
    """Split Markdown into paragraphs, list items and fenced blocks, each with its newlines."""
    for part in FENCED.split(markdown):
        if part.startswith("```"):
            yield part
        else:
            yield from (block for block in PARAGRAPH_END.split(part) if block.strip())
