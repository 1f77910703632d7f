"""The level `strict` is what the probe really could not do; the probe itself can do everything when it is free."""

import pytest

from grader.sandbox.engine import Engine, EngineName
from grader.sandbox.isolation import DESCRIPTIONS, Report, probe


@pytest.mark.parametrize("name", ["fork", "fresh"])
def test_nothing_forbidden_goes_through(name: EngineName) -> None:
    """Files, network, processes, limits: each attempt fails, in both engines."""
    with Engine(name, "strict") as engine:
        report = probe(engine)

    assert report.failure is None
    assert report.managed == dict.fromkeys(DESCRIPTIONS, False)
    assert report.strict


def test_the_probe_manages_everything_when_nothing_holds_it() -> None:
    """An attempt that fails for another reason would prove nothing."""
    with Engine("fork", "process") as engine:
        report = probe(engine)

    assert report.managed == dict.fromkeys(DESCRIPTIONS, True)
    assert not report.strict


def test_one_attempt_that_goes_through_is_enough_to_lose_the_level() -> None:
    """So is an attempt that was never made, or a probe that did not run."""
    held = dict.fromkeys(DESCRIPTIONS, False)

    assert Report(held).strict
    assert not Report({**held, "reach_network": True}).strict
    assert not Report(dict.fromkeys(list(DESCRIPTIONS)[1:], False)).strict
    assert not Report(held, failure="died").strict
