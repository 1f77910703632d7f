"""Archives made to harm: none is unpacked, each is read under limits, and says what was left out."""

import os
import random
import resource
import time
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from grader.archives import ArchiveSource
from grader.sandbox.engine import Engine
from grader.sources import MAX_FILE_BYTES, UnreadableError, open_source
from grader.submissions import find
from tests.attacks.arena import EX1, SOLUTIONS, earned, everything, judge
from tests.attacks.hostile_files import (
    add_link,
    add_zeros,
    archive,
    long_directory,
    many_entries,
    mark_encrypted,
)

APP = PurePosixPath(EX1) / "app.py"


def solution() -> dict[str, bytes]:
    """The files of a solution, by their name in an archive."""
    files = [path for path in (SOLUTIONS / EX1).iterdir() if path.is_file()]
    return {f"{EX1}/{path.name}": path.read_bytes() for path in files}


def test_a_path_that_leads_out_of_the_archive_writes_nothing(
    engine: Engine, tmp_path: Path, canary: Path
) -> None:
    """`../`, absolute, backslashes, a drive, links: named and left out; the rest is graded as it is."""
    owned = b"owned"
    outside = {
        f"{EX1}/../../canary/grades.csv": owned,
        f"../canary/{EX1}/app.py": owned,
        f"{canary}/planted.py": owned,
        f"{EX1}\\..\\..\\canary\\grades.csv": owned,
        f"{EX1}/..\\..\\canary/planted.py": owned,
        "C:\\planted.py": owned,
        f"{EX1}/./../../../../../../../../{str(canary)[1:]}/planted.py": owned,
        f"{EX1}/x\0/../../canary/planted.py": owned,
    }
    path = archive(tmp_path / "slip.zip", {**solution(), **outside})
    add_link(path, f"{EX1}/out", str(canary))
    add_link(path, f"{EX1}/signature2.py", str(canary / "grades.csv"))
    before = sorted(str(p) for p in tmp_path.rglob("*"))

    result = judge(engine, path)

    assert earned(result) == everything()
    assert sorted(str(p) for p in tmp_path.rglob("*")) == before
    assert sum("chemin hors de l'archive" in notice for notice in result.notices) >= 4
    assert sum("lien ou fichier spécial" in notice for notice in result.notices) == 2


def test_of_two_entries_of_one_name_the_last_counts_everywhere(engine: Engine, tmp_path: Path) -> None:
    """What is looked at is what runs: a shipped file first, another under the same name after it."""
    files = solution()
    path = archive(tmp_path / "twice.zip", files)
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr(str(APP), b"raise SystemExit('the second')\n")

    result = judge(engine, path)

    assert earned(result) == set()
    assert "the second" in result.log
    [submission] = find([path])
    assert open_source(submission).read(APP) == b"raise SystemExit('the second')\n"


def test_names_that_differ_by_case_or_by_dots_and_slashes_are_what_they_are(
    engine: Engine, tmp_path: Path
) -> None:
    """No variant replaces a given file, and a file in the place of a folder is left out."""
    variants = {
        "EX1_SIGNATURE/app.py": b"raise SystemExit",
        f"{EX1}/APP.PY": b"raise SystemExit",
        f"{EX1}//./models.py": b"raise SystemExit",
        f"{EX1}/models.py/x.py": b"",
        f"{EX1}/app.py/x.py": b"",
        f"{EX1}/{'n' * 300}.py": b"",
        f"{EX1}/{'d/' * 200}x.py": b"",
        f"{EX1}/a\nb.py": b"",
        f"{EX1}/=cmd().py": b"",
        f"{EX1}/\u202egnp.py": b"",
        ".": b"",
        "": b"",
        "/": b"",
    }
    path = archive(tmp_path / "variants.zip", {**solution(), **variants})

    result = judge(engine, path)

    assert earned(result) == everything()
    assert any("models.py : fichier fourni, modifié" in notice for notice in result.notices)
    assert sum("un fichier ne peut pas porter ce nom" in notice for notice in result.notices) >= 2
    assert all(notice.isprintable() for notice in result.notices)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zeros_without_end_take_neither_memory_nor_time(tmp_path: Path, compression: int) -> None:
    """A gigabyte would fit in a few hundred bytes: bzip2 and LZMA would give it out in one go."""
    path = archive(tmp_path / "bomb.zip", {"quiz/webhooks.toml": b'q01 = "b"\n'})
    add_zeros(path, str(APP), 128, compression)
    began, peak = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    source = ArchiveSource(path)

    assert source.read(APP) is None
    assert source.read(PurePosixPath("quiz/webhooks.toml")) == b'q01 = "b"\n'
    assert len(source.notices) == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 60 << 10  # KiB
    assert time.monotonic() - began < 10


