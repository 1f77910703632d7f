"""How many effects a second leave, and what a slow or dead recipient costs the others and the deliveries.

Throughput: the same due effects, to a recipient that answers at once, on both databases. The floor is what at-least-once
cannot do without: one commit an effect. On PostgreSQL, several dispatchers share the work.

Isolation: a healthy recipient over HTTP, alone, then beside one that takes two seconds to answer, then beside one that
is gone; and sequential deliveries to a receiver while nothing leaves, then while both of these keep the dispatcher busy.
"""

import argparse
import multiprocessing
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import SQLModel

from bench.receiver.deliveries import Stream
from bench.receiver.figures import spread
from bench.receiver.load import send
from bench.receiver.peers import Setting, running
from bench.receiver.postgres import Server, postgres
from bench.receiver.servers import free_port
from grader.sender import new_secret
from reference_impl.effects.dispatch import Dispatcher
from reference_impl.effects.remote import Remote
from reference_impl.effects.senders import Effect, Lane, Sent
from reference_impl.privacy.register import Subjects
from reference_impl.store.engine import open_engine
from reference_impl.store.outbox import DESTINATIONS, OUTBOX

SLOW_S = 2.0


class AtOnce:
    """A recipient that answers at once."""

    def send(self, _effect: Effect) -> Sent:
        """Do nothing."""
        return Sent()


class OverHttp:
    """A recipient behind a real socket."""

    def __init__(self, port: int) -> None:
        self._remote = Remote(f"http://127.0.0.1:{port}")

    def send(self, effect: Effect) -> Sent:
        """Post the key."""
        self._remote.call("POST", json={"key": effect.key})
        return Sent()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--effects", type=int, default=2_000, help="due at the start of each turn")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--deliveries", type=int, default=300, help="sequential, for each turn")


def run(arguments: argparse.Namespace) -> None:
    """Measure both."""
    with postgres() as server, tempfile.TemporaryDirectory(prefix="bench-dispatch-") as scratch:
        print(server.describe())
        throughput(f"sqlite:///{scratch}/outbox.db", arguments, dispatchers=(1,))
        throughput(server.database("outbox").url, arguments, dispatchers=(1, 2, 4))
        isolation(server, Path(scratch), arguments)


def owe(url: str, count: int, destination: str = "one") -> None:
    """Make `count` effects due, and nothing else."""
    engine = open_engine(url)
    SQLModel.metadata.create_all(engine)
    row = {"kind": "bench", "destination": destination, "payload": {"n": 1}, "attempts": 0}
    row = {**row, "created_at": 1, "next_attempt_at": 1}
    with engine.begin() as connection:
        connection.execute(delete(OUTBOX).where(OUTBOX.c.destination == destination))
        connection.execute(insert(OUTBOX), [{**row, "key": f"{destination}/{n}"} for n in range(count)])
        connection.execute(delete(DESTINATIONS))
    engine.dispose()


def remaining(url: str, destination: str = "one") -> int:
    """Count what is still due."""
    engine = open_engine(url)
    with engine.connect() as connection:
        due = (OUTBOX.c.destination == destination) & OUTBOX.c.done_at.is_(None)
        count = connection.execute(select(func.count()).where(due)).scalar_one()
    engine.dispose()
    return int(count)


def empty(url: str) -> None:
    """Run one dispatcher until nothing is due."""
    engine = open_engine(url)
    dispatcher = Dispatcher(engine, Subjects("k" * 32), Lane("one", AtOnce()))
    while dispatcher.run_once():
        pass
    engine.dispose()


def floor(url: str) -> None:
    """Note each effect as done, in a transaction of its own, and do nothing else."""
    engine = open_engine(url)
    with engine.connect() as connection:
        keys = connection.execute(select(OUTBOX.c.key)).scalars().all()
    for key in keys:
        with engine.begin() as connection:
            connection.execute(update(OUTBOX).where(OUTBOX.c.key == key).values(done_at=1))
    engine.dispose()


