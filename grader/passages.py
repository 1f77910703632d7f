"""The passages of the course that failures and quizzes point to: `course/anchors.toml`."""

import functools
import tomllib
from dataclasses import dataclass

from grader.paths import COURSE


@dataclass(frozen=True)
class Passage:
    """One passage: `anchor` is the id of its heading in the page, `page` a file of course/."""

    anchor: str
    page: str
    title: str

    @property
    def address(self) -> str:
        """Where it stands, as a page of the course writes it in a link."""
        return f"{self.page}#{self.anchor}"

    def __str__(self) -> str:
        return f"{self.title} ({self.address})"


@functools.cache
def passages() -> dict[str, Passage]:
    """Read the passages by anchor. Raises OSError or ValueError if the course's own file is broken."""
    with (COURSE / "anchors.toml").open("rb") as file:
        return {key: Passage(key, value["page"], value["title"]) for key, value in tomllib.load(file).items()}
