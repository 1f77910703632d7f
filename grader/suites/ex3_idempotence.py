"""Exercise 3: a delivery counts once, whatever happens to it."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress

from grader.checks import Bench, Check, Failure, Lab, criterion
from grader.checks.bench import ATTEMPTS, Request
from grader.checks.failure import describe
from grader.checks.tallies import (
    LOGIN_NOTICE,
    WELCOME,
    Tally,
    effects,
    effects_in_words,
    eventually,
    logins_in_words,
    tally,
)
from grader.sender import Delivery, Event, SimulatedClerk, User, faults

LOCKED_S = 0.06
"""How long the write lock is held to see whether a server answers before it can have written anything."""
USERS_AT_ONCE = 4
BREAKDOWN = "grader_breakdown"


def precondition(bench: Bench, lab: Lab) -> None:
    """An ordinary signed delivery is accepted and leaves its row."""
    known_user(bench, lab, lab.clerk("precondition"))


def arrive(bench: Bench, delivery: Delivery) -> None:
    """Demand that the delivery is accepted, and that the same one wrongly signed was refused."""
    bench.refuse(faults.signature_random(delivery))
    bench.accept(delivery)


def known_user(bench: Bench, lab: Lab, clerk: SimulatedClerk) -> User:
    """Make a user whose creation was delivered and has left its row."""
    user = clerk.create_user()
    delivery = lab.sender.deliver(clerk.user_created(user))
    arrive(bench, delivery)
    if not eventually(lambda: bench.db.count("users", "clerk_id = ?", user.id), 1):
        raise Failure(
            sent=delivery.label, expected="une ligne dans users", received="aucune ligne",
            deliveries=[delivery],
        )  # fmt: skip
    return user


def login(lab: Lab, clerk: SimulatedClerk, user: User) -> Delivery:
    """Let the user sign in, and make the delivery that tells it."""
    return lab.sender.deliver(clerk.session_created(clerk.open_session(user)))


def demand_logins(found: Tally, wanted: int, sent: str, delivery: Delivery) -> None:
    """Demand a number of counted logins."""
    if found.logins != wanted:
        expected, received = logins_in_words(wanted), logins_in_words(found.logins)
        raise Failure(sent=sent, expected=expected, received=received, deliveries=[delivery])


def demand_notices(found: Tally, wanted: int, sent: str, delivery: Delivery) -> None:
    """Demand a number of effects `login_notice`."""
    if found.notices != wanted:
        expected, received = (effects_in_words(count, LOGIN_NOTICE) for count in (wanted, found.notices))
        raise Failure(sent=sent, expected=expected, received=received, deliveries=[delivery])


def demand(found: Tally, wanted: int, sent: str, delivery: Delivery) -> None:
    """Demand a number of logins, each with its effect."""
    demand_logins(found, wanted, sent, delivery)
    demand_notices(found, wanted, sent, delivery)


@criterion(
    "ex3.1",
    anchor="idempotence-duplicate",
    parts=("connexion comptée une fois", "un seul effet", "réponses 2xx"),
)
def test_duplicate(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Une livraison reçue trois fois ne compte qu'une fois."""
    user = known_user(bench, lab, clerk)
    delivery = login(lab, clerk, user)
    arrive(bench, delivery)
    once = tally(bench.db, user, 1)
    with check.part("réponses 2xx"):
        for _ in range(2):
            again(bench, lab, delivery, "reçue une fois de plus")
    thrice = tally(bench.db, user)
    sent = f"{delivery.label}, reçue trois fois"
    with check.part("connexion comptée une fois"):
        demand_logins(once, 1, delivery.label, delivery)
        demand_logins(thrice, 1, sent, delivery)
    with check.part("un seul effet"):
        demand_notices(once, 1, delivery.label, delivery)
        demand_notices(thrice, 1, sent, delivery)


def again(bench: Bench, lab: Lab, delivery: Delivery, moment: str) -> None:
    """Demand that a duplicate is accepted: same id, same body, signed afresh."""
    try:
        bench.accept(lab.sender.resend(delivery))
    except Failure as failure:
        failure.sent = f"{delivery.label}, {moment}"
        raise


