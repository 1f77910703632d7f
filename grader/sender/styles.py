"""How a body is written: the same data have many spellings, and a signature covers one of them."""

import json
import random
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class BodyStyle:
    """One way to write JSON. `shuffle` is the seed of the order of the keys, None keeps theirs."""

    indent: int | None = None
    separators: tuple[str, str] = (",", ":")
    escape: bool = False
    shuffle: int | None = None

    @classmethod
    def draw(cls, rng: random.Random) -> Self:
        """Draw a style; accents and emoji stand unescaped in three bodies out of four."""
        return cls(
            indent=rng.choice((None, None, None, 2)),
            separators=rng.choice(((",", ":"), (", ", ": "), (" , ", " : "), (",", ": "))),
            escape=rng.random() < 0.25,
            shuffle=rng.choice((None, rng.getrandbits(32))),
        )

    def write(self, document: Any) -> bytes:
        """Return the JSON text of `document` in UTF-8."""
        if self.shuffle is not None:
            document = _shuffled(document, random.Random(self.shuffle))
        text = json.dumps(document, ensure_ascii=self.escape, indent=self.indent, separators=self.separators)
        return text.encode()


def _shuffled(value: Any, rng: random.Random) -> Any:
    """Return the same JSON value with the keys of each object in another order."""
    if isinstance(value, list):
        return [_shuffled(child, rng) for child in value]
    if not isinstance(value, dict):
        return value
    keys = rng.sample(list(value), len(value))
    return {key: _shuffled(value[key], rng) for key in keys}
