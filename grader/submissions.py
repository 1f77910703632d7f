"""Finding the submissions below the paths given: folders and zip archives, one bad one never hiding another."""

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PART = re.compile(r"ex[1-9]_\w+|quiz")
_NOISE = re.compile(r"\..*|__MACOSX|Thumbs\.db|desktop\.ini", re.IGNORECASE)


@dataclass(frozen=True)
class Submission:
    """One student's work; `problem` says (in French) why it cannot be read at all."""

    id: str
    path: Path
    problem: str | None = None


class NothingToScoreError(Exception):
    """A path given holds no submission; the message says what to do."""


def find(paths: Iterable[Path]) -> list[Submission]:
    """Give the submissions of all paths, in order, each once, with ids that differ.

    Raises:
        NothingToScoreError: a path does not exist, or is an empty folder of submissions.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise NothingToScoreError(f"{path} n'existe pas. Donnez un dossier ou une archive .zip qui existe.")
        found.update(dict.fromkeys(_candidates(path.resolve())))
    return [_named(path, list(found)) for path in found]


def is_submission(folder: Path) -> bool:
    """Tell whether a folder holds a part of a submission."""
    return any(is_part(child.name) and child.is_dir() for child in folder.iterdir())


def is_part(name: str) -> bool:
    """Tell whether a folder of this name is a part of a submission: an exercise or the quizzes."""
    return _PART.fullmatch(name) is not None


def _candidates(path: Path) -> list[Path]:
    if not path.is_dir() or is_submission(path):
        return [path]
    children = [child for child in sorted(path.iterdir()) if not _NOISE.fullmatch(child.name)]
    if not children:
        raise NothingToScoreError(
            f"{path} est vide. Donnez un rendu (un dossier qui contient ex1_signature/, quiz/…) ou un dossier de rendus."
        )
    return children


def _named(path: Path, others: list[Path]) -> Submission:
    """Name a submission by its folder or archive; by more of its path where two would share a name."""
    name = path.stem if path.is_file() and path.suffix.lower() == ".zip" else path.name
    alike = [p for p in others if name in (p.name, p.stem) and p != path]
    if alike:
        name = path.name if all(p.name != path.name for p in alike) else f"{path.parent.name}/{path.name}"
    return Submission(name, path, _problem(path))


def _problem(path: Path) -> str | None:
    if path.is_symlink():
        return "C'est un lien : remettez le dossier ou l'archive elle-même."
    if path.is_dir():
        if not any(path.iterdir()):
            return "Le dossier est vide."
        if not is_submission(path):
            return "Le dossier ne contient ni exercice (ex1_signature/…) ni quiz/."
        return None
    if not path.is_file():
        return "Ce n'est ni un dossier ni un fichier."
    if not zipfile.is_zipfile(path):
        return "Ce fichier n'est ni un dossier ni une archive .zip."
    return None
