"""Exercise 2: one row, written at login and by webhook.

Users have one address, except in ex2.6: who reads the wrong one loses that point and no other. The version
column is compared where versions are the point (ex2.4, ex2.5), the values everywhere.
"""

from dataclasses import dataclass

from grader.checks import Bench, Check, Failure, Lab, criterion
from grader.checks.bench import Request
from grader.checks.failure import describe
from grader.checks.two_paths import SYNC_PATH, VALUES, VERSION, Login, Snapshot, Story
from grader.sandbox.http import Response
from grader.sender import Delivery, Event, SimulatedClerk, User, faults

PAUSE_MS = 10_000
"""Between two versions: more than the second that tokens count in, little of the hour that clocks have."""
RACERS = 10
"""Users of the race: a server that lets chance decide would have to be lucky for each of them."""


def precondition(bench: Bench, lab: Lab) -> None:
    """An ordinary signed delivery is accepted and leaves its row; with a random signature it is refused."""
    clerk = lab.clerk("precondition")
    user = clerk.create_user()
    delivery = lab.sender.deliver(clerk.user_created(user))
    bench.refuse(faults.signature_random(delivery))
    bench.accept(delivery)
    if not bench.db.count("users", "clerk_id = ?", user.id):
        raise Failure(
            sent=delivery.label,
            expected="une ligne dans users",
            received="aucune ligne",
            deliveries=[delivery],
        )


def move(clerk: SimulatedClerk, user: User) -> None:
    """Change the user's only address, a while later."""
    clerk.advance(PAUSE_MS)
    user.add_email(primary=True)
    user.change(email_addresses=user.data()["email_addresses"][-1:])


def instant(clerk: SimulatedClerk) -> int:
    """Let a while pass and give the present second: later than all before, earlier than all after."""
    clerk.advance(PAUSE_MS)
    return clerk.now_ms // 1000


