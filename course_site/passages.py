"""Links to the passages of the course, as every generated piece of a page writes them."""

from course_site.errors import CourseError
from grader.passages import passages


def link(anchor: str) -> str:
    """Write a link to a passage. Raises CourseError where `course/anchors.toml` does not list it."""
    passage = passages().get(anchor)
    if passage is None:
        raise CourseError(f"no passage {anchor!r} in course/anchors.toml")
    return f"[{passage.title}]({passage.address})"
