"""Finding the submissions below the paths given: folders and zip archives, one bad one never hiding another."""

import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.messages import harmless

MAX_ID = 120
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
    """Give the submissions of all paths, in order, each once, with ids that differ and can be shown anywhere.

    Raises:
        NothingToScoreError: a path does not exist, cannot be read, or is an empty folder of submissions.
    """
    found: dict[Path, None] = {}
    for path in paths:
        try:
            found.update(dict.fromkeys(_candidates(path)))
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise NothingToScoreError(
                f"{harmless(str(path))} ne peut pas être lu ({why}). Donnez un dossier ou une archive .zip lisible."
            ) from error
    ids = _ids(list(found))
    return [Submission(identifier, path, _problem(path)) for identifier, path in zip(ids, found, strict=True)]


def is_submission(folder: Path) -> bool:
    """Tell whether a folder holds a part of a submission. Raises OSError."""
    return any(is_part(child.name) and child.is_dir() for child in folder.iterdir())


def is_part(name: str) -> bool:
    """Tell whether a folder of this name is a part of a submission: an exercise or the quizzes."""
    return _PART.fullmatch(name) is not None


def _candidates(given: Path) -> list[Path]:
    shown = harmless(str(given))
    if not given.exists():
        raise NothingToScoreError(f"{shown} n'existe pas. Donnez un dossier ou une archive .zip qui existe.")
    path = given.resolve()
    if not path.is_dir() or is_submission(path):
        return [path]
    children = [child for child in sorted(path.iterdir()) if not _NOISE.fullmatch(child.name)]
    if not children:
        raise NothingToScoreError(
            f"{shown} est vide. Donnez un rendu (un dossier qui contient ex1_signature/, quiz/…) ou un dossier de rendus."
        )
    return children


def _ids(paths: list[Path]) -> list[str]:
    """Name each submission by its folder or archive; by more of its path, or a number, where two would share a name."""
    given = [harmless(path.stem if path.suffix.lower() == ".zip" else path.name, MAX_ID) for path in paths]
    whole = [harmless(path.name, MAX_ID) for path in paths]
    often, often_whole = Counter(given), Counter(whole)
    ids: dict[str, None] = {}
    for path, short, long in zip(paths, given, whole, strict=True):
        name = (
            short
            if often[short] == 1
            else long
            if often_whole[long] == 1
            else harmless(f"{path.parent.name}/{long}", MAX_ID)
        )
        numbers = (f"{name} ({number})" for number in range(2, len(paths) + 2))
        ids[name if name and name not in ids else next(n for n in numbers if n not in ids)] = None
    return list(ids)


def _problem(path: Path) -> str | None:
    """Say why a submission cannot be read, None if nothing is seen from outside."""
    try:
        if path.is_symlink():
            return "C'est un lien : remettez le dossier ou l'archive eux-mêmes."
        if path.is_dir():
            return _problem_of_folder(path)
        if not path.is_file():
            return "Ce n'est ni un dossier ni un fichier."
        if not zipfile.is_zipfile(path):
            return "Ce fichier n'est ni un dossier ni une archive .zip."
    except OSError as error:
        return f"Illisible ({error.strerror})."
    return None


def _problem_of_folder(folder: Path) -> str | None:
    if not any(folder.iterdir()):
        return "Le dossier est vide."
    if not is_submission(folder):
        return "Le dossier ne contient ni exercice (ex1_signature/…) ni quiz/."
    return None
