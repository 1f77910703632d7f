"""What a journal is given to tell: the life of one user, a failure, what is of no use, and a hostile id."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from grader.checks.bench import Bench
from grader.checks.journal import Journal, Told
from grader.checks.lab import Lab
from grader.checks.unusable import cut_short, unknown_types
from grader.sender import Delivery, SimulatedClerk, User, faults

MINUTE_MS = 60_000


def talkative(clerk: SimulatedClerk) -> User:
    """Make a user of whom there is much to tell."""
    return clerk.create_user(emails=2, phones=1, username=True, external_id=True, metadata=True)


def fail(bench: Bench, journal: Journal, delivery: Delivery, user: User) -> None:
    """Deliver while the database refuses this user's row: what is said of it is searched like the rest."""
    bench.db.execute(
        f"CREATE TRIGGER grader_failure BEFORE INSERT ON users WHEN NEW.clerk_id = '{user.id}'"
        " BEGIN SELECT json_extract('{', '$'); END"
    )
    try:
        journal.send(delivery)
    finally:
        bench.db.execute("DROP TRIGGER grader_failure")


def story(lab: Lab, clerk: SimulatedClerk, user: User) -> Iterator[tuple[Delivery, str]]:
    """Tell what happens to one user, each delivery with the outcome that the statement gives it."""
    early = clerk.user_created(user)
    created = lab.sender.deliver(early)
    yield created, "processed"
    again = lab.sender.resend(created)
    yield replace(again, label=f"{again.label}, pour la seconde fois"), "duplicate"
    clerk.advance(MINUTE_MS)
    user.rename()
    yield lab.sender.deliver(clerk.user_updated(user)), "processed"
    late = lab.sender.deliver(early)
    yield replace(late, label=f"{late.label}, plus ancienne que la ligne"), "stale"
    yield lab.sender.deliver(clerk.session_created(clerk.open_session(user))), "processed"
    forged = faults.signature_random(lab.sender.deliver(clerk.user_created(clerk.create_user())))
    yield forged, "rejected"


def of_no_use(bench: Bench, lab: Lab, clerk: SimulatedClerk, rng: Random, journal: Journal) -> Iterator[Told]:
    """Deliver what ex5.2 judges; here a line must only say what the rows say, where they say it."""
    unknown, broken = unknown_types(lab, clerk, rng)[0], cut_short(lab, clerk, rng)
    rows = {
        "ignored": (unknown, "SELECT 1 FROM inbox WHERE outcome = 'ignored' AND svix_id = ?"),
        "dead": (broken, "SELECT 1 FROM dead_letters WHERE svix_id = ?"),
    }
    for outcome, (delivery, sql) in rows.items():
        _, known = journal.deliver(delivery)
        if bench.db.one(sql, delivery.svix_id):
            yield Told(delivery, outcome, journal.line_of(delivery, known))


def hostile(lab: Lab, clerk: SimulatedClerk, rng: Random, journal: Journal) -> None:
    """Send an id that breaks a line put together by hand; how it is written is the student's choice."""
    forged = faults.signature_random(lab.sender.deliver(clerk.user_created(clerk.create_user())))
    forged = faults.header_replaced(forged, "svix-id", f'msg_"{rng.randrange(10**9)}')
    known = len(journal.lines(outcome="rejected"))
    journal.send(forged)
    journal.line_of(forged, known, outcome="rejected")
