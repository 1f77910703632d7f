"""A student's workspace: the folder that `grader new` makes, and what `grader check` remembers there."""

import base64
import shutil
from pathlib import Path

from dotenv import dotenv_values
from pydantic import BaseModel, ValidationError

from grader.errors import UsageError
from grader.exercises import IDS
from grader.results import ExerciseResult, FailureReport

STATE = Path(".grader") / "state.json"
SECRET_NAME = "CLERK_WEBHOOK_SIGNING_SECRET"  # noqa: S105 - the name of a variable


class State(BaseModel):
    """What checks have found: hint levels given, and the failures that can be replayed; `last` is the newest."""

    hints: dict[str, int] = {}
    failures: dict[str, FailureReport] = {}
    last: str | None = None


def load_state(folder: Path) -> State:
    """Read the state; one that is missing or broken is an empty one (it holds nothing that cannot be made again)."""
    try:
        return State.model_validate_json((folder / STATE).read_bytes())
    except (OSError, ValidationError):
        return State()


def save_state(folder: Path, state: State) -> None:
    """Write the state; a folder that cannot be written only costs the memory of hints."""
    try:
        (folder / STATE).parent.mkdir(exist_ok=True)
        (folder / STATE).write_text(state.model_dump_json(indent=1), encoding="utf-8")
    except OSError:
        return


def remember(state: State, result: ExerciseResult) -> None:
    """Take in what a check found: failures that are mended are forgotten, with their hints."""
    short = result.id.partition("_")[0]
    found: dict[str, FailureReport | None] = {
        criterion.id: criterion.failure for criterion in result.criteria
    }
    found[short] = result.precondition
    for identifier, failure in found.items():
        state.failures.pop(identifier, None)
        if failure and failure.deliveries:
            state.failures[identifier] = failure
    for criterion in result.criteria:
        if criterion.status == "passed":
            state.hints.pop(criterion.id, None)
    mine = sorted(identifier for identifier in found if identifier in state.failures)
    state.last = mine[0] if mine else min(state.failures, default=None)


def find_workspace(folder: Path) -> Path:
    """Give the folder that holds the exercises: this one, or the nearest above it. Raises UsageError."""
    start = folder.resolve()
    for candidate in (start, *start.parents):
        if any((candidate / identifier).is_dir() for identifier in IDS):
            return candidate
    where = "Ce dossier" if folder == Path() else str(folder)
    raise UsageError(
        f"{where} ne contient aucun exercice. Placez-vous dans votre espace de travail, ou créez-en un : "
        "uv run grader new travail"
    )


def find_secret(given: str | None, environ: dict[str, str], folder: Path) -> str:
    """Find the secret to sign with: the option, the variable, then the `.env` files of the workspace.

    Raises:
        UsageError: there is none, or it is no secret.
    """
    files = [folder / ".env", *(folder / identifier / ".env" for identifier in IDS)]
    found = given or environ.get(SECRET_NAME)
    for file in files:
        found = found or (dotenv_values(file).get(SECRET_NAME) if file.is_file() else None)
    if not found:
        raise UsageError(
            f"Aucun secret de signature. Placez-vous dans votre espace de travail, ou ajoutez --secret whsec_… "
            f"(ou la variable {SECRET_NAME})."
        )
    secret = found.split()[0] if found.split() else ""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith("whsec_") or not key:
        raise UsageError("Ce secret n'est pas « whsec_ » suivi de base64. Copiez celui de l'endpoint.")
    return secret


def copy_exercises(source: Path, target: Path) -> None:
    """Copy the pristine exercises into a new workspace."""
    shutil.copytree(
        source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "shipped.toml")
    )
