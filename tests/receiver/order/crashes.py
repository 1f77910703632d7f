"""One delivery, and a server killed at each of its steps in turn: the rows must be those of the uninterrupted run."""

import signal

from .arena import build_receiver
from .launcher import Launcher, settled
from .rows import Rows, empty, rows
from .scenarios import Scenario

MOST_STEPS = 80


def kill_at_every_step(launcher: Launcher, url: str, scenario: Scenario) -> int:
    """Kill, start again, send again, compare, at step 1, 2, … until the server survives; return the number of kills."""
    receiver = build_receiver(url)
    before, expected = uninterrupted(url, scenario)
    seen_at_death: list[Rows] = []
    for step in range(1, MOST_STEPS):
        empty(receiver.engine)
        scenario.prepare(receiver)
        crashing = launcher.start(url, kill_at=step)
        status = crashing.post(scenario.delivery)
        if status is not None:
            crashing.stop()
            assert settled(status)
            break
        assert crashing.wait() == signal.SIGKILL
        crashing.close()
        seen_at_death.append(rows(receiver.engine, None))
        assert seen_at_death[-1] in (before, expected), f"half done at step {step}"
        again = launcher.start(url)
        assert settled(again.post(scenario.delivery))
        again.stop()
        assert rows(receiver.engine, None) == expected, f"killed at step {step}"
    receiver.engine.dispose()
    # The kills did strike before the COMMIT and, the last one, between the COMMIT and the answer.
    assert seen_at_death[0] == before != expected
    assert seen_at_death[-1] == expected
    return len(seen_at_death)


def uninterrupted(url: str, scenario: Scenario) -> tuple[Rows, Rows]:
    """Rows before the delivery, and after it when nothing goes wrong."""
    receiver = build_receiver(url)
    empty(receiver.engine)
    scenario.prepare(receiver)
    before = rows(receiver.engine, None)
    receiver.receive(scenario.delivery)
    expected = rows(receiver.engine, None)
    receiver.engine.dispose()
    return before, expected
