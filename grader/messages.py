"""Making text that a student controls fit to be shown: no terminal escapes, no secrets, no endless lines."""

import re
import unicodedata
from collections.abc import Iterable

MAX_SHOWN = 300
MAX_NOTICES = 20
HIDDEN = "«…»"
_SPACES = re.compile(r"\s+")


def harmless(text: str, limit: int = MAX_SHOWN) -> str:
    """Give the text on one line, without control or bidirectional characters, cut at `limit` characters."""
    line = _SPACES.sub(" ", _printable(text[: 8 * limit])).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def few(notices: Iterable[str], limit: int = MAX_NOTICES) -> tuple[str, ...]:
    """Give each notice once, and no more than a reader would read: the rest is counted."""
    kept = list(dict.fromkeys(notices))
    more = len(kept) - limit
    return (
        (*kept[:limit], f"et {more} autre{'s' * (more > 1)} remarque{'s' * (more > 1)}")
        if more > 0
        else tuple(kept)
    )


def harmless_lines(text: str) -> str:
    """Give the text with its lines and indents, without any other control character."""
    return "\n".join(_printable(line).rstrip() for line in text.split("\n"))


def _printable(text: str) -> str:
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Give the text with every secret of the run struck out, with and without its `whsec_`."""
    for secret in secrets:
        for form in (secret, secret.removeprefix("whsec_")):
            if len(form) >= 8:
                text = text.replace(form, HIDDEN)
    return text


def last_words(output: str) -> str:
    """Give the last line that says something: of a Python traceback, the error itself."""
    lines = [line for line in output[-4000:].splitlines() if line.strip()]
    return harmless(lines[-1], 200) if lines else ""


def is_exception(line: str) -> bool:
    """Tell whether a line ends a Python traceback, such as `KeyError: 'id'`."""
    name = line.partition(":")[0]
    return name.replace(".", "").isidentifier() and name.rpartition(".")[2][:1].isupper() and name != "INFO"
