"""The long run, by hand: histories in disorder, against real servers that are killed (-9) all the time.

    uv run python -m tests.receiver.order.long_run --examples 50 --database postgresql

Each example: a history of a few people; two servers on one database, each of which kills itself at an SQL statement
drawn at random and is started again; several deliveries at once, duplicates, replays; whatever is not answered 2xx is
sent again. Then the rows are compared with those of the ordered history. First, every scenario of `scenarios.py` is
killed at each of its steps.
"""

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import SQLModel

import reference_impl.tables  # noqa: F401  the tables are declared by their import
from reference_impl.store.engine import open_engine
from tests.receiver.postgres import running_postgres

from .arena import Arena, arena
from .crashes import kill_at_every_step
from .history import Message, lively, renamed
from .launcher import Launcher, Running, launched, settled
from .scenarios import SCENARIOS

AT_ONCE = 8
LATEST_STEP = 150
MOST_ROUNDS = 200


@dataclass
class Figures:
    """What the run did."""

    examples: int = 0
    requests: int = 0
    kills: int = 0
    unavailable: int = 0
    differences: list[int] = field(default_factory=list)


class Worker:
    """A server that dies and is started again, as a supervisor would."""

    def __init__(self, launcher: Launcher, url: str, rng: random.Random, figures: Figures) -> None:
        self._launcher, self._url, self._rng, self._figures = launcher, url, rng, figures
        self._lock = threading.Lock()
        self._dead: list[Running] = []
        self._running = self._start()

    def _start(self) -> Running:
        return self._launcher.start(self._url, kill_at=self._rng.randint(1, LATEST_STEP))

    def post(self, message: Message) -> int | None:
        """Post; start again whoever died of it."""
        running = self._running
        status = running.post(message)
        if status is None:
            with self._lock:
                if running is self._running:
                    running.wait()
                    self._dead.append(running)
                    self._figures.kills += 1
                    self._running = self._start()
        return status

    def stop(self) -> None:
        """Kill the last one."""
        self._running.stop()
        for running in self._dead:
            running.close()


def run_example(launcher: Launcher, built: Arena, url: str, seed: int, figures: Figures) -> None:
    """Live through one history in disorder and compare. AssertionError where the rows differ."""
    rng = random.Random(seed)
    built.clear()
    world = lively(rng, 40)
    waiting = [*world.told, *rng.choices(world.told, k=10)]
    waiting += [renamed(message, "_again") for message in rng.choices(world.told, k=10)]
    rng.shuffle(waiting)
    workers = [Worker(launcher, url, rng, figures) for _ in range(2)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(MOST_ROUNDS):
            ranks = range(len(waiting))
            posted = list(pool.map(lambda rank: workers[rank % 2].post(waiting[rank]), ranks))  # noqa: B023
            figures.requests += len(waiting)
            figures.unavailable += posted.count(503)
            waiting = [m for m, status in zip(waiting, posted, strict=True) if not settled(status)]
            if not waiting:
                break
    for worker in workers:
        worker.stop()
    assert not waiting, "never answered 2xx"
    built.check(world)


def run(launcher: Launcher, urls: tuple[str, str], seeds: range, minutes: float) -> Figures:
    """Run the examples until the last, or until the time is up."""
    figures = Figures()
    end = time.monotonic() + minutes * 60
    with arena(*urls) as built:
        for seed in seeds:
            if time.monotonic() > end:
                break
            try:
                run_example(launcher, built, urls[0], seed, figures)
            except AssertionError as error:
                figures.differences.append(seed)
                print(f"seed {seed}: {str(error)[:2000]}")
            figures.examples += 1
    return figures


@contextmanager
def databases(kind: str) -> Iterator[tuple[str, str]]:
    """Two databases of that kind, with their tables."""
    with tempfile.TemporaryDirectory(prefix="order") as folder:
        if kind == "sqlite":
            yield _made(f"sqlite:///{Path(folder)}/a.db"), _made(f"sqlite:///{Path(folder)}/b.db")
            return
        with running_postgres() as server:
            yield _made(server.new_database()), _made(server.new_database())


def _made(url: str) -> str:
    engine = open_engine(url)
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    return url


def main() -> None:
    """Run and print the figures; exit 1 where the rows of one example differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--examples", type=int, default=50)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60, help="stop after that long")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    chosen = parser.parse_args()
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.examples)
    started = time.monotonic()
    with launched() as launcher, databases(chosen.database) as urls:
        steps = sum(kill_at_every_step(launcher, urls[0], scenario) for scenario in SCENARIOS)
        print(
            f"{chosen.database}: {len(SCENARIOS)} scenarios, killed at each of {steps} steps, no difference"
        )
        figures = run(launcher, urls, seeds, chosen.minutes)
    print(
        f"{chosen.database}: {figures.examples} examples, {figures.requests} requests,"
        f" {figures.kills} kills, {figures.unavailable} answers 503, {len(figures.differences)} differences"
        f" {figures.differences or ''} in {time.monotonic() - started:.0f} s"
    )
    raise SystemExit(1 if figures.differences else 0)


if __name__ == "__main__":
    main()