@criterion(
    "ex2.1",
    anchor="login-upsert",
    parts=("première connexion", "connexion suivante", "mauvais jeton refusé"),
)
def test_login(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """La première connexion crée la ligne, la suivante la met à jour."""
    story = Story(bench, lab)
    user = clerk.create_user()
    count = bench.db.count("users")
    with check.part("première connexion"):
        sent = "première connexion d'un inconnu"
        story.expect(story.signs_in(user, instant(clerk), sent), sent)
    with check.part("connexion suivante"):
        sent = "première connexion, user.updated, puis une connexion plus récente"
        move(clerk, user)
        story.arrives(clerk.user_updated(user))
        move(clerk, user)
        user.rename()
        story.expect(story.signs_in(user, instant(clerk), sent), sent)
        if bench.db.count("users") != count + 1:
            raise Failure(
                sent=sent, expected="une seule ligne pour l'utilisateur", received="un autre nombre de lignes"
            )
    with check.part("mauvais jeton refusé"):
        refuse_bad_tokens(story, lab, clerk)


def refuse_bad_tokens(story: Story, lab: Lab, clerk: SimulatedClerk) -> None:
    """Demand that no bad token gets in nor writes, and that the good one of the same user does."""
    user = clerk.create_user()
    now = instant(clerk)
    issue = lab.tokens.headers
    bad: dict[str, dict[str, str]] = {
        "sans jeton": {},
        "avec un jeton qui n'en est pas un": {"authorization": f"Bearer {user.id}"},
        "avec un jeton signé par une autre clé": issue(user, issued_at=now, other_key=True),
        "avec un jeton expiré": issue(user, issued_at=now, exp=now + 60),
        "avec le jeton d'une autre application": issue(user, issued_at=now, azp="https://else.example.com"),
    }
    for said, headers in bad.items():
        response = story.bench.request("POST", SYNC_PATH, headers=headers)
        written = story.row(user.id) is not None
        if not response.refused or written:
            received = describe(response) + (" et une ligne écrite" if written else "")
            raise Failure(
                sent=f"connexion {said}", expected="un refus (4xx), rien d'écrit", received=received
            )
    sent = "première connexion d'un inconnu"
    story.expect(story.signs_in(user, now, sent), sent)


@criterion("ex2.2", anchor="webhook-without-login", parts=("changement", "suppression"))
def test_without_login(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Sans aucune connexion, tout arrive par webhook."""
    story = Story(bench, lab)
    # A second begins: what follows happens in it, and is told apart in milliseconds only.
    clerk.advance(1000 - clerk.now_ms % 1000)
    user = clerk.create_user()
    with check.part("changement"):
        told(story, clerk.user_created(user), "user.created")
        user.change(first_name=clerk.identities.first_name())
        told(story, clerk.user_updated(user), "user.created, puis un user.updated dans la même seconde")
        move(clerk, user)
        user.change(last_name=None)
        told(story, clerk.user_updated(user), "user.updated avec une autre adresse et sans nom de famille")
    with check.part("suppression"):
        # Living, whatever it says: the change is another part.
        story.expect(Snapshot.of(clerk.user_updated(user)), "user.created puis user.updated", "clerk_id")
        story.arrives(clerk.user_deleted(user))
        story.expect_gone(user.id, "user.created, user.updated, puis user.deleted")


@criterion(
    "ex2.3",
    anchor="update-before-create",
    parts=("mise à jour d'un inconnu", "création en retard, sans dommage"),
)
def test_update_first(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Une mise à jour arrivée avant la création crée la ligne."""
    story = Story(bench, lab)
    user = clerk.create_user()
    created = clerk.user_created(user)
    move(clerk, user)
    updated = clerk.user_updated(user)
    with check.part("mise à jour d'un inconnu"):
        story.arrives(updated)
        story.expect(Snapshot.of(updated), "user.updated d'un inconnu")
    with check.part("création en retard, sans dommage"):
        sent = "user.updated, puis le user.created qui le précédait"
        before = story.expect(Snapshot.of(updated), sent)
        story.arrives(created)
        story.expect_unchanged(before, sent)


@criterion(
    "ex2.4",
    anchor="version-guard",
    parts=(
        "événement plus ancien",
        "événement de version égale",
        "jeton plus ancien",
        "jeton de version égale",
        "événement plus ancien que la suppression",
        "jeton plus ancien que la suppression",
    ),
)
def test_never_backwards(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Une version plus ancienne ou égale n'écrase rien."""
    with check.part("événement plus ancien"):
        older_event(Story(bench, lab), clerk)
    with check.part("événement de version égale"):
        equal_event(Story(bench, lab), clerk)
    with check.part("jeton plus ancien"):
        older_token(Story(bench, lab), clerk)
    with check.part("jeton de version égale"):
        equal_token(Story(bench, lab), clerk)
    with check.part("événement plus ancien que la suppression"):
        event_after_deletion(Story(bench, lab), clerk)
        creation_after_deletion(Story(bench, lab), clerk)
    with check.part("jeton plus ancien que la suppression"):
        token_after_deletion(Story(bench, lab), clerk)


def older_event(story: Story, clerk: SimulatedClerk) -> None:
    """Two events in order, both written; then one from between them."""
    user = clerk.create_user()
    story.arrives(clerk.user_created(user))
    move(clerk, user)
    between = clerk.user_updated(user)
    move(clerk, user)
    newest = clerk.user_updated(user)
    story.arrives(newest)
    before = story.expect(Snapshot.of(newest), "user.created puis user.updated")
    story.arrives_late(between)
    story.expect_unchanged(
        before, "user.created, user.updated, puis un user.updated plus ancien que le premier"
    )


def equal_event(story: Story, clerk: SimulatedClerk) -> None:
    """Two events in order, both written; then one of the same version that says something else."""
    user = clerk.create_user()
    story.arrives(clerk.user_created(user))
    move(clerk, user)
    newest = clerk.user_updated(user)
    story.arrives(newest)
    before = story.expect(Snapshot.of(newest), "user.created puis user.updated")
    move(clerk, user)
    other = clerk.user_updated(user).with_data(updated_at=newest.data["updated_at"])
    story.arrives_late(other)
    story.expect_unchanged(before, "user.updated, puis un autre de même updated_at, aux valeurs différentes")


def older_token(story: Story, clerk: SimulatedClerk) -> None:
    """A login that is written, then an event that is; then a token from between them."""
    user = clerk.create_user()
    sent = "première connexion d'un inconnu"
    story.expect(story.signs_in(user, instant(clerk), sent), sent)
    between = instant(clerk)
    move(clerk, user)
    newest = clerk.user_updated(user)
    story.arrives(newest)
    before = story.expect(Snapshot.of(newest), "une connexion, puis un user.updated plus récent")
    move(clerk, user)
    sent = "user.updated, puis une connexion dont le jeton est plus ancien que lui"
    story.signs_in(user, between, sent)
    story.expect_unchanged(before, sent)


def equal_token(story: Story, clerk: SimulatedClerk) -> None:
    """A login that is written; then one with a token of the same second that says something else."""
    user = clerk.create_user()
    now = instant(clerk)
    sent = "première connexion d'un inconnu"
    before = story.expect(story.signs_in(user, now, sent), sent)
    move(clerk, user)
    sent = "une connexion, puis une autre dont le jeton a le même iat et d'autres valeurs"
    story.signs_in(user, now, sent)
    story.expect_unchanged(before, sent)


def event_after_deletion(story: Story, clerk: SimulatedClerk) -> None:
    """A user seen, then deleted; then the creation again, and an update that the deletion overtook."""
    user = clerk.create_user()
    created = clerk.user_created(user)
    story.arrives(created)
    story.expect(Snapshot.of(created), "user.created")
    move(clerk, user)
    overtaken = clerk.user_updated(user)
    clerk.advance(PAUSE_MS)
    story.arrives(clerk.user_deleted(user))
    story.expect_gone(user.id, "user.created puis user.deleted")
    story.arrives_late(overtaken)
    story.expect_gone(
        user.id, "user.created, user.deleted, puis un user.updated plus ancien que la suppression"
    )
    story.arrives_late(created)
    story.expect_gone(user.id, "user.created, user.deleted, puis de nouveau le user.created")


def creation_after_deletion(story: Story, clerk: SimulatedClerk) -> None:
    """A user of whom the deletion is the first thing heard; then the creation, late."""
    user = clerk.create_user()
    created = clerk.user_created(user)
    clerk.advance(PAUSE_MS)
    story.arrives(clerk.user_deleted(user))
    story.arrives_late(created)
    story.expect_gone(user.id, "user.deleted d'un inconnu, puis son user.created en retard")


def token_after_deletion(story: Story, clerk: SimulatedClerk) -> None:
    """A user seen by a login, then deleted; then a token from between them."""
    user = clerk.create_user()
    sent = "première connexion d'un inconnu"
    story.expect(story.signs_in(user, instant(clerk), sent), sent)
    between = instant(clerk)
    clerk.advance(PAUSE_MS)
    story.arrives(clerk.user_deleted(user))
    story.expect_gone(user.id, "une connexion, puis user.deleted")
    sent = "user.deleted, puis une connexion dont le jeton est plus ancien que la suppression"
    story.signs_in(user, between, sent)
    story.expect_gone(user.id, sent)


@dataclass(frozen=True)
class Racer:
    """A user of the race: what the row must end as, and what is sent."""

    newest: Snapshot
    sent: tuple[Delivery | Login, ...]


@criterion(
    "ex2.5",
    anchor="concurrent-writes",
    parts=("une seule ligne par utilisateur", "version la plus récente", "connexions en 2xx"),
)
def test_at_once(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Connexions et webhooks simultanés laissent la version la plus récente."""
    story = Story(bench, lab)
    racers = [racer(story, lab, clerk, number) for number in range(RACERS)]
    with bench.twin() as twin:
        # The second process is ready before the race, and knows a forgery when it sees one.
        twin.refuse(faults.signature_random(lab.sender.deliver(clerk.user_created(clerk.create_user()))))
        answers = race((bench, twin), racers)
    for sent, answer in answers:
        if isinstance(sent, Delivery) and not (answer and answer.accepted):
            story.settle(lab.sender.resend(sent))
    said = (
        f"deux processus, {RACERS} utilisateurs, pour chacun deux livraisons et une connexion en même temps"
    )
    # Judged first: the answer to a login says more of what went wrong than the row that it did not write.
    with check.part("connexions en 2xx"):
        for sent, answer in answers:
            if isinstance(sent, Login) and not (answer and answer.accepted):
                received = describe(answer) if answer else "aucune réponse"
                raise Failure(sent=said, expected="2xx à chaque connexion", received=received)
    with check.part("une seule ligne par utilisateur"):
        rows = sum(bench.db.count("users", "clerk_id = ?", one.newest.clerk_id) for one in racers)
        if rows != RACERS:
            raise Failure(sent=said, expected=f"{RACERS} lignes", received=f"{rows} lignes")
    with check.part("version la plus récente"):
        for one in racers:
            story.deliveries = [sent for sent in one.sent if isinstance(sent, Delivery)]
            story.expect(one.newest, said, *VALUES, VERSION)


def racer(story: Story, lab: Lab, clerk: SimulatedClerk, number: int) -> Racer:
    """Let a user live through three versions: the known end with an update or a login, the others with a login.

    Whether an update finds its row is judged by ex2.3: here it is the newest only of users who have a row.
    """
    user = clerk.create_user()
    first = clerk.user_created(user)
    unknown, login_is_newest = number % 3 == 1, number % 3 != 0
    if not unknown:
        story.arrives(first)
        move(clerk, user)
        first = clerk.user_updated(user)
    versions: list[tuple[Snapshot, Delivery | Login]] = [(Snapshot.of(first), lab.sender.deliver(first))]
    for login_now in (not login_is_newest, login_is_newest):
        move(clerk, user)
        if login_now:
            login = Login.of(lab.tokens, user, instant(clerk))
            versions.append((login.snapshot, login))
        else:
            updated = clerk.user_updated(user)
            versions.append((Snapshot.of(updated), lab.sender.deliver(updated)))
    sent = [each for _, each in versions]
    # Who waits longest for a lock of SQLite looks at it least often: what is sent last tends to be written
    # first, and an old version over it. A few send the newest first, should a server wait in another way.
    return Racer(versions[-1][0], tuple(reversed(sent) if number % 4 == 0 else sent))


def race(benches: tuple[Bench, Bench], racers: list[Racer]) -> list[tuple[Delivery | Login, Response | None]]:
    """Send everything at once; what is sent for one user goes to one process and the other in turn."""
    entries = [
        (one.sent[turn], benches[(number + turn) % 2])
        for turn in range(3)
        for number, one in enumerate(racers)
    ]
    answers = benches[0].together([(bench, request_of(sent)) for sent, bench in entries])
    return [(sent, answer) for (sent, _), answer in zip(entries, answers, strict=True)]


def request_of(sent: Delivery | Login) -> Request:
    """Write a delivery or a login as one request of a race."""
    if isinstance(sent, Delivery):
        return Request.of(sent)
    return Request(sent.headers, path=SYNC_PATH)


@criterion(
    "ex2.6",
    anchor="primary-email",
    parts=(
        "adresse désignée, où qu'elle soit dans la liste",
        "aucune adresse désignée",
        "adresse désignée absente de la liste",
    ),
)
def test_designated_email(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """L'adresse est celle que Clerk désigne, ou aucune."""
    story = Story(bench, lab)
    user = clerk.create_user(emails=3)
    with check.part("adresse désignée, où qu'elle soit dans la liste"):
        told(story, clerk.user_created(user), "user.created qui désigne la première de 3 adresses")
        for place, address in enumerate(user.emails[1:], start=2):
            clerk.advance(PAUSE_MS)
            user.set_primary(address)
            told(story, clerk.user_updated(user), f"user.updated qui désigne l'adresse n° {place} de 3")
    with check.part("aucune adresse désignée"):
        clerk.advance(PAUSE_MS)
        user.set_primary(None)
        told(story, clerk.user_updated(user), "user.updated qui ne désigne plus aucune des 3 adresses")
        by_phone = clerk.create_user(emails=0, phones=1)
        told(Story(bench, lab), clerk.user_created(by_phone), "user.created d'un compte sans adresse")
    with check.part("adresse désignée absente de la liste"):
        for addresses in (1, 2):
            event = clerk.user_created(clerk.create_user(emails=addresses))
            absent = event.with_data(email_addresses=event.data["email_addresses"][1:])
            told(Story(bench, lab), absent, "user.created qui désigne une adresse absente de la liste")


def told(story: Story, event: Event, sent: str) -> None:
    """Deliver an event and demand what it tells in the row."""
    story.arrives(event)
    story.expect(Snapshot.of(event), sent)
