"""The exercises as the grader knows them: the pristine files that a submission is completed with."""

import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.paths import EXERCISES

IDS = ("ex1_signature", "ex2_upsert_vs_webhook", "ex3_idempotence", "ex4_rgpd", "ex5_production")


@dataclass(frozen=True)
class Exercise:
    """One exercise, read from its `given.toml` below `root`."""

    id: str
    title: str
    factory: str
    student: tuple[str, ...]
    given: tuple[str, ...]
    kit: tuple[str, ...]
    environment: tuple[str, ...]
    root: Path

    @property
    def folder(self) -> Path:
        """The folder of the pristine exercise."""
        return self.root / self.id

    @property
    def short(self) -> str:
        """`ex1` for `ex1_signature`: what a student types."""
        return self.id.partition("_")[0]

    @cached_property
    def schema(self) -> str:
        """The tables that the grader makes before any start (SQL)."""
        return (self.folder / "schema.sql").read_text(encoding="utf-8")

    @cached_property
    def hints(self) -> dict[str, dict[str, str]]:
        """Three levels of hints (`where`, `idea`, `almost`) by criterion."""
        with (self.folder / "hints.toml").open("rb") as file:
            return tomllib.load(file)


def load(identifier: str, root: Path = EXERCISES) -> Exercise:
    """Read one exercise. Raises OSError or KeyError if the course's own files are broken."""
    with (root / identifier / "given.toml").open("rb") as file:
        data = tomllib.load(file)
    return Exercise(
        id=identifier,
        title=data["title"],
        factory=data["factory"],
        student=tuple(data["student"]),
        given=tuple(data["given"]),
        kit=tuple(data["kit"]),
        environment=tuple(variable["name"] for variable in data["environment"]),
        root=root,
    )
