"""Several worker processes, over HTTP: the same rows as the ordered history."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from .arena import arena
from .history import lively, renamed
from .launcher import Launcher, Running, settled

PROCESSES = 2
AT_ONCE = 8
MOVES = 60
ATTEMPTS = 9
"""Svix makes eight more attempts after the first."""


@pytest.mark.parametrize("seed", [1, 2])
def test_several_processes_end_with_the_rows_of_the_ordered_history(
    new_database: Callable[[], str], launcher: Launcher, seed: int
) -> None:
    rng = random.Random(seed)
    world = lively(rng, MOVES)
    again = [renamed(message, "_again") for message in rng.choices(world.told, k=20)]
    waiting = [*world.told, *rng.choices(world.told, k=20), *again]
    rng.shuffle(waiting)
    url, url_in_order = new_database(), new_database()
    servers = [launcher.start(url) for _ in range(PROCESSES)]
    try:
        for _ in range(ATTEMPTS):
            waiting = deliver_all(servers, waiting)
    finally:
        for server in servers:
            server.stop()
    assert not waiting
    with arena(url, url_in_order) as built:
        built.check(world)


def deliver_all(servers: list[Running], waiting: list) -> list:
    """Post everything, several at a time; return what has no good answer."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        posted = pool.map(lambda rank: servers[rank % len(servers)].post(waiting[rank]), range(len(waiting)))
        return [message for message, status in zip(waiting, posted, strict=True) if not settled(status)]
