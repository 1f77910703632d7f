"""The median delivery into a database with a long history against one with a short history.

Two databases of one server, one reference receiver of one process before each. Both first get the same thousand users
by deliveries; in one, SQL then copies users, inbox and sessions up to a million users. Blocks of sequential
deliveries on one connection alternate between the two; they update users drawn from the whole table and create some.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.receiver.deliveries import Stream
from bench.receiver.figures import spread
from bench.receiver.filling import copy_of, multiply
from bench.receiver.load import send
from bench.receiver.peers import NAMES, Setting, running
from bench.receiver.postgres import Server, postgres
from bench.receiver.servers import Running
from grader.sender import new_secret

BATCH = 2_000


@dataclass(frozen=True)
class Side:
    """One of the two databases: its servers, what is sent to it."""

    label: str
    peer: Running
    stream: Stream


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--users", type=int, default=1_000, help="users of the short history")
    parser.add_argument("--copies", type=int, default=999, help="how often the long history repeats them")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--deliveries", type=int, default=250, help="for each round and side")
    parser.add_argument("--peer", choices=NAMES[1:], default="reference")
    parser.add_argument("--seed", type=int, default=1)


def run(arguments: argparse.Namespace) -> None:
    """Fill, warm up, alternate, print."""
    with postgres() as server, tempfile.TemporaryDirectory(prefix="bench-receiver-") as scratch:
        print(f"{arguments.peer}, 1 process, {server.describe()}")
        with (
            side(server, Path(scratch), arguments, "short", 0) as short,
            side(server, Path(scratch), arguments, "long", arguments.copies) as long,
        ):
            sides = (short, long)
            for each in sides:
                block(each, arguments.deliveries)
            medians = alternate(sides, server, arguments)
    report(medians)


@contextmanager
def side(
    server: Server, scratch: Path, arguments: argparse.Namespace, label: str, copies: int
) -> Iterator[Side]:
    """Make one database, by deliveries and then by copies, and keep its receiver running."""
    rng = random.Random(arguments.seed)
    setting = Setting(new_secret(rng), 1, 10, scratch)
    stream = Stream(setting.secret, rng)
    database = server.database(label)
    with running(arguments.peer, database, setting) as peer:
        began = time.perf_counter()
        send(peer.port, stream.creations(arguments.users), 8)
        for start in range(0, arguments.users, BATCH):
            send(peer.port, stream.mixed(min(BATCH, arguments.users - start)), 8)
        with database.connect() as connection:
            counts = multiply(connection, copies)
        seeds = list(stream.known)
        stream.known += [copy_of(seed, number) for number in range(1, copies + 1) for seed in seeds]
        print(f"{label}: {counts}, filled in {time.perf_counter() - began:.0f} s", flush=True)
        yield Side(label, peer, stream)


def alternate(
    sides: tuple[Side, Side], server: Server, arguments: argparse.Namespace
) -> dict[str, list[float]]:
    """Return the median latencies in ms of each side, round by round; who begins changes each round."""
    medians: dict[str, list[float]] = {each.label: [] for each in sides}
    for number in range(arguments.rounds):
        for each in sides if number % 2 else sides[::-1]:
            server.checkpoint()
            medians[each.label].append(block(each, arguments.deliveries))
    return medians


def block(each: Side, deliveries: int) -> float:
    """Send deliveries one by one; their median latency in ms. Raises SystemExit if one is not accepted."""
    seen = send(each.peer.port, each.stream.mixed(deliveries), connections=1)
    if seen.refused:
        raise SystemExit(f"{each.label}: not 2xx {dict(seen.refused)}, see {each.peer.log}")
    return statistics.median(seen.latencies)


def report(medians: dict[str, list[float]]) -> None:
    """Print each side, and the ratio within each round."""
    for label, values in medians.items():
        print(f"{label:<6} median delivery {spread(values, 3)} ms")
    ratios = [long / short for long, short in zip(medians["long"], medians["short"], strict=True)]
    print(f"long / short: {spread(ratios)}")
