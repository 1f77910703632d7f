"""Any order, any duplication, any concurrency, with Svix's retries: the same rows as the history in order."""

import random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from .arena import Arena
from .history import Message, World, moves, renamed

EXAMPLES = 40
STEPS = 12


class Deliveries(RuleBasedStateMachine):
    """Clerk lives on while Svix delivers, late, twice, all at once, and again whatever was not answered 2xx.

    No rule has a precondition: what was answered depends on threads, and Hypothesis must draw the same whatever they do.
    """

    arena: Arena

    def __init__(self) -> None:
        super().__init__()
        self.arena.clear()
        self.world = World()
        self.waiting: list[Message] = []
        self.answered: list[Message] = []
        self.seed = 0

    @initialize(number=st.integers(0, 9999))
    def begin(self, number: int) -> None:
        self.seed = number
        self.live([("sign up", number)])

    @rule(steps=st.lists(moves, min_size=1, max_size=6))
    def live(self, steps: list[tuple[str, int]]) -> None:
        known = len(self.world.told)
        self.world.live(steps)
        self.waiting += self.world.told[known:]

    @rule(
        picks=st.lists(st.integers(0, 99), min_size=1, max_size=8),
        grouped=st.booleans(),
        failing=st.none() | st.integers(0, 20),
    )
    def deliver(self, picks: list[int], grouped: bool, failing: int | None) -> None:
        """Deliver some of what waits, at once; at times the database fails one of them, and Svix keeps it."""
        if not self.waiting:
            return
        chosen = sorted({pick % len(self.waiting) for pick in picks}, reverse=True)
        self.send([self.waiting.pop(index) for index in chosen], grouped, failing)

    @rule(picks=st.lists(st.tuples(st.integers(0, 99), st.booleans()), min_size=1, max_size=4))
    def repeat(self, picks: list[tuple[int, bool]]) -> None:
        """Send again what was received, under the same `svix-id` or, as a replay does, under another."""
        if not self.answered:
            return
        known = [(self.answered[pick % len(self.answered)], other) for pick, other in picks]
        self.send([renamed(message, "_again") if other else message for message, other in known])

    @rule(pick=st.integers(0, 99), copies=st.integers(2, 4), grouped=st.booleans())
    def deliver_copies(self, pick: int, copies: int, grouped: bool) -> None:
        """Svix times out and sends again while the first attempt is still under way."""
        if not self.waiting:
            return
        message = self.waiting.pop(pick % len(self.waiting))
        self.send([message] * copies, grouped)

    def send(self, batch: list[Message], grouped: bool = False, failing: int | None = None) -> None:
        self.arena.troubles[0].after(failing)
        failed = (self.arena.post_in_groups if grouped else self.arena.post_together)(batch)
        self.arena.troubles[0].after(None)
        self.waiting += failed
        self.answered += [message for message in batch if message not in failed]

    def teardown(self) -> None:
        """Svix delivers the rest, in whatever order: now the rows are those of the ordered history."""
        random.Random(self.seed).shuffle(self.waiting)
        while self.waiting:
            batch = [self.waiting.pop() for _ in range(min(6, len(self.waiting)))]
            self.send(batch, grouped=len(self.waiting) % 2 == 0)
        self.arena.check(self.world)


def test_any_order_duplication_and_concurrency_ends_with_the_rows_of_the_ordered_history(
    the_arena: Arena,
) -> None:
    machine = type("Machine", (Deliveries,), {"arena": the_arena})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
