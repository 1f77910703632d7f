"""The three ways through the course: their steps from `course/routes.toml`, their durations from the pages themselves."""

import re
import tomllib
from functools import cache

from pydantic import BaseModel, ConfigDict

from course_site.errors import CourseError
from course_site.front_matter import FrontMatter, front_matter, title_of
from course_site.paths import COURSE


class Step(BaseModel):
    """A page to work through, or (without a page) something else to do, and what to do there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: str | None = None
    title: str | None = None
    what: str
    minutes: int | None = None
    """For what has no page, or for a page of which only a part is done; otherwise the page says it."""


class Route(BaseModel):
    """One way through the course."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    for_whom: str
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> int:
        """The whole duration."""
        return sum(minutes_of(step) for step in self.steps)


@cache
def routes() -> dict[str, Route]:
    """Read the routes by key."""
    data = tomllib.loads((COURSE / "routes.toml").read_text(encoding="utf-8"))
    return {key: Route.model_validate(value) for key, value in data.items()}


def minutes_of(step: Step) -> int:
    """Give the duration of a step. Raises CourseError where nothing says it."""
    if step.minutes is not None:
        return step.minutes
    matter = front_matter(COURSE / step.page) if step.page else FrontMatter()
    if matter.duration is None:
        raise CourseError(f"neither the route nor the page says how long « {step.page or step.title} » takes")
    return matter.duration


def route(arguments: str, _body: list[str]) -> str:
    """Write one route as a table: `/// route | standard`."""
    if arguments not in routes():
        raise CourseError(f"no route {arguments!r} in routes.toml")
    chosen = routes()[arguments]
    rows = ["| étape | ce que vous y faites | durée |", "|---|---|---:|"]
    for step in chosen.steps:
        name = f"[{title_of(COURSE / step.page)}]({step.page})" if step.page else step.title
        rows.append(f"| {name} | {step.what} | {spoken(minutes_of(step))} |")
    rows.append(f"| **Total** | | **{spoken(chosen.minutes)}** |")
    return "\n".join([chosen.for_whom, "", *rows])


def spoken(minutes: int) -> str:
    """Say a duration: 45 min, 2 h, 3 h 05."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return re.sub(r" 00$", "", f"{hours} h {rest:02}")
