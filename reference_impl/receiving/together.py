"""Mener ensemble plusieurs suites d'écritures : à chaque tour, celles du même ordre SQL partent d'un coup."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from reference_impl.receiving.outcomes import ALONE, Outcome, Steps
from reference_impl.store.pipeline import Write, execute_each


def finish(connection: Connection, steps: Steps) -> Outcome:
    """Mener une suite seule, jusqu'à son issue."""
    return finish_together(connection, [steps])[0]


def finish_together(connection: Connection, suites: Sequence[Steps]) -> list[Outcome]:
    """Mener les suites jusqu'à leurs issues, dans la transaction de l'appelant.

    Les suites n'échangent rien : leurs écritures s'entremêlent, et le résultat n'en dépend pas. Celles qui demandent
    `ALONE` attendent la fin des autres, puis passent une à une.
    """
    outcomes: dict[int, Outcome] = {}
    answers: dict[int, Any] = dict.fromkeys(range(len(suites)))
    alone: list[int] = []
    while answers or alone:
        answers = answers or {alone.pop(0): None}
        asked = dict(_advance(suites, answers, outcomes))
        alone += [rank for rank, write in asked.items() if write is ALONE]
        answers = _perform(connection, {rank: write for rank, write in asked.items() if write is not ALONE})
    return [outcomes[rank] for rank in range(len(suites))]


def _advance(
    suites: Sequence[Steps], answers: dict[int, Any], outcomes: dict[int, Outcome]
) -> Iterator[tuple[int, Write]]:
    """Donner à chaque suite la réponse qu'elle attend ; recueillir sa demande suivante, ou son issue."""
    for rank, answer in answers.items():
        try:
            yield rank, suites[rank].send(answer)
        except StopIteration as end:
            outcomes[rank] = end.value


def _perform(connection: Connection, asked: dict[int, Write]) -> dict[int, Any]:
    """Exécuter les écritures demandées, un ordre SQL après l'autre, chacun pour toutes ses lignes."""
    by_statement: dict[int, list[int]] = {}
    for rank, write in asked.items():
        by_statement.setdefault(id(write.statement), []).append(rank)
    answers: dict[int, Any] = {}
    for ranks in by_statement.values():
        rows = [asked[rank].values for rank in ranks]
        returned = execute_each(connection, asked[ranks[0]].statement, rows)
        answers.update(zip(ranks, returned, strict=True))
    return answers
