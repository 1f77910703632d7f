"""French spacing, put in at the last moment: sources are typed with ordinary spaces."""

import re

NO_BREAK, NARROW = "\u00a0", "\u202f"
_TIGHT = re.compile(r" ([;!?])(?=\s|$|[)»])")
_COLON = re.compile(r" :(?=\s|$)")


def typeset(text: str) -> str:
    """Put no-break spaces where French wants them: before « : », inside guillemets, before « ; ! ? »."""
    text = text.replace("« ", f"«{NO_BREAK}").replace(" »", f"{NO_BREAK}»")
    return _TIGHT.sub(rf"{NARROW}\1", _COLON.sub(f"{NO_BREAK}:", text))
