"""Cut the solutions: what stands between two marks gives way to a TODO."""

import re
from collections.abc import Iterator

# A message goes between quotes in the stub: it holds neither quote nor backslash.
MARK = re.compile(
    r"(?P<indent> *)# "
    r"(?:BEGIN SOLUTION(?P<silent> \(silent\))?: (?P<message>[^\s\x22\\][^\x22\\]*)|END SOLUTION)"
)


class SourceError(Exception):
    """The source cannot be turned into exercises; the message names the file, the line and what to mend."""


def cut(source: str, name: str) -> Iterator[str | re.Match[str]]:
    """Yield the lines outside the cuts and, for each cut, the match of its opening mark.

    Raises SourceError on a mark misspelt, nested, unopened, unclosed or closed at another indentation.
    """
    opening: re.Match[str] | None = None
    opened_at = 0
    for number, line in enumerate(source.split("\n"), start=1):
        if "BEGIN SOLUTION" not in line and "END SOLUTION" not in line:
            if opening is None:
                yield line
            continue
        match = MARK.fullmatch(line)
        if match is None:
            raise SourceError(f"{name}:{number}: mark not understood: {line.strip()!r}")
        if "BEGIN" in line:
            if opening is not None:
                raise SourceError(
                    f"{name}:{number}: nested BEGIN SOLUTION, the one of line {opened_at} is still open"
                )
            opening, opened_at = match, number
            yield match
        elif opening is None:
            raise SourceError(f"{name}:{number}: END SOLUTION without BEGIN SOLUTION")
        elif opening["indent"] != match["indent"]:
            raise SourceError(
                f"{name}:{number}: END SOLUTION not indented like its BEGIN of line {opened_at}"
            )
        else:
            opening = None
    if opening is not None:
        raise SourceError(f"{name}:{opened_at}: BEGIN SOLUTION without END SOLUTION")


def cut_python(source: str, name: str) -> str:
    """Replace each cut by a NotImplementedError that says what to write, a silent one by a comment.

    Imports that only the cut code used stay: they are hints.
    """
    lines = [piece if isinstance(piece, str) else _placeholder(piece) for piece in cut(source, name)]
    return "\n".join(lines)


def _placeholder(opening: re.Match[str]) -> str:
    """Write the line that stands where a cut was, at the indentation of its mark."""
    todo = f"TODO : {opening['message']}"
    if opening["silent"]:
        return f"{opening['indent']}# {todo}"
    return f'{opening["indent"]}raise NotImplementedError("{todo}")'
