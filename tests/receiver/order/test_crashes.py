"""The server is killed (-9) at each SQL statement in turn, before each COMMIT and right after it; Svix sends again."""

from collections.abc import Callable

import pytest

from .crashes import kill_at_every_step
from .launcher import Launcher
from .scenarios import SCENARIOS, Scenario


@pytest.mark.parametrize(
    "scenario", [s for s in SCENARIOS if not s.by_hand], ids=lambda scenario: scenario.name
)
def test_killed_at_any_step_nothing_is_lost_and_nothing_is_done_twice(
    new_database: Callable[[], str], launcher: Launcher, scenario: Scenario
) -> None:
    kill_at_every_step(launcher, new_database(), scenario)