def together(url: str, count: int) -> None:
    """Run `count` dispatchers at once, each a process."""
    spawn = multiprocessing.get_context("fork")
    processes = [spawn.Process(target=empty, args=(url,)) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def timed(url: str, count: int, work: Callable[[], None]) -> float:
    """Return effects a second; stop if any is left."""
    owe(url, count)
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    if left := remaining(url):
        raise SystemExit(f"{left} effects are still due")
    return count / seconds


def throughput(url: str, arguments: argparse.Namespace, dispatchers: tuple[int, ...]) -> None:
    """Alternate the floor and the dispatchers, print rates and ratios within each round."""
    name = url.partition(":")[0].partition("+")[0]
    rates: dict[str, list[float]] = {}
    for _ in range(arguments.rounds):
        rates.setdefault("floor", []).append(timed(url, arguments.effects, lambda: floor(url)))
        for count in dispatchers:
            rate = timed(url, arguments.effects, lambda count=count: together(url, count))  # type: ignore[misc]
            rates.setdefault(f"{count} dispatcher(s)", []).append(rate)
    for label, values in rates.items():
        ratios = [value / least for value, least in zip(values, rates["floor"], strict=True)]
        print(
            f"{name:<11} {label:<16} {spread(values, 0)} effects/s, {spread(ratios)} of the floor", flush=True
        )


@contextmanager
def recipient(wait_s: float) -> Iterator[int]:
    """Serve a recipient that answers after `wait_s`; yield its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(wait_s)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@contextmanager
def busy(url: str, lanes: list[Lane], effects: int) -> Iterator[None]:
    """Keep a dispatcher busy with these lanes while the block runs."""
    stop = threading.Event()
    engine = open_engine(url)
    for lane in lanes:
        owe(url, effects, lane.destination)

    def work(lane: Lane) -> None:
        dispatcher = Dispatcher(engine, Subjects("k" * 32), lane)
        while not stop.is_set():
            if not dispatcher.run_once(stopped=stop.is_set):
                stop.wait(0.2)

    threads = [threading.Thread(target=work, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        engine.dispose()


def isolation(server: Server, scratch: Path, arguments: argparse.Namespace) -> None:
    """Print what bad neighbours cost a healthy recipient, and the deliveries."""
    rng = random.Random(1)
    setting = Setting(new_secret(rng), 1, 10, scratch)
    database = server.database("isolation")
    with recipient(0) as healthy, recipient(SLOW_S) as slow, running("reference", database, setting) as peer:
        good = OverHttp(healthy)
        neighbours = {
            "alone": [],
            "beside a slow one": [Lane("slow", OverHttp(slow))],
            "beside a dead one": [Lane("dead", OverHttp(free_port()))],
        }
        sending: dict[str, list[float]] = {}
        answering: dict[str, list[float]] = {}
        stream = Stream(setting.secret, rng)
        send(peer.port, stream.creations(200), 8)
        for _ in range(arguments.rounds):
            for label, lanes in neighbours.items():
                with busy(database.url, lanes, 500):
                    sending.setdefault(label, []).append(healthy_rate(database.url, good, 300))
                    seen = send(peer.port, stream.mixed(arguments.deliveries), connections=1)
                    if seen.refused:
                        raise SystemExit(f"not 2xx: {dict(seen.refused)}")
                    answering.setdefault(label, []).append(statistics.median(seen.latencies))
    report(sending, "healthy recipient", "effects/s", 0)
    report(answering, "median delivery", "ms", 2)


def healthy_rate(url: str, sender: OverHttp, count: int) -> float:
    """Return how many effects a second reach a recipient that is well."""
    owe(url, count, "healthy")
    engine = open_engine(url)
    dispatcher = Dispatcher(engine, Subjects("k" * 32), Lane("healthy", sender))
    began = time.perf_counter()
    while dispatcher.run_once():
        pass
    seconds = time.perf_counter() - began
    engine.dispose()
    return count / seconds


def report(measured: dict[str, list[float]], what: str, unit: str, digits: int) -> None:
    """Print each situation, and its ratio to being alone, round by round."""
    for label, values in measured.items():
        ratios = [value / alone for value, alone in zip(values, measured["alone"], strict=True)]
        print(f"{what}, {label:<18} {spread(values, digits)} {unit}, ratio {spread(ratios)}", flush=True)
