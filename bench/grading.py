"""How long one full grading takes, once warm: the two engines, and plain new interpreters without isolation.

    uv run python bench/grading.py [--runs N] [--workers N]

Machines are noisy: each round times the three in turn, and what is quoted is the ratio within a round. The submission
is the solutions: all thirty criteria, two-process and crash checks included. Peak memory is the sum of the
proportional set sizes (PSS) of the whole process tree, sampled during the `fork` runs.
"""

import argparse
import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from grader.sandbox.engine import EngineName, Isolation
from grader.scale import load_scale
from grader.scoring import Options, jobs_of
from grader.submissions import Submission
from grader.workers import Workers, processors

SOLUTIONS = Path(__file__).parents[1] / "reference_impl" / "solutions"
CONTENDERS: dict[str, tuple[EngineName, Isolation]] = {
    "fork, isolated": ("fork", "strict"),
    "fresh, isolated": ("fresh", "strict"),
    "new interpreters, not isolated": ("fresh", "process"),
}


def main() -> None:
    """Time the contenders in turn and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--workers", type=int, default=processors() + 1)
    arguments = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    peak = Peak()
    with ExitStack() as stack:
        pools = {
            name: stack.enter_context(Workers(engine, isolation, arguments.workers))
            for name, (engine, isolation) in CONTENDERS.items()
        }
        for name, workers in pools.items():
            grade(workers, name, seed=0)  # warm
        for run in range(1, arguments.runs + 1):
            for name, workers in pools.items():
                with peak.watching(name == "fork, isolated"):
                    times[name].append(grade(workers, name, run))
    report(times, arguments.workers)
    print(
        f"peak memory of the process tree during fork runs, three pools alive: {peak.bytes / 2**20:.0f} MiB (PSS)"
    )


def grade(workers: Workers, name: str, seed: int) -> float:
    """Grade the solutions once; seconds of wall time. Raises AssertionError unless every point is earned."""
    engine, isolation = CONTENDERS[name]
    options = Options(seed, engine, isolation, load_scale())
    jobs = jobs_of(Submission("solutions", SOLUTIONS), options)
    began = time.perf_counter()
    results = [result for _, result in workers.run(jobs)]
    seconds = time.perf_counter() - began
    assert sum(result.points for result in results) == 30, [
        c for r in results for c in r.criteria if not c.points
    ]
    return seconds


def report(times: dict[str, list[float]], workers: int) -> None:
    """Print medians, and ratios to the first contender, round by round."""
    base = next(iter(times.values()))
    print(f"{workers} workers, {len(base)} rounds, wall seconds of one full grading")
    for name, values in times.items():
        ratios = [value / reference for value, reference in zip(values, base, strict=True)]
        print(
            f"{name:<32} median {statistics.median(values):6.2f}  min {min(values):6.2f}  max {max(values):6.2f}"
            f"  ratio {statistics.median(ratios):5.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
        )


class Peak:
    """The largest memory seen while watching."""

    def __init__(self) -> None:
        self.bytes = 0

    @contextmanager
    def watching(self, wanted: bool) -> Iterator[None]:
        """Sample every 20 ms."""
        end = threading.Event()
        thread = threading.Thread(target=self._sample, args=(end,))
        if wanted:
            thread.start()
        try:
            yield
        finally:
            end.set()
            if wanted:
                thread.join()

    def _sample(self, end: threading.Event) -> None:
        while not end.wait(0.02):
            self.bytes = max(self.bytes, tree_bytes(os.getpid()))


def tree_bytes(pid: int) -> int:
    """Add up the proportional set size of a process and of all below it, in bytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return 0
    own = sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return own + sum(tree_bytes(int(child)) for child in children)


if __name__ == "__main__":
    main()
