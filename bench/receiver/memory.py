"""Memory of the servers' processes over many deliveries: is it flat?

One peer (the reference unless told), sampled between batches. RSS counts shared pages once for each process, PSS
shares them out; the sums are over the whole process tree. The slope is that of the second half, after the caches
have filled.
"""

import argparse
import random
import tempfile
from pathlib import Path

from bench.receiver.deliveries import Stream
from bench.receiver.figures import slope
from bench.receiver.load import send
from bench.receiver.peers import NAMES, Setting, running
from bench.receiver.postgres import postgres
from grader.sender import new_secret

Sample = tuple[int, float, float]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--deliveries", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=5_000, help="deliveries between two samples")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--pool", type=int, default=10)
    parser.add_argument("--peer", choices=NAMES, default="reference")
    parser.add_argument("--seed", type=int, default=1)


def run(arguments: argparse.Namespace) -> None:
    """Send the deliveries and print the series."""
    rng = random.Random(arguments.seed)
    with postgres() as server, tempfile.TemporaryDirectory(prefix="bench-receiver-") as scratch:
        setting = Setting(new_secret(rng), arguments.processes, arguments.pool, Path(scratch))
        print(f"{arguments.peer}, {arguments.processes} process(es), {server.describe()}")
        stream = Stream(setting.secret, rng)
        with running(arguments.peer, server.database(arguments.peer), setting) as peer:
            send(peer.port, stream.creations(arguments.batch), arguments.connections)
            samples = [sample(0, peer.pid)]
            while samples[-1][0] < arguments.deliveries:
                seen = send(peer.port, stream.mixed(arguments.batch), arguments.connections)
                samples.append(sample(samples[-1][0] + len(seen.latencies), peer.pid))
                if seen.refused:
                    print(f"NOT 2xx: {dict(seen.refused)}")
            report(samples)


def sample(sent: int, pid: int) -> Sample:
    """Return and print (deliveries, RSS in MiB, PSS in MiB) of the process tree under `pid`."""
    rss, pss = tree_bytes(pid)
    now = sent, rss / 2**20, pss / 2**20
    print(f"{sent:9} deliveries  RSS {now[1]:7.1f} MiB  PSS {now[2]:7.1f} MiB", flush=True)
    return now


def report(samples: list[Sample]) -> None:
    """Print the growth of the second half."""
    half = samples[len(samples) // 2 :]
    for label, column in (("RSS", 1), ("PSS", 2)):
        growth = slope([(one[0], one[column]) for one in half]) * 2**20
        first, last = samples[0][column], samples[-1][column]
        print(f"{label}: {first:.1f} to {last:.1f} MiB, second half {growth:+.1f} bytes a delivery")


def tree_bytes(pid: int) -> tuple[int, int]:
    """Add up RSS and PSS of a process and of all below it, in bytes. A process that has ended counts as 0."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return 0, 0
    sizes = {
        one.split(":")[0]: int(one.split()[1]) * 1024 for one in lines if one.startswith(("Rss:", "Pss:"))
    }
    below = [tree_bytes(int(child)) for child in children]
    return sizes["Rss"] + sum(rss for rss, _ in below), sizes["Pss"] + sum(pss for _, pss in below)
