"""The pytest plugin of a grading: gives the suites their fixtures and turns their outcomes into criteria."""

import base64
import traceback
from collections.abc import Iterator

import pytest

from grader.checks.bench import Bench
from grader.checks.check import Check
from grader.checks.criterion import Criterion, criterion_of
from grader.checks.failure import Failure
from grader.checks.lab import Lab
from grader.results import CriterionResult, Part, Replay
from grader.sender import Delivery, SimulatedClerk


class Outcome:
    """What one check came to."""

    def __init__(self, criterion: Criterion) -> None:
        self.check = Check(criterion)
        self.judged = False
        self.skipped: str | None = None
        self.error: str | None = None

    def result(self) -> CriterionResult:
        """Render it; the failure's report is completed by the caller, who knows hints and passages."""
        criterion, failure = self.check.criterion, self.check.failure
        if not self.judged:  # an absent report is an error, never a pass
            self.error = self.error or "la vérification n'a pas eu lieu"
        status = "error" if self.error else "skipped" if self.skipped else "failed" if failure else "passed"
        return CriterionResult(
            id=criterion.id,
            title=criterion.title,
            status=status,  # type: ignore[arg-type]
            points=criterion.points if status == "passed" else 0,
            max=criterion.points,
            parts=tuple(Part(title=title, status=part) for title, part in self.check.parts.items()),
            reason=self.error or self.skipped,
        )


class GradingPlugin:
    """One run of one suite. `outcomes` holds every collected criterion, judged or not."""

    def __init__(self, lab: Lab, only: frozenset[str] | None = None) -> None:
        self._lab = lab
        self._only = only
        self._bench: Bench | None = None
        self._unverifiable: str | None = None
        self.outcomes: dict[str, Outcome] = {}
        self.precondition_failure: Failure | None = None

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the criteria that were asked for."""
        kept = [item for item in items if self._only is None or self._criterion(item).id in self._only]
        items[:] = kept
        for item in items:
            self.outcomes[self._criterion(item).id] = Outcome(self._criterion(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Take the outcome of each phase as it is, before anything is rendered."""
        outcome = self.outcomes[self._criterion(item).id]
        error = call.excinfo.value if call.excinfo else None
        outcome.judged = outcome.judged or call.when == "call" or error is not None
        if isinstance(error, pytest.skip.Exception):
            outcome.skipped = error.msg
        elif error is not None and not isinstance(error, Failure):
            outcome.error = "".join(traceback.format_exception(error))[-4000:]
        elif call.when == "call":
            try:
                outcome.check.close(error)
            except ValueError as forgotten:
                outcome.error = str(forgotten)
        return (yield)

    @pytest.fixture(scope="module")
    def lab(self) -> Lab:
        """The laboratory of this submission."""
        return self._lab

    @pytest.fixture(scope="module")
    def bench(self, request: pytest.FixtureRequest) -> Bench:
        """The server that the checks of a suite share, once it has met the exercise's precondition."""
        return self._ready(request)

    @pytest.fixture(autouse=True)
    def _precondition(self, request: pytest.FixtureRequest) -> None:
        self._ready(request)

    @pytest.fixture
    def clerk(self, check: Check) -> SimulatedClerk:
        """A Clerk instance for this check alone."""
        return self._lab.clerk(check.criterion.id)

    @pytest.fixture
    def check(self, request: pytest.FixtureRequest) -> Check:
        """The check under way, to judge its parts."""
        return self.outcomes[self._criterion(request.node).id].check

    def _ready(self, request: pytest.FixtureRequest) -> Bench:
        """Start the shared server once and meet the precondition, or skip every check with the one reason."""
        if self._unverifiable is not None:
            pytest.skip(self._unverifiable)
        if self._bench is None:
            try:
                self._bench = self._lab.bench()
                request.module.precondition(self._bench, self._lab)
            except Failure as failure:
                self.precondition_failure = failure
                self._unverifiable = f"{failure.sent} : {failure.expected} ; reçu : {failure.received}"
                pytest.skip(self._unverifiable)
        return self._bench

    @staticmethod
    def _criterion(item: pytest.Item) -> Criterion:
        assert isinstance(item, pytest.Function)
        return criterion_of(item.function)


def replay_of(delivery: Delivery) -> Replay:
    """Keep what is needed to send a delivery again."""
    return Replay(
        svix_id=delivery.svix_id,
        type=delivery.type,
        offset_s=delivery.offset_s,
        body_base64=base64.b64encode(delivery.body).decode(),
        faults=delivery.faults,
    )
