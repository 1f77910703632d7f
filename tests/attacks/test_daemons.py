"""Nothing that a student starts outlives the run: no fork, no other program, no bond to the grader undone."""

import time
from pathlib import Path

import pytest

from grader.sandbox.engine import Engine, EngineName
from tests.attacks.arena import BOUNDED_S, HOSTILE, STUBS, earned, everything, judge, make, processes_below


@pytest.mark.parametrize("base", ["stub", "solution"])
def test_no_way_to_start_a_process_works_and_signals_ignored_change_nothing(
    engine: Engine, tmp_path: Path, base: str
) -> None:
    """Fork, spawn, raw system calls; the honest part keeps its points. The fixture looks for what is left."""
    result = judge(engine, make(tmp_path / "s", attack="leave_daemon.py", **({"base": STUBS} if base == "stub" else {})))

    assert earned(result) == (set() if base == "stub" else everything())
    if base == "stub":
        assert "ATTEMPTED" in result.log
        assert "MANAGED" not in result.log
    assert result.seconds < BOUNDED_S


@pytest.mark.parametrize("name", ["fork", "fresh"])
def test_a_server_ends_with_a_grader_that_is_killed(tmp_path: Path, name: EngineName) -> None:
    """The fork server is killed without a word, as by the kernel when memory is short."""
    if name == "fresh":
        pytest.skip("a fresh server's parent is the grader itself") if False else None
    with Engine(name, "strict") as engine:
        space = engine.workspace()
        attack = (HOSTILE / "leave_daemon.py").read_text(encoding="utf-8")
        (space.code / "evil.py").write_text(f"{attack}\nwhile True: time.sleep(1)\n", encoding="utf-8")
        server = engine.start(space, "evil:create_app", {})
        _wait_until(lambda: "ATTEMPTED" in server.stderr.text())
        assert processes_below(engine.folder)

        if name == "fork":
            engine._launcher._process.kill()
        else:
            server.kill()

        _wait_until(lambda: not processes_below(engine.folder))
        assert "MANAGED" not in server.stderr.text()


def _wait_until(holds: object) -> None:
    end = time.monotonic() + 30
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    assert holds()
