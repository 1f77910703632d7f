"""Nothing that a student starts outlives the run: no fork, no other program, no bond to the grader undone."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox import scratch
from grader.sandbox.engine import Engine, EngineName
from grader.sandbox.process import EngineError
from tests.attacks.arena import (
    BOUNDED_S,
    HOSTILE,
    ROOT,
    STUBS,
    earned,
    everything,
    judge,
    make,
    processes_below,
    wait_until,
)


@pytest.mark.parametrize("base", ["stub", "solution"])
def test_no_way_to_start_a_process_works_and_signals_ignored_change_nothing(
    engine: Engine, tmp_path: Path, base: str
) -> None:
    """Fork, spawn, raw system calls; the honest part keeps its points. The fixture looks for what is left."""
    result = judge(
        engine, make(tmp_path / "s", attack="leave_daemon.py", **({"base": STUBS} if base == "stub" else {}))
    )

    assert earned(result) == (set() if base == "stub" else everything())
    if base == "stub":
        assert "ATTEMPTED" in result.log
        assert "MANAGED" not in result.log
    assert result.seconds < BOUNDED_S


GRADER = """
import sys, time
from pathlib import Path
from grader.sandbox.engine import Engine

engine = Engine(sys.argv[1], "strict", parent=Path(sys.argv[2]))
space = engine.workspace()
(space.code / "evil.py").write_text(Path(sys.argv[3]).read_text() + "\\nwhile True: time.sleep(1)\\n")
server = engine.start(space, "evil:create_app", {})
while "ATTEMPTED" not in server.stderr.text() and server.exit_code() is None:
    time.sleep(0.01)
print(server.stderr.text().replace("\\n", " "), flush=True)
time.sleep(300)
"""


@pytest.mark.parametrize("name", ["fork", "fresh"])
def test_a_server_ends_with_a_grader_that_is_killed(tmp_path: Path, name: EngineName) -> None:
    """As the kernel kills when memory is short: nobody is left to clean up."""
    folder = scratch.make()
    command = [sys.executable, "-c", GRADER, name, str(folder), str(HOSTILE / "leave_daemon.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as grader:
        assert grader.stdout is not None
        said = grader.stdout.readline()
        running = processes_below(folder)

        grader.kill()

    wait_until(lambda: not processes_below(folder))
    assert running
    assert "ATTEMPTED" in said
    assert "MANAGED" not in said
    scratch.remove(folder)


def test_a_server_ends_with_a_fork_server_that_is_killed() -> None:
    """Then the engine is known to be dead, and whoever grades makes another."""
    with Engine("fork", "strict") as engine:
        space = engine.workspace()
        evil = (HOSTILE / "leave_daemon.py").read_text(encoding="utf-8") + "\nwhile True: time.sleep(1)\n"
        (space.code / "evil.py").write_text(evil, encoding="utf-8")
        server = engine.start(space, "evil:create_app", {})
        wait_until(lambda: "ATTEMPTED" in server.stderr.text())

        engine._launcher._process.kill()

        wait_until(lambda: not processes_below(engine.folder))
        assert not engine.alive
        with pytest.raises(EngineError):
            engine.start(space, "evil:create_app", {})
