"""Ce qu'une réconciliation a fait, en nombres."""

from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class Report:
    """Le compte rendu. `skipped` compte ce qui est laissé de côté : personne déjà effacée, compte sans version."""

    scanned: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    erased: int = 0
    skipped: int = 0

    def __add__(self, other: "Report") -> "Report":
        return Report(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def sentence(self) -> str:
        """Donner le compte rendu en une phrase."""
        return (
            f"Comptes lus : {self.scanned} ; créés : {self.created}, mis à jour : {self.updated},"
            f" inchangés : {self.unchanged}, effacés : {self.erased}, laissés de côté : {self.skipped}."
        )
