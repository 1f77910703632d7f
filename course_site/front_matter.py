"""What a page says of itself: the front matter, checked, and the title."""

import re
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from course_site.errors import CourseError

FENCED = re.compile(r"\A---\n(?P<yaml>.*?)\n---\n", re.DOTALL)
TITLE = re.compile(r"^# (?P<title>.+?)(?: \{ #[\w-]+ \})?$", re.MULTILINE)


class FrontMatter(BaseModel):
    """The head of a page. `duration` is in minutes: reading and trying, exercises not included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str = ""
    duration: int | None = None
    prerequisites: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()


def front_matter(page: Path) -> FrontMatter:
    """Read the front matter of a page; one without it has an empty one. Raises ValueError where it is malformed."""
    found = FENCED.match(page.read_text(encoding="utf-8"))
    return FrontMatter.model_validate(yaml.safe_load(found["yaml"])) if found else FrontMatter()


def body(page: Path) -> str:
    """Give the Markdown of a page, without its front matter."""
    return FENCED.sub("", page.read_text(encoding="utf-8"), count=1)


def title_of(page: Path) -> str:
    """Give the title of a page. Raises CourseError where it has none."""
    found = TITLE.search(body(page))
    if found is None:
        raise CourseError(f"{page.name} has no title")
    return found["title"]
