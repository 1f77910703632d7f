"""The terminal: French typography put in at the last moment, harmless when it is a pipe."""

import re
from typing import Any

from rich.console import Console
from rich.text import Text

NO_BREAK, NARROW = "\u00a0", "\u202f"
PIPED_WIDTH = 120
_BEFORE = re.compile(r" ([;!?])(?=\s|$|[)»])")


def typeset(text: str) -> str:
    """Put no-break spaces where French wants them: before « : », inside guillemets, before « ; ! ? »."""
    text = text.replace("« ", f"«{NO_BREAK}").replace(" »", f"{NO_BREAK}»").replace(" : ", f"{NO_BREAK}: ")
    return _BEFORE.sub(rf"{NARROW}\1", text.removesuffix(" :") + (f"{NO_BREAK}:" if text.endswith(" :") else ""))


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
