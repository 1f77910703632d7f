"""The calls of notes in code: numbers that are seen and heard, and not copied with the code."""

import re

from markdown.postprocessors import Postprocessor

# The two spaces before the comment, in a span of their own or not, go with it: they would be copied.
CALL = re.compile(
    r'(?: *|<span class="w"> *</span>)(?P<span><span class="c\d?">)? *(?:#|--|//) (?P<numbers>(?:\(\d+\)!(?: (?=\())?)+)'
)
NUMBER = re.compile(r"\((\d+)\)!")


class NoteCalls(Postprocessor):
    """Replaces the comments that `source_code.block` appends by numbers drawn by the style sheet.

    The highlighter has by then coloured the code; what a style sheet draws is left out of what a reader copies.
    """

    def run(self, text: str) -> str:
        """Change the finished HTML."""
        return CALL.sub(lambda call: (call["span"] or "") + NUMBER.sub(drawn, call["numbers"]), text)


def drawn(number: re.Match[str]) -> str:
    """Write one number as an element without text."""
    return (
        f'<span class="note-call" role="img" aria-label="note {number[1]}" data-number="{number[1]}"></span>'
    )
