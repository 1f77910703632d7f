"""Print the gate's table: for each criterion, the misconceptions that lose it, and the one that loses it alone.

uv run python -m tests.gate.table
"""

from rich.console import Console
from rich.table import Table

from grader.exercises import IDS, load
from grader.grading import wanted
from tests.gate.mutants import all_mutants


def main() -> None:
    """Print it."""
    mutants = all_mutants()
    table = Table(title=f"{len(mutants)} mutants")
    for title in ("criterion", "mutants", "alone", "misconceptions"):
        table.add_column(title, overflow="fold")
    for identifier in IDS:
        for criterion in wanted(load(identifier), None):
            killers = [mutant for mutant in mutants if criterion.id in mutant.loses]
            alone = [mutant.name for mutant in killers if len(mutant.loses) == 1]
            table.add_row(
                criterion.id, str(len(killers)), str(len(alone)), ", ".join(m.name for m in killers)
            )
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
