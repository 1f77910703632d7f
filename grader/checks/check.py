"""One check under way: the parts of its criterion, one by one, so that the student sees which of them hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from grader.checks.criterion import Criterion
from grader.checks.failure import Failure

PartStatus = Literal["passed", "failed", "not_run"]


class Check:
    """Collects the parts of one criterion; the first failure is the one that the report shows."""

    def __init__(self, criterion: Criterion) -> None:
        self.criterion = criterion
        self.parts: dict[str, PartStatus] = dict.fromkeys(criterion.parts, "not_run")
        self.failure: Failure | None = None

    @contextmanager
    def part(self, title: str) -> Iterator[None]:
        """Judge one declared part; its failure is noted, and the next part is judged all the same."""
        if self.parts.get(title) != "not_run":
            raise ValueError(
                f"{self.criterion.id}: « {title} » is not a declared part, or was judged already"
            )
        try:
            yield
        except Failure as failure:
            self.parts[title] = "failed"
            self.failure = self.failure or failure
        else:
            self.parts[title] = "passed"

    def close(self, failure: Failure | None) -> None:
        """End the check: with the failure that ended it early, or none.

        Raises:
            ValueError: a declared part was never judged although nothing failed (a fault of the suite).
        """
        self.failure = self.failure or failure
        forgotten = [title for title, status in self.parts.items() if status == "not_run"]
        if forgotten and self.failure is None:
            raise ValueError(f"{self.criterion.id}: parts never judged: {forgotten}")
