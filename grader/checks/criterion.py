"""The declaration of a criterion: a check is a function, its French docstring is the title the student reads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True)
class Criterion:
    """One point of the contract. `anchor` is a key of course/anchors.toml; `parts` must all hold."""

    id: str
    title: str
    anchor: str
    parts: tuple[str, ...]
    points: int = 1


def criterion(identifier: str, *, anchor: str, parts: tuple[str, ...] = ()) -> Callable[[F], F]:
    """Declare the criterion that a check decides; `parts` are those of the statement, in its words and order."""

    def declare(check: F) -> F:
        title = (check.__doc__ or "").strip().removesuffix(".")
        if not title:
            raise ValueError(f"{identifier}: the docstring of the check is its title")
        setattr(check, "criterion", Criterion(identifier, title, anchor, parts))  # noqa: B010
        return check

    return declare


def criterion_of(check: object) -> Criterion:
    """Give what `@criterion` declared. Raises AttributeError for a function that is no check."""
    declared = getattr(check, "criterion")  # noqa: B009
    assert isinstance(declared, Criterion)
    return declared
