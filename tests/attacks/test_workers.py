"""Breaking the grader itself: what one submission does to a worker, to its fork server or to a file, costs no other."""

import os
from pathlib import Path

from grader.grading import Request
from grader.sandbox import scratch
from grader.sandbox.engine import Engine
from grader.submissions import find
from grader.workers import Job, Workers
from tests.attacks.arena import BOUNDED_S, EX1, earned, faults_of_the_grader, judge, make

# SQLite maps the index of a log (WAL) into memory: whoever cuts that file while it is read has the reader killed.
CUT_THE_INDEX = """
import os, sqlite3, threading
def cut():
    path = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("insert into deliveries values ('x', 'y', 1)")
    fd = os.open(path + "-shm", os.O_RDWR)
    while True:
        os.ftruncate(fd, 0)
        os.ftruncate(fd, 32768)
threading.Thread(target=cut, daemon=True).start()
"""

# What runs before the sandbox is closed must not be the student's: Python looks for compiled code where it is told.
PLANT_COMPILED_CODE = """
import importlib.util, marshal, os, sys
def plant():
    import child, sandlock, uvicorn
    for module in (child, sandlock, uvicorn):
        folder = module.__path__[0]
        for name in ("__init__", "server", "confinement", "seccomp", "launcher", "forking", "channel", "_sdk", "config"):
            source = os.path.join(folder, name + ".py")
            compiled = importlib.util.cache_from_source(source)
            os.makedirs(os.path.dirname(compiled), exist_ok=True)
            code = compile("open('CANARY/owned', 'w').close()", source, "exec")
            unchecked = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)
            with open(compiled, "wb") as file:
                file.write(unchecked + marshal.dumps(code))
plant()
"""


def test_a_worker_that_is_killed_costs_the_exercise_that_killed_it_and_no_other(tmp_path: Path) -> None:
    """One worker grades the attacker, is killed, is replaced, and grades the neighbours; no folder is left."""
    for name, attack in (("a", ""), ("b", CUT_THE_INDEX), ("c", "")):
        make(tmp_path / "class" / name, attack=attack)
    jobs = [Job(s, EX1, Request(s.id, 1, frozenset({"ex1.1"}))) for s in find([tmp_path / "class"])]

    with Workers("fork", "strict", 1) as workers:
        results = {job.submission.id: result for job, result in workers.run(jobs)}

    assert [results[name].points for name in "abc"] == [1, 0, 1]
    assert not faults_of_the_grader(results["a"])
    assert not faults_of_the_grader(results["c"])
    criterion = results["b"].criteria[0]
    # Killed twice, or spared by chance and left with a database that cannot be read.
    killed = "un processus du correcteur s'est arrêté (code -7)"
    assert criterion.status == "skipped" or criterion.reason == killed
    assert not workers._folder.exists()


def test_compiled_code_left_for_the_next_start_runs_in_no_process_of_the_grader(
    tmp_path: Path, canary: Path
) -> None:
    """Neither in the fork server's child before it is confined, nor in a fresh interpreter."""
    attack = PLANT_COMPILED_CODE.replace("CANARY", str(canary))
    for name in ("fork", "fresh"):
        with Engine(name, "strict") as engine:  # type: ignore[arg-type]
            assert earned(judge(engine, make(tmp_path / name, attack=attack), "ex1.5")) <= {"ex1.5"}


def test_the_place_of_the_next_database_taken_by_a_server_is_its_own_failure(
    engine: Engine, tmp_path: Path
) -> None:
    """It cannot prepare a database for the grader, nor make the grader fail by standing in its way."""
    attack = """
import os
for number in range(2, 40):
    os.makedirs(os.path.join(os.environ["HOME"], "db%d" % number, "course.sqlite"), exist_ok=True)
"""
    result = judge(engine, make(tmp_path / "s", attack=attack), "ex1.1", "ex1.5", "ex1.6")

    assert earned(result) == {"ex1.1"}
    assert "occupe déjà la place" in str([c.failure for c in result.criteria])
    assert result.seconds < BOUNDED_S


def test_folders_put_into_one_another_do_not_stop_the_grader_from_cleaning_up(tmp_path: Path) -> None:
    """Deeper than Python's recursion goes; the engine that graded it leaves nothing."""
    attack = """
import os
here = os.getcwd()
os.chdir(os.environ["HOME"])
for _ in range(3000):
    os.mkdir("d"); os.chdir("d")
os.chdir(here)
"""
    parent = scratch.make()
    with Engine("fork", "strict", parent=parent) as engine:
        assert earned(judge(engine, make(tmp_path / "s", attack=attack), "ex1.1")) <= {"ex1.1"}

    assert os.listdir(parent) == []
    parent.rmdir()
