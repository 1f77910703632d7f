"""The Python-Markdown extension that a site builder names in its configuration."""

from typing import Any

from markdown import Markdown
from markdown.extensions import Extension

from course_site import directives, references, typography
from course_site.notes import NoteCalls
from course_site.reading_time import ReadingTime

# pymdownx.snippets runs at 32, the fenced code of pymdownx.superfences at 25: what a directive writes, they read.
DIRECTIVES_PRIORITY = 28
# After the inline patterns (20), before the table of contents (5): titles are collected as readers see them.
READING_TIME_PRIORITY = 9
REFERENCES_PRIORITY = 11
TYPOGRAPHY_PRIORITY = 10
# After the finished code blocks are put back (30).
NOTES_PRIORITY = 5


class CourseExtension(Extension):
    """Everything the pages of the course use beyond the common extensions."""

    md: Markdown

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register the processors."""
        self.md = md
        md.registerExtension(self)  # so that `reset` is called
        md.preprocessors.register(directives.Directives(md), "course_directives", DIRECTIVES_PRIORITY)
        md.treeprocessors.register(references.Languages(md), "course_languages", REFERENCES_PRIORITY)
        md.treeprocessors.register(typography.FrenchTypography(md), "course_typography", TYPOGRAPHY_PRIORITY)
        md.treeprocessors.register(ReadingTime(md), "course_reading_time", READING_TIME_PRIORITY)
        md.postprocessors.register(NoteCalls(md), "course_notes", NOTES_PRIORITY)
        self.reset()

    def reset(self) -> None:
        """Between two pages Python-Markdown forgets all references: the sources of the course come back."""
        references.know(self.md)


def makeExtension(**options: Any) -> CourseExtension:  # noqa: N802 - Python-Markdown's name
    """Make the extension; Python-Markdown looks this function up by its name."""
    return CourseExtension(**options)
