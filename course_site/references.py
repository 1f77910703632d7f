"""The sources of the course: `course/sources.toml` holds them once, pages cite them by key."""

import tomllib
from datetime import date
from functools import cache
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from pydantic import BaseModel, ConfigDict

from course_site.paths import COURSE

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


class SourceOfFacts(BaseModel):
    """A document that the course relies on; `checked` is the day it was read, `lang` the language of its title."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    publisher: str
    url: str
    checked: date
    lang: str = "en"


@cache
def sources() -> dict[str, SourceOfFacts]:
    """Read the sources by key. Raises OSError or ValueError if the file is broken."""
    with (COURSE / "sources.toml").open("rb") as file:
        return {key: SourceOfFacts.model_validate(value) for key, value in tomllib.load(file).items()}


def know(md: Markdown) -> None:
    """Let `[Svix, *Retries*][svix-retries]` work in the page that is about to be read."""
    for key, source in sources().items():
        md.references[key] = (source.url, None)


class Languages(Treeprocessor):
    """Marks links to foreign sources, and the title in them, with its language: a screen reader changes its voice."""

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        languages = {source.url: source.lang for source in sources().values()}
        for link in root.iter("a"):
            lang = languages.get(link.get("href", ""), "fr")
            if lang == "fr":
                continue
            link.set("hreflang", lang)
            for title in link.iter("em"):
                title.set("lang", lang)


def spoken(day: date) -> str:
    """Say a day in French: 1er août 2026."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def listed() -> str:
    """Write the list of all sources, by publisher, as the about page shows it (Markdown)."""
    lines = []
    for key, source in sorted(
        sources().items(), key=lambda item: (item[1].publisher.lower(), item[1].title.lower())
    ):
        lines.append(
            f"- {source.publisher}, [*{source.title}*][{key}], consulté le {spoken(source.checked)}."
        )
    return "\n".join(lines)