@criterion("ex3.2", anchor="idempotence-restart")
def test_restart(lab: Lab, clerk: SimulatedClerk) -> None:
    """Le doublon est reconnu après un arrêt brutal."""
    with lab.bench() as killed:
        user = known_user(killed, lab, clerk)
        delivery = login(lab, clerk, user)
        kill_once_answered(killed, lab, delivery)
        with killed.twin() as restarted:
            restarted.refuse(faults.signature_random(delivery))
            sent = f"{delivery.label}, puis arrêt brutal dès la réponse et redémarrage"
            demand(tally(restarted.db, user, 1), 1, sent, delivery)
            again(restarted, lab, delivery, "renvoyée après l'arrêt brutal")
            sent = f"{delivery.label}, et la même après l'arrêt brutal"
            demand(tally(restarted.db, user), 1, sent, delivery)


def kill_once_answered(bench: Bench, lab: Lab, delivery: Delivery) -> None:
    """Kill the server as soon as it has accepted the delivery.

    While the write lock is held, nothing can be written: what is accepted all the same would be lost.
    """
    with ThreadPoolExecutor(1) as pool:
        with bench.db.write_lock():
            answer = pool.submit(bench.send, delivery)
            wait([answer], LOCKED_S)
            if answer.done() and not answer.exception() and answer.result().accepted:
                bench.kill()
        accepted = answer.result().accepted
    if not accepted:
        bench.accept(lab.sender.resend(delivery))
    bench.kill()


@criterion("ex3.3", anchor="idempotence-concurrent")
def test_at_once(lab: Lab, clerk: SimulatedClerk) -> None:
    """Deux exemplaires reçus ensemble ne comptent qu'une fois."""
    with lab.bench() as one:
        users = [known_user(one, lab, clerk)]
        with one.twin() as other:
            benches = (other, one)
            users += [known_user(benches[number % 2], lab, clerk) for number in range(USERS_AT_ONCE - 1)]
            deliveries = [login(lab, clerk, user) for user in users]
            copies = [(bench, delivery) for delivery in deliveries for bench in benches]
            answers = one.together([(bench, Request.of(delivery)) for bench, delivery in copies])
            for (bench, delivery), answer in zip(copies, answers, strict=True):
                if answer is None or not answer.accepted:
                    retry(bench, lab, delivery)
            for user, delivery in zip(users, deliveries, strict=True):
                sent = f"{delivery.label}, un exemplaire à chacun des deux processus"
                demand(tally(one.db, user, 1), 1, sent, delivery)


def retry(bench: Bench, lab: Lab, delivery: Delivery) -> None:
    """Send again what was not accepted, as often as Svix is played here; only the final rows are judged."""
    with suppress(Failure):
        for _ in range(ATTEMPTS - 1):
            if bench.send(lab.sender.resend(delivery)).accepted:
                return