def test_an_entry_that_lies_about_its_size_gives_no_more_than_a_file_may_have(tmp_path: Path) -> None:
    """Announced small, it goes on."""
    path = archive(tmp_path / "liar.zip", {str(APP): bytes(MAX_FILE_BYTES * 8)})
    path.write_bytes(
        path.read_bytes().replace((MAX_FILE_BYTES * 8).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    )

    assert len(ArchiveSource(path).read(APP) or b"") <= 10


def test_encrypted_entries_are_named(tmp_path: Path) -> None:
    """A password is not asked for."""
    path = archive(tmp_path / "secret.zip", solution())
    mark_encrypted(path)
    source = ArchiveSource(path)

    assert source.read(APP) is None
    assert source.notices == [f"{APP} : illisible (chiffré), ignoré"]


@pytest.mark.parametrize("count", [20_001, 60_000])
def test_too_many_entries_are_refused_in_one_sentence(tmp_path: Path, count: int) -> None:
    """Twenty thousand is a virtual environment by mistake; more is no submission."""
    path = tmp_path / "many.zip"
    path.write_bytes(many_entries(count))

    with pytest.raises(UnreadableError, match="20000 au plus sont admis"):
        ArchiveSource(path)


def test_a_list_of_entries_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    """Two million entries in a hundred megabytes."""
    path = long_directory(tmp_path / "list.zip", 1_500_000)
    began, peak = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(UnreadableError, match="plus de fichiers que les 20000 admis"):
        ArchiveSource(path)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 100 << 10
    assert time.monotonic() - began < 5


def test_odd_encodings_of_names_harm_nothing(tmp_path: Path) -> None:
    """Old tools write names in cp437 without saying so, others in bytes that are no text at all."""
    path = archive(
        tmp_path / "odd.zip", {**solution(), f"{EX1}/\u00e9t\u00e9.py": b"", f"{EX1}/XXXX.py": b""}
    )
    path.write_bytes(path.read_bytes().replace(b"XXXX", b"\xff\xfe\x80\x81"))

    source = ArchiveSource(path)

    assert APP in source.names()
    assert source.read(APP) == solution()[str(APP)]


def test_no_spoilt_archive_raises_anything_but_unreadable(tmp_path: Path) -> None:
    """Four hundred archives with a few bytes changed, or cut short: each is read or refused."""
    rng = random.Random(20_261_120)
    path = archive(tmp_path / "whole.zip", {str(APP): b"x = 1\n" * 50, "quiz/webhooks.toml": b'q01 = "b"\n'})
    add_zeros(path, f"{EX1}/zip64.py", 0, zipfile.ZIP_DEFLATED)
    whole = path.read_bytes()
    spoilt = tmp_path / "spoilt.zip"
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 2, 4, 8))):
            data[rng.randrange(len(data))] = rng.choice((0, 255, rng.randrange(256)))
        spoilt.write_bytes(data if rng.random() > 0.2 else data[: rng.randrange(len(data))])
        try:
            source = ArchiveSource(spoilt)
        except UnreadableError:
            continue
        for name in source.names():
            source.read(name)


def test_a_shipped_file_cannot_vouch_for_another(tmp_path: Path) -> None:
    """Shipped files run without isolation where there is none: one file that is not shipped is enough to refuse that."""
    from grader.shipped import is_shipped

    for name, data in {
        "own.py": b"import os\n",
        "sub/own.py": b"import os\n",
        "app.py": (SOLUTIONS / EX1 / "app.py").read_bytes() + b"\n",
        "large.py": b"#" * (MAX_FILE_BYTES + 1),
    }.items():
        path = archive(tmp_path / f"{name.replace('/', '_')}.zip", {**solution(), f"{EX1}/{name}": data})
        [submission] = find([path])
        assert not is_shipped(open_source(submission)), name
    [submission] = find([archive(tmp_path / "pure.zip", {**solution(), "": b"", ".": b""})])
    assert is_shipped(open_source(submission))
    assert os.path.exists(tmp_path)
