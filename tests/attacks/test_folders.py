"""Folders and names: whatever a class folder holds, each of its children is one row, and no two are one."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.csv_export import neutral
from grader.sandbox.engine import Engine
from grader.sources import UnreadableError, open_source
from grader.submissions import NothingToScoreError, find
from tests.attacks.arena import EX1, earned, everything, judge, make

NOBODY = 65_534


@contextmanager
def without_privilege() -> Iterator[None]:
    """Let root meet the rights that stop anybody else."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may go through, as pytest's own may not be."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_folder_that_may_not_be_read_is_one_row_and_hides_no_other(open_folder: Path) -> None:
    """Whether it is the submission, or one of its exercises."""
    for name in ("closed", "half", "open"):
        (open_folder / name / EX1).mkdir(parents=True)
        (open_folder / name / EX1 / "app.py").write_text("x = 1\n", encoding="utf-8")
    for folder in (open_folder / "closed", open_folder / "half" / EX1):
        folder.chmod(0)
    try:
        with without_privilege():
            by_id = {submission.id: submission for submission in find([open_folder])}
            sources = {name: open_source(by_id[name]) for name in ("half", "open")}
            with pytest.raises(NothingToScoreError, match="ne peut pas être lu"):
                find([open_folder / "closed"])

        assert by_id["closed"].problem == "Illisible (Permission denied)."
        assert sources["half"].names() == []
        assert sources["half"].notices == [f"{EX1} : illisible (Permission denied), ignoré"]
        assert len(sources["open"].names()) == 1
    finally:
        for folder in (open_folder / "closed", open_folder / "half" / EX1):
            folder.chmod(0o755)


def test_a_file_that_may_not_be_read_is_named(open_folder: Path) -> None:
    """And the others are read."""
    folder = open_folder / "alice" / "quiz"
    folder.mkdir(parents=True)
    (folder / "webhooks.toml").write_text('q01 = "b"\n', encoding="utf-8")
    (folder / "webhooks.toml").chmod(0)
    with without_privilege():
        [submission] = find([open_folder])
        source = open_source(submission)
        assert source.read(source.names()[0]) is None

    assert source.notices == ["quiz/webhooks.toml : illisible (Permission denied), ignoré"]


def test_names_made_to_deceive_are_shown_harmless_and_kept_apart(tmp_path: Path) -> None:
    """Newlines, escapes, reversed text, formulas, bytes that are no text, emoji, length: ids that any file may hold."""
    names = [
        b"alice", b"alice\n", b"ali\tce", b"alice\xe2\x80\x8b", b"\x1b[31malice", b"\xe2\x80\xaealice", b"=CMD()",
        b"+1", b"-x", b"@SUM(A1)", b"\xff\xfe", b"\xff", "étudiante 🦄".encode(), b"l" * 250, b"[red]x[/]", b" alice ",
        b"' or 1=1", b"--json",
    ]  # fmt: skip
    for name in names:
        make(Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))))

    ids = [submission.id for submission in find([tmp_path])]

    assert len(set(ids)) == len(names)
    assert all(identifier.isprintable() and identifier == identifier.strip() for identifier in ids)
    assert all(identifier.encode("utf-8") for identifier in ids)
    assert max(map(len, ids)) <= 130
    assert not any(neutral(identifier).startswith(("=", "+", "-", "@")) for identifier in ids)


def test_the_same_name_in_several_places_is_several_students(tmp_path: Path) -> None:
    """A folder and an archive, two groups, three levels."""
    for path in ("a/alice", "b/alice", "b/x/a/alice"):
        make(tmp_path / path)
    given = [tmp_path / path for path in ("a/alice", "b/alice", "b/x/a/alice")]

    ids = [submission.id for submission in find(given)]

    assert ids == ["a/alice", "b/alice", "a/alice (2)"]
    assert [submission.id for submission in find([*given[:1], *given[:1]])] == ["alice"]


def test_what_stands_in_a_class_folder_and_is_no_submission_is_one_row_each(tmp_path: Path) -> None:
    """Links, pipes, files, empty and foreign folders."""
    make(tmp_path / "alice")
    (tmp_path / "empty").mkdir()
    (tmp_path / "foreign" / "src").mkdir(parents=True)
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 no archive")
    (tmp_path / "link").symlink_to(tmp_path / "alice")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")

    problems = {submission.id: submission.problem for submission in find([tmp_path])}

    assert problems.pop("alice") is None
    for name, words in {
        "empty": "vide",
        "foreign": "ne contient ni exercice",
        "notes.txt": "ni un dossier ni une archive",
        "broken": "ni un dossier ni une archive",
        "link": "lien",
        "loop": "lien",
        "pipe": "ni un dossier ni un fichier",
    }.items():
        assert words in (problems.pop(name) or ""), name
    assert not problems


def test_twenty_thousand_children_are_named_in_seconds(tmp_path: Path) -> None:
    """A path given by mistake does not look like a grader that hangs."""
    for number in range(20_000):
        os.close(os.open(tmp_path / f"f{number}", os.O_CREAT))

    assert len(find([tmp_path])) == 20_000


def test_a_submission_of_twenty_thousand_files_is_graded_or_refused(engine: Engine, tmp_path: Path) -> None:
    """Beside the exercises they do not matter; inside them the first ones count; beyond a bound it is no submission."""
    beside, inside, beyond = make(tmp_path / "beside"), make(tmp_path / "inside"), make(tmp_path / "beyond")
    (beside / "venv").mkdir()
    for number in range(20_000):
        os.close(os.open(beside / "venv" / f"{number}.py", os.O_CREAT))
    for number in range(500):
        (inside / EX1 / f"z{number}.py").touch()
        (inside / EX1 / f"z{number}.txt").touch()
    os.rename(beside / "venv", beyond / EX1 / "more")
    (beside / "venv").mkdir()

    assert earned(judge(engine, beside, "ex1.1")) == {"ex1.1"}
    result = judge(engine, inside, "ex1.1")
    assert earned(result) <= {"ex1.1"}
    assert any("seuls les 400 premiers sont lus" in notice for notice in result.notices)
    [submission] = find([beyond])
    with pytest.raises(UnreadableError, match="plus de fichiers que les 20000 admis"):
        open_source(submission)


def test_links_in_a_submission_are_left_out_wherever_they_point(
    engine: Engine, tmp_path: Path, canary: Path
) -> None:
    """To a file, to a folder above, to themselves; a thousand of them are told in a few lines."""
    folder = make(tmp_path / "s")
    (folder / EX1 / "secrets.py").symlink_to(canary / "grades.csv")
    (folder / EX1 / "up").symlink_to("..")
    (folder / "ex2_upsert_vs_webhook").symlink_to("/etc")
    for number in range(1000):
        (folder / EX1 / f"loop{number}.py").symlink_to(f"loop{number}.py")

    result = judge(engine, folder)

    assert earned(result) == everything()
    assert len(result.notices) <= 21
    assert result.notices[-1].startswith("et ")


def test_pipes_and_devices_in_a_submission_are_not_opened(engine: Engine, tmp_path: Path) -> None:
    """A pipe would wait for a writer for ever."""
    folder = make(tmp_path / "s")
    os.mkfifo(folder / EX1 / "pipe.py")
    (folder / EX1 / "app.py").unlink()
    os.mkfifo(folder / EX1 / "app.py")

    result = judge(engine, folder)

    assert result.missing
    assert {criterion.reason for criterion in result.criteria} == {"Le fichier ex1_signature/app.py manque."}