@criterion(
    "ex3.4",
    anchor="one-transaction",
    parts=(
        "réponse 5xx pendant la panne",
        "rien de compté pendant la panne",
        "livraison non marquée pendant la panne",
        "nouvelle tentative comptée une fois, avec un effet",
    ),
)
def test_failure_midway(lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Une panne au milieu n'écrit rien, la nouvelle tentative compte."""
    with lab.bench() as bench:
        luckier, user = known_user(bench, lab, clerk), known_user(bench, lab, clerk)
        unmarked = bench.db.count("inbox")
        earlier, delivery = login(lab, clerk, luckier), login(lab, clerk, user)
        arrive(bench, earlier)
        before = tally(bench.db, luckier, 1)
        marks = eventually(lambda: bench.db.count("inbox") - unmarked, 1)
        with check.part("réponse 5xx pendant la panne"), broken_outbox(bench):
            demand_server_error(bench, delivery)
        sent = f"{delivery.label}, pendant la panne"
        with check.part("rien de compté pendant la panne"):
            demand(before, 1, f"{earlier.label}, avant la panne", earlier)
            demand(tally(bench.db, user), 0, sent, delivery)
        with check.part("livraison non marquée pendant la panne"):
            demand_marks(marks, 1, f"{earlier.label}, avant la panne", earlier)
            demand_marks(bench.db.count("inbox") - unmarked - marks, 0, sent, delivery)
        with check.part("nouvelle tentative comptée une fois, avec un effet"):
            again(bench, lab, delivery, "renvoyée après la panne")
            demand(tally(bench.db, user, 1), 1, f"{delivery.label}, renvoyée après la panne", delivery)


@contextmanager
def broken_outbox(bench: Bench) -> Iterator[None]:
    """Let every insertion into `outbox` fail with an operational error (rule 6 of the contract)."""
    raising = "BEGIN SELECT json_extract('{', '$'); END"
    bench.db.execute(f"CREATE TRIGGER {BREAKDOWN} BEFORE INSERT ON outbox {raising}")
    try:
        yield
    finally:
        bench.db.execute(f"DROP TRIGGER IF EXISTS {BREAKDOWN}")


def demand_server_error(bench: Bench, delivery: Delivery) -> None:
    """Demand that the delivery is answered 5xx: anything else tells Svix that the server is not at fault."""
    response = bench.send(delivery)
    if response.status < 500:
        sent, received = f"{delivery.label}, pendant la panne", describe(response)
        raise Failure(sent=sent, expected="une réponse 5xx", received=received, deliveries=[delivery])


def demand_marks(found: int, wanted: int, sent: str, delivery: Delivery) -> None:
    """Demand that the delivery has left a row in `inbox`, or none."""
    if found != wanted:
        said = ("aucune ligne de plus dans inbox", "une ligne de plus dans inbox")
        received = said[found] if found in (0, 1) else "un autre nombre de lignes dans inbox"
        raise Failure(sent=sent, expected=said[wanted], received=received, deliveries=[delivery])


@criterion(
    "ex3.5",
    anchor="event-identity",
    parts=("seconde connexion comptée, avec son effet", "mise à jour écrite dans la ligne"),
)
def test_not_a_duplicate(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Une autre livraison du même utilisateur n'est pas un doublon."""
    user = known_user(bench, lab, clerk)
    first = login(lab, clerk, user)
    arrive(bench, first)
    once = tally(bench.db, user, 1)
    with check.part("mise à jour écrite dans la ligne"):
        for _ in range(2):
            delivery = lab.sender.deliver(changed(clerk, user))
            arrive(bench, delivery)
            demand_row(bench, user, delivery)
    second = login(lab, clerk, user)
    with check.part("seconde connexion comptée, avec son effet"):
        demand(once, 1, first.label, first)
        arrive(bench, second)
        sent = f"{second.label}, sous un second svix-id"
        demand(tally(bench.db, user, 2), 2, sent, second)
        if effects(bench.db, user, LOGIN_NOTICE, second.svix_id) != 1:
            expected = "un effet qui porte le svix_id de sa livraison"
            raise Failure(sent=sent, expected=expected, received="un autre svix_id", deliveries=[second])


def changed(clerk: SimulatedClerk, user: User) -> Event:
    """Let the user take other names and another address, and tell it."""
    user.rename(first_name=clerk.identities.first_name(), last_name=clerk.identities.last_name())
    user.add_email(primary=True)
    return clerk.user_updated(user)


def demand_row(bench: Bench, user: User, delivery: Delivery) -> None:
    """Demand that the row says what the user is now."""
    where = "clerk_id = ? AND email = ? AND first_name = ? AND last_name = ?"
    now = (user.id, user.primary_email, user.first_name, user.last_name)
    if not eventually(lambda: bench.db.count("users", where, *now), 1):
        raise Failure(
            sent=delivery.label, expected="les noms et l'adresse de la mise à jour dans users",
            received="d'autres valeurs", deliveries=[delivery],
        )  # fmt: skip


@criterion(
    "ex3.6",
    anchor="effects-outbox",
    parts=(
        "mise à jour arrivée avant la création",
        "mise à jour arrivée après la création",
        "seconde création sous un autre svix-id",
        "aucun effet pour une version plus ancienne",
        "aucun effet après la suppression",
    ),
)
def test_effects_due(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Un utilisateur reçoit un seul message de bienvenue, s'il est dû."""
    for title, order in zip(check.parts, ((1, 0), (0, 1), (0, 0)), strict=False):
        with check.part(title):
            user = clerk.create_user()
            events = (clerk.user_created(user), changed(clerk, user))
            welcomed_once(bench, lab, user, [events[place] for place in order])
    with check.part("aucun effet pour une version plus ancienne"):
        nothing_for_older(bench, lab, clerk)
    with check.part("aucun effet après la suppression"):
        nothing_once_deleted(bench, lab, clerk)


def welcomed_once(bench: Bench, lab: Lab, user: User, events: Sequence[Event]) -> list[Delivery]:
    """Deliver the events in this order, and give the deliveries: the first writes the one `welcome_email`."""
    sent: list[Delivery] = []
    for event in events:
        sent.append(lab.sender.deliver(event))
        arrive(bench, sent[-1])
        found = eventually(lambda: effects(bench.db, user, WELCOME), 1)
        if found != 1:
            order = " puis ".join(delivery.type or "" for delivery in sent)
            expected, received = (effects_in_words(count, WELCOME) for count in (1, found))
            raise Failure(sent=order, expected=expected, received=received, deliveries=sent)
    return sent


def nothing_for_older(bench: Bench, lab: Lab, clerk: SimulatedClerk) -> None:
    """Deliver a creation, the second of two changes, then the first: this last one is due no effect."""
    user = clerk.create_user()
    creation, older, newer = clerk.user_created(user), changed(clerk, user), changed(clerk, user)
    change = welcomed_once(bench, lab, user, [creation, newer])[-1]
    demand_row(bench, user, change)
    before = bench.db.count("outbox")
    late = lab.sender.deliver(older)
    arrive(bench, late)
    demand_nothing_new(bench, before, [late], "plus ancienne que la ligne")


def nothing_once_deleted(bench: Bench, lab: Lab, clerk: SimulatedClerk) -> None:
    """Delete a user who was never seen, and one who was; what comes after is due no effect."""
    stranger, user = clerk.create_user(), clerk.create_user()
    births = [clerk.user_created(user), clerk.user_created(stranger)]
    arrive(bench, lab.sender.deliver(clerk.user_deleted(stranger)))
    welcomed_once(bench, lab, user, births[:1])
    known = login(lab, clerk, user)
    arrive(bench, known)
    demand(tally(bench.db, user, 1), 1, known.label, known)
    late = [clerk.session_created(clerk.open_session(user)), changed(clerk, user), *births]
    deletion = lab.sender.deliver(clerk.user_deleted(user))
    arrive(bench, deletion)
    demand_deleted(bench, user, deletion)
    before = bench.db.count("outbox")
    deliveries = [lab.sender.deliver(event) for event in late]
    for delivery in deliveries:
        arrive(bench, delivery)
    demand_nothing_new(bench, before, deliveries, "après la suppression")


def demand_deleted(bench: Bench, user: User, delivery: Delivery) -> None:
    """Demand that the user is gone: no row, or one that says so."""
    if not eventually(lambda: 1 - bench.db.count("users", "clerk_id = ? AND deleted_at IS NULL", user.id), 1):
        raise Failure(
            sent=delivery.label, expected="la ligne supprimée, ou deleted_at renseigné",
            received="une ligne toujours vivante", deliveries=[delivery],
        )  # fmt: skip


def demand_nothing_new(bench: Bench, before: int, deliveries: Sequence[Delivery], why: str) -> None:
    """Demand that `outbox` still holds `before` rows; name the delivery that has added one."""
    if bench.db.count("outbox") <= before:
        return
    guilty = (d for d in deliveries if bench.db.count("outbox", "svix_id = ?", d.svix_id))
    delivery = next(guilty, deliveries[0])
    sent = f"{delivery.label}, {why}"
    raise Failure(sent=sent, expected="aucun effet", received="un effet de plus", deliveries=[delivery])
