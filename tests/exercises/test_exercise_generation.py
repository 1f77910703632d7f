"""`exercises/` agrees with its source, and the command that makes it says so truly."""

import ast
import hashlib
import shutil
import tomllib
from pathlib import Path

import pytest
from exercise_paths import EXERCISES, ROOT, SOLUTIONS, STUBS, given
from make_exercises import main


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A little project of one exercise, generated once."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("kit", "ex1_signature"):
        shutil.copytree(SOLUTIONS / name, tmp_path / "reference_impl/solutions" / name, ignore=ignore)
    (tmp_path / "course").mkdir()
    shutil.copy(ROOT / "course/open_questions.toml", tmp_path / "course")
    assert main([], tmp_path) == 0
    return tmp_path


def test_the_stubs_agree_with_the_solutions() -> None:
    """No stub drifts from its model: the committed exercises are what the script makes."""
    assert main(["--check"], ROOT) == 0


def test_there_are_five_exercises() -> None:
    """The contract has five exercises, in this order."""
    assert EXERCISES == [
        "ex1_signature",
        "ex2_upsert_vs_webhook",
        "ex3_idempotence",
        "ex4_rgpd",
        "ex5_production",
    ]


def test_check_passes_on_what_was_just_written(project: Path) -> None:
    """Writing twice changes nothing."""
    assert main(["--check"], project) == 0


def test_check_names_a_stub_changed_by_hand(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A change made in `exercises/` instead of its source would be lost: it is named."""
    (project / "exercises/ex1_signature/signature.py").write_text("# mine\n", encoding="utf-8")

    assert main(["--check"], project) == 1

    assert "exercises/ex1_signature/signature.py: differs" in capsys.readouterr().out


def test_check_names_a_missing_file_and_an_orphan(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that has no source is named too, and nothing is deleted."""
    (project / "exercises/kit/clock.py").unlink()
    (project / "exercises/ex1_signature/notes.py").touch()

    assert main(["--check"], project) == 1

    out = capsys.readouterr().out
    assert "exercises/kit/clock.py: differs" in out
    assert "exercises/ex1_signature/notes.py: has no source" in out
    assert (project / "exercises/ex1_signature/notes.py").exists()


def test_check_writes_nothing(project: Path) -> None:
    """A check that mends what it checks would always pass."""
    stub = project / "exercises/ex1_signature/signature.py"
    stub.unlink()

    main(["--check"], project)

    assert not stub.exists()


def test_a_broken_source_is_a_usage_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the file and the line; exit status 2, nothing written."""
    source = project / "reference_impl/solutions/ex1_signature/signature.py"
    source.write_text("# END SOLUTION\n", encoding="utf-8")

    assert main([], project) == 2

    assert "ex1_signature/signature.py:1: END SOLUTION without BEGIN" in capsys.readouterr().err


@pytest.mark.parametrize("exercise", EXERCISES)
def test_each_stub_is_python_and_holds_no_mark(exercise: str) -> None:
    """What a student opens compiles, says TODO somewhere, and shows no trace of the solution's marks."""
    texts = [(STUBS / exercise / name).read_text(encoding="utf-8") for name in given(exercise)["student"]]

    for text in texts:
        ast.parse(text)
        assert "SOLUTION" not in text
    assert any("TODO : " in text for text in texts)


def test_no_model_answer_is_shipped() -> None:
    """Every open question of the stub is empty, and every quiz answer too."""
    questions = (STUBS / "questions_ouvertes.md").read_text(encoding="utf-8").split("\n## ")[1:]
    assert len(questions) == 5
    for question in questions:
        heading, *body = question.splitlines()
        assert heading.startswith("Question ")
        assert all(line == "" or line.startswith("> ") for line in body)
    for quiz in (STUBS / "quiz").glob("*.toml"):
        assert set(tomllib.loads(quiz.read_text(encoding="utf-8")).values()) == {""}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_shipped_holds_the_hashes_of_stub_and_solution(exercise: str) -> None:
    """The grader recognises an untouched file by these; they are of the bytes on disk."""
    shipped = tomllib.loads((STUBS / "shipped.toml").read_text(encoding="utf-8"))[exercise]

    expected = {
        name: [
            hashlib.sha256((base / exercise / name).read_bytes()).hexdigest() for base in (STUBS, SOLUTIONS)
        ]
        for name in given(exercise)["student"]
    }
    assert shipped == expected
