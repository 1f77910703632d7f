"""Code in the pages: pieces of the project's own files, never typed twice, with notes on the lines that matter.

    /// source | reference_impl/edge/signature.py Verifier.verify
    `webhook.verify(raw.body, headers)` => Pourquoi cette ligne.
    ///

A piece of a Python file is a function, a class, a method or a constant, by its name. A piece of another file stands
between `[start:name]` and `[end:name]` marks, those of pymdownx.snippets, and is asked for as `@name`.
"""

import ast
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from course_site.errors import CourseError
from course_site.paths import ROOT

LANGUAGES = {
    ".py": "python", ".sql": "sql", ".toml": "toml", ".json": "json", ".conf": "nginx", ".service": "ini",
    ".timer": "ini", ".txt": "text", ".out": "text", ".example": "ini", ".sh": "bash", ".js": "javascript", "": "text",
}  # fmt: skip
COMMENTS = {
    "python": "#",
    "sql": "--",
    "toml": "#",
    "ini": "#",
    "nginx": "#",
    "bash": "#",
    "javascript": "//",
}
NOTE = re.compile(r"`(?P<needle>.+?)` => (?P<text>.+)")
MARK = re.compile(r".*--8<-- \[(?P<edge>start|end):(?P<name>[\w-]+)\]")


@dataclass(frozen=True)
class Piece:
    """What a page shows of a file; `path` is relative to the project's root, `lines` are dedented."""

    path: str
    names: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def language(self) -> str:
        """The language for the highlighter, by the file's ending."""
        return LANGUAGES.get(Path(self.path).suffix, "text")


def source(arguments: str, body: list[str]) -> str:
    """Write a piece of a file as a code block under its path, its notes as a numbered list."""
    path, *names = arguments.split()
    return block(read_piece(path, tuple(names)), notes(body))


def notes(body: list[str]) -> list[tuple[str, str]]:
    """Read the notes of a directive: what to look for in the code, and what to say of it. Raises CourseError."""
    found = []
    for line in filter(str.strip, body):
        match = NOTE.fullmatch(line.strip())
        if match is None:
            raise CourseError(f"a note is written `code` => text, on one line: {line!r}")
        found.append((match["needle"], match["text"]))
    return found


def block(piece: Piece, remarks: list[tuple[str, str]]) -> str:
    """Write the code and its notes. Raises CourseError where a note's code is not on exactly one line."""
    lines = list(piece.lines)
    comment = COMMENTS.get(piece.language)
    for number, (needle, _) in enumerate(remarks, start=1):
        places = [index for index, line in enumerate(piece.lines) if needle in line]
        if len(places) != 1:
            raise CourseError(f"{needle!r} stands on {len(places)} lines of the piece, not on one")
        if comment is None:
            continue
        separator = " " if f"{comment} (" in lines[places[0]] else f"  {comment} "
        lines[places[0]] += f"{separator}({number})!"
    fence = "~~~~" if "```" in "\n".join(lines) else "```"
    code = "\n".join([f'{fence}{piece.language} title="{piece.path}"', *lines, fence])
    # Where the language has no comments, a note names its line instead of being called from it.
    said = [text if comment else f"`{needle}` : {text}" for needle, text in remarks]
    listed = "\n".join(f"{number}. {text}" for number, text in enumerate(said, start=1))
    return f"{code}\n\n{listed}\n" if listed else f"{code}\n"


def read_piece(path: str, names: tuple[str, ...]) -> Piece:
    """Read a whole file, or the named pieces of it, one after the other. Raises CourseError."""
    file = (ROOT / path).resolve()
    if not file.is_relative_to(ROOT) or not file.is_file():
        raise CourseError(f"{path}: no such file of the project")
    text = file.read_text(encoding="utf-8")
    parts = [section(text, name, path) for name in names] if names else [without_marks(text)]
    lines = "\n\n\n".join(textwrap.dedent(part).strip("\n") for part in parts).split("\n")
    return Piece(path, names, tuple(lines))


def section(text: str, name: str, path: str) -> str:
    """Cut one named piece out of a file. Raises CourseError where there is no such piece."""
    if name.startswith("@"):
        return marked(text, name[1:], path)
    node = symbol(ast.parse(text), name.split("."))
    if node is None:
        raise CourseError(f"{path} defines no {name}")
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(text.split("\n")[first - 1 : node.end_lineno])


def symbol(tree: ast.AST, path: list[str]) -> ast.stmt | None:
    """Find a definition by its dotted name, wherever it is nested; its parents' names come first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and path[0] in defined(node):
            return node if len(path) == 1 else symbol(node, path[1:])
    return None


def defined(node: ast.stmt) -> set[str]:
    """Name what a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set()


def marked(text: str, name: str, path: str) -> str:
    """Cut what stands between the two marks of that name; marks of other sections inside it are left out."""
    lines = text.split("\n")
    edges = {
        match["edge"]: index
        for index, line in enumerate(lines)
        if (match := MARK.match(line)) and match["name"] == name
    }
    if set(edges) != {"start", "end"}:
        raise CourseError(f"{path} has no section {name}, or only one of its two marks")
    return without_marks("\n".join(lines[edges["start"] + 1 : edges["end"]]))


def without_marks(text: str) -> str:
    """Leave out the lines of the marks."""
    return "\n".join(line for line in text.split("\n") if not MARK.match(line))
