"""What `given.toml` says of an exercise is what its folder holds and what its code imports."""

import ast
import sys
from pathlib import Path

import pytest
from exercise_paths import EXERCISES, SOLUTIONS, STUBS, given

ALLOWED = {"fastapi", "starlette", "sqlmodel", "sqlalchemy", "svix", "jwt", "cryptography", "pydantic"}
"""What an exercise may import beside the standard library, its own folder and the kit."""


def imported_modules(path: Path) -> set[str]:
    """List the modules that a file imports, dotted, wherever the import stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module)
    return names


def kit_needed(base: Path, exercise: str) -> set[str]:
    """List the kit's files that an exercise imports, itself or through another kit module."""
    needed: set[str] = {"__init__.py"}
    queue = [base / exercise / name for name in sources(exercise)]
    while queue:
        for module in imported_modules(queue.pop()):
            name = module.removeprefix("kit.") + ".py"
            if module.startswith("kit.") and name not in needed:
                needed.add(name)
                queue.append(base / "kit" / name)
    return needed


def sources(exercise: str) -> list[str]:
    """List the Python files of an exercise."""
    lists = given(exercise)
    return [name for name in (*lists["student"], *lists["given"]) if name.endswith(".py")]


@pytest.mark.parametrize("base", [SOLUTIONS, STUBS], ids=["solution", "stub"])
@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_kit_listed_is_the_kit_imported(base: Path, exercise: str) -> None:
    """An exercise sees only the kit listed: a line too few stops it, one too many gives an answer away."""
    kit = given(exercise)["kit"]

    assert set(kit) == kit_needed(base, exercise)
    assert len(kit) == len(set(kit))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_file_of_an_exercise_is_declared(exercise: str) -> None:
    """Nothing stands in the folder that is neither given, nor the student's, nor a description."""
    lists = given(exercise)
    found = {
        path.relative_to(SOLUTIONS / exercise).as_posix()
        for path in (SOLUTIONS / exercise).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert found == {*lists["student"], *lists["given"], "given.toml", "README.md", "hints.toml"}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_exercise_describes_itself(exercise: str) -> None:
    """The id is the folder's, the factory is its `create_app`, and every variable says what it means."""
    lists = given(exercise)

    assert lists["id"] == exercise
    assert lists["factory"] == f"{exercise}.app:create_app"
    names = [variable["name"] for variable in lists["environment"]]
    assert names[:2] == ["DATABASE_URL", "CLERK_WEBHOOK_SIGNING_SECRET"]
    assert all(variable["meaning"].strip() for variable in lists["environment"])
    assert len(names) == len(set(names))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_cuts_stand_in_the_files_of_the_student(exercise: str) -> None:
    """A given file is restored before grading: what is cut there could never be written."""
    for name in given(exercise)["given"]:
        assert "BEGIN SOLUTION" not in (SOLUTIONS / exercise / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_exercise_imports_nothing_else(exercise: str) -> None:
    """A student's folder stands alone: neither the grader, nor the reference, nor another exercise."""
    for name in sources(exercise):
        roots = {module.partition(".")[0] for module in imported_modules(SOLUTIONS / exercise / name)}
        assert roots - set(sys.stdlib_module_names) <= ALLOWED | {"kit", exercise}, name
