"""Putting one exercise together for its server: the student's own files, and everything given from the originals."""

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.exercises import Exercise
from grader.messages import harmless
from grader.sandbox.engine import Workspace
from grader.sources import MAX_FILES, Source

KEPT_SUFFIXES = (".py", ".sql", ".json", ".toml")
NEVER = ("conftest.py", "sitecustomize.py", "usercustomize.py", "pytest.ini", "pyproject.toml", "setup.py")


@dataclass
class Collected:
    """What was put together; `missing` says (in French) why there is nothing to start."""

    notices: list[str] = field(default_factory=list)
    missing: str | None = None
    student_files: dict[str, bytes] = field(default_factory=dict)


def collect(source: Source, exercise: Exercise, space: Workspace) -> Collected:
    """Copy the exercise into the workspace's code folder.

    Only files of expected kinds below the exercise's folder come from the submission. Given files and the kit come
    from the originals; one that the student changed is named, and has no effect.
    """
    collected = Collected()
    folder = PurePosixPath(exercise.id)
    names = [name for name in source.names() if name.is_relative_to(folder) and name != folder]
    if not names:
        collected.missing = f"Le dossier {exercise.id}/ manque."
        return collected
    _restore(exercise, space.code)
    wanted = [name for name in names if _is_wanted(source, name, str(name.relative_to(folder)))]
    if len(wanted) > MAX_FILES:
        collected.notices.append(
            f"{folder}/ : {len(wanted)} fichiers, seuls les {MAX_FILES} premiers sont lus"
        )
    for name in wanted[:MAX_FILES]:
        inside = str(name.relative_to(folder))
        data = source.read(name)
        if data is None:
            continue
        if inside in exercise.given:
            if data != (exercise.folder / inside).read_bytes():
                collected.notices.append(f"{name} : fichier fourni, modifié ; l'original a été restauré")
        elif _put(space.code / name, data):
            collected.student_files[inside] = data
        else:
            collected.notices.append(f"{harmless(str(name))} : un fichier ne peut pas porter ce nom, ignoré")
    _look_at_kit(source, exercise, collected)
    if "app.py" not in collected.student_files:
        collected.missing = f"Le fichier {exercise.id}/app.py manque."
    return collected


def _is_wanted(source: Source, name: PurePosixPath, inside: str) -> bool:
    """Tell whether a file is one that a submission may hold."""
    if not inside.endswith(KEPT_SUFFIXES) or name.name in NEVER or inside in ("given.toml", "hints.toml"):
        return False
    if any(part.startswith(".") for part in name.parts):
        return False
    if not inside.isascii() or not inside.isprintable():
        source.notices.append(f"{harmless(str(name))} : nom de fichier hors de l'ASCII, ignoré")
        return False
    return True


def _put(target: Path, data: bytes) -> bool:
    """Write a file; False where its name is too long, or another file's name stands for one of its folders."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    except OSError:
        return False
    return True


def _restore(exercise: Exercise, code: Path) -> None:
    """Put the given files and the part of the kit that the exercise may use."""
    (code / exercise.id).mkdir(parents=True, exist_ok=True)
    for inside in exercise.given:
        (code / exercise.id / inside).write_bytes((exercise.folder / inside).read_bytes())
    (code / "kit").mkdir(exist_ok=True)
    for module in exercise.kit:
        (code / "kit" / module).write_bytes((exercise.root / "kit" / module).read_bytes())


def _look_at_kit(source: Source, exercise: Exercise, collected: Collected) -> None:
    """Name the files of the kit that the student changed."""
    present = set(source.names())
    for module in exercise.kit:
        name = PurePosixPath("kit") / module
        if name in present and source.read(name) != (exercise.root / "kit" / module).read_bytes():
            collected.notices.append(f"{name} : fichier fourni, modifié ; l'original a été restauré")
