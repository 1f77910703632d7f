"""Measure the reference receiver.

    uv run python -m bench.receiver throughput   # deliveries/s and latency, against three peers
    uv run python -m bench.receiver history      # a delivery into a thousand users, and into a million
    uv run python -m bench.receiver memory       # the servers' memory over 200 000 deliveries
    uv run python -m bench.receiver dispatch     # effects/s, and what a slow or dead recipient costs the others

Each starts its own PostgreSQL and its own servers in a temporary folder, and removes them. Nothing else should
run on the machine: what is quoted are ratios within a round, but a neighbour's burst still falls on one peer.
"""

import argparse

from bench.receiver import dispatch, history, memory, throughput


def main() -> None:
    """Parse the command line and run one measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.receiver")
    commands = parser.add_subparsers(required=True)
    for module in (throughput, history, memory, dispatch):
        name = module.__name__.rpartition(".")[2]
        command = commands.add_parser(name, help=(module.__doc__ or "").splitlines()[0])
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args()
    arguments.run(arguments)


main()
