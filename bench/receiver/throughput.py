"""Deliveries per second and latency of the reference receiver against its peers.

All servers of a series are alive, all but one idle; a round sends the same signed deliveries to each peer in turn.
Ratios are taken within a round. `bare` writes nothing and bounds what the web server allows.
"""

import argparse
import platform
import random
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.receiver.deliveries import Stream
from bench.receiver.figures import quantile, spread
from bench.receiver.load import Round, send
from bench.receiver.peers import NAMES, Setting, running
from bench.receiver.postgres import Server, postgres
from bench.receiver.servers import Running
from grader.sender import new_secret

Rounds = dict[str, list[Round]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--deliveries", type=int, default=8_000, help="for each peer and round")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--pool", type=int, default=10, help="database connections for each process")
    parser.add_argument("--peers", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--seed", type=int, default=1)


def run(arguments: argparse.Namespace) -> None:
    """Measure one series for each number of processes and print it."""
    for processes in arguments.processes:
        with postgres() as server, tempfile.TemporaryDirectory(prefix="bench-receiver-") as scratch:
            print(f"\n{processes} process(es) of {arguments.pool} connections, {server.describe()}")
            print(f"{platform.machine()}, {arguments.connections} connections in closed loop")
            rng = random.Random(arguments.seed)
            setting = Setting(new_secret(rng), processes, arguments.pool, Path(scratch))
            report(measure(arguments, server, setting, Stream(setting.secret, rng)))


def measure(arguments: argparse.Namespace, server: Server, setting: Setting, stream: Stream) -> Rounds:
    """Start the peers, warm them up, and send the rounds."""
    rounds: Rounds = {name: [] for name in arguments.peers}
    with ExitStack() as stack:
        peers = {name: stack.enter_context(running(name, server.database(name), setting)) for name in rounds}
        turn(peers, server, stream.creations(arguments.deliveries // 2), arguments.connections)
        for number in range(1, arguments.rounds + 1):
            requests = stream.mixed(arguments.deliveries)
            for name, seen in turn(peers, server, requests, arguments.connections).items():
                rounds[name].append(seen)
                print(line(f"round {number} {name}", seen), flush=True)
    return rounds


def turn(
    peers: dict[str, Running], server: Server, requests: list[bytes], connections: int
) -> dict[str, Round]:
    """Send the same deliveries to each peer, one after the other."""
    seen = {}
    for name, peer in peers.items():
        server.checkpoint()
        seen[name] = send(peer.port, requests, connections)
    return seen


def line(title: str, seen: Round) -> str:
    """Write one round on one line."""
    latencies = seen.latencies
    figures = " ".join(
        f"{label} {value:7.2f}"
        for label, value in (
            ("p50", quantile(latencies, 0.5)),
            ("p99", quantile(latencies, 0.99)),
            ("max", max(latencies)),
        )
    )
    refused = f"  NOT 2xx: {dict(seen.refused)}" if seen.refused else ""
    return (
        f"{title:<20} {seen.rate:8.0f}/s  ms: {figures}  generator {seen.own_share:4.0%} of a core{refused}"
    )


def report(rounds: Rounds) -> None:
    """Print the medians over the rounds, and the reference's ratio to each peer round by round."""
    print("median over the rounds (min to max)")
    for name, seen in rounds.items():
        rates = spread([one.rate for one in seen], 0)
        p50, p99 = (spread([quantile(one.latencies, part) for one in seen]) for part in (0.5, 0.99))
        print(f"{name:<10} {rates} deliveries/s, p50 {p50} ms, p99 {p99} ms")
    last = "reference" if "reference" in rounds else list(rounds)[-1]
    for name, seen in rounds.items():
        if name != last:
            ratios = [one.rate / other.rate for one, other in zip(rounds[last], seen, strict=True)]
            print(f"{last} / {name}: {spread(ratios)}")
