"""The terminal: French typography put in at the last moment, harmless when it is a pipe."""

from typing import Any

from rich.console import Console
from rich.text import Text

from grader.cli.typography import typeset

PIPED_WIDTH = 120


class FrenchConsole(Console):
    """A console that typesets every text on its way out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, soft_wrap=False, **options)
        if not self.is_terminal and "width" not in options:
            self.width = max(self.width, PIPED_WIDTH)

    def render_str(self, text: str, **options: Any) -> Text:
        """Typeset, then read the markup as usual."""
        return super().render_str(typeset(text), **options)


out = FrenchConsole()
errors = FrenchConsole(stderr=True)
