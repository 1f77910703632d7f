"""Comparing JSON documents of free form by the values that they hold."""

import json
from collections.abc import Iterator
from typing import Any

MAX_DEPTH = 3
"""JSON text inside JSON text: decoded this many times at most."""


def parse(text: str | bytes) -> Any:
    """Decode JSON that anybody may have written. Raises ValueError, also for what is nested beyond reason."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def named_values(document: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, value) for every text and number of a document; `data.email_addresses.id` is a path."""
    pending = [(path, document)]
    while pending:
        where, value = pending.pop()
        if isinstance(value, dict):
            pending.extend((f"{where}.{key}" if where else key, child) for key, child in value.items())
        elif isinstance(value, list):
            pending.extend((where, child) for child in value)
        elif value is not None and not isinstance(value, bool):
            yield where, str(value)


def values_held(document: Any) -> frozenset[str]:
    """Give every text and number of a document, those of JSON kept as text inside it too."""
    held: set[str] = set()
    pending = [(0, document)]
    while pending:
        depth, value = pending.pop()
        for _, text in named_values(value):
            held.add(text)
            if depth < MAX_DEPTH and text[:1] in ("{", "[", '"'):
                try:
                    pending.append((depth + 1, parse(text)))
                except ValueError:
                    continue
    return frozenset(held)
