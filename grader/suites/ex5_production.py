"""Exercise 5: settings, readiness, limits, tolerance, journal.

Only ex5.6 sends events of another instance, only ex5.3 bodies of an unexpected shape: who gets one of them wrong
loses that point and no other. Every other event is one of the instance that the server was given.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from grader.checks import Bench, Check, Database, Failure, Lab, criterion
from grader.checks.chunked import send_in_chunks
from grader.checks.database import Row
from grader.checks.failure import describe
from grader.checks.journal import Journal, Line, leaked, signatures_of
from grader.sandbox.http import Response
from grader.sender import BodyStyle, Delivery, Event, SimulatedClerk, User, dashboard_example, faults

MINUTE_MS = 60_000
DAY_MS = 86_400_000
IN_SECONDS_BELOW = 10**11
"""As in the statement: a smaller instant is in seconds."""

HUGE_BYTES = 2 << 20
LARGE_BYTES = 350_000
TABLES = ("users", "inbox", "outbox", "dead_letters")


def precondition(bench: Bench, lab: Lab) -> None:
    """An ordinary signed delivery is accepted and leaves its row."""
    clerk = at_home(lab, "precondition")
    event = clerk.user_created(clerk.create_user())
    recorded(bench, lab.sender.deliver(event), event)


def at_home(lab: Lab, purpose: str) -> SimulatedClerk:
    """Make a Clerk instance that bears the id which the server was given as its own."""
    clerk = lab.clerk(purpose)
    clerk.instance_id = lab.instance_id
    return clerk


def recorded(bench: Bench, delivery: Delivery, event: Event) -> Row:
    """Demand that the delivery is accepted with its row of users, and that wrongly signed it was refused without."""
    where = ("clerk_id = ?", event.data["id"])
    bench.refuse(faults.signature_random(delivery))
    if bench.db.count("users", *where):
        raise Failure(
            sent=faults.signature_random(delivery).label, expected="aucune ligne dans users", received="une ligne",
            deliveries=[delivery],
        )  # fmt: skip
    bench.accept(delivery)
    row = bench.db.one(f"SELECT * FROM users WHERE {where[0]}", where[1])
    if row is None:
        raise Failure(
            sent=delivery.label, expected="une ligne dans users", received="aucune ligne", deliveries=[delivery]
        )
    return row


def demand_row(bench: Bench, delivery: Delivery, event: Event, **expected: object) -> None:
    """Demand the row of a user with these values, those of the event's own data for the others."""
    row = recorded(bench, delivery, event)
    data = event.data
    usual = {
        "first_name": data.get("first_name"),
        "last_name": data.get("last_name"),
        "clerk_updated_at": data.get("updated_at"),
        "deleted_at": None,
    }
    for column, value in (usual | expected).items():
        if row[column] != value:
            raise Failure(
                sent=delivery.label, expected=f"users.{column} : {wanted_of(column, value)}",
                received=kind_of(row[column]), deliveries=[delivery],
            )  # fmt: skip


def wanted_of(column: str, value: object) -> str:
    """Say what a column should hold, without quoting it."""
    if value is None:
        return "NULL"
    return "l'instant envoyé, en millisecondes" if column.endswith("_at") else "la valeur envoyée"


def kind_of(value: object) -> str:
    """Say what a column holds by its kind alone."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return "un instant en secondes" if value < IN_SECONDS_BELOW else "un autre instant"
    return "une autre valeur"


@criterion(
    "ex5.1",
    anchor="health-readiness",
    parts=("serveur en vie", "base prête", "base écrasée : plus prête", "base écrasée : toujours en vie"),
)
def test_health(lab: Lab, check: Check) -> None:
    """/health dit que le serveur vit, /ready que sa base répond."""
    with lab.bench() as bench:
        with check.part("serveur en vie"):
            demand_status(bench, "/health", 200)
        with check.part("base prête"):
            demand_status(bench, "/ready", 200)
        overwrite(bench.db.path, lab.rng("ex5.1"))
        with check.part("base écrasée : plus prête"):
            demand_status(bench, "/ready", 503, " une fois la base écrasée")
        with check.part("base écrasée : toujours en vie"):
            demand_status(bench, "/health", 200, " une fois la base écrasée")


def demand_status(bench: Bench, path: str, status: int, when: str = "") -> None:
    """Demand exactly this answer to a GET."""
    response = bench.request("GET", path)
    if response.status != status:
        raise Failure(sent=f"GET {path}{when}", expected=f"une réponse {status}", received=describe(response))


def overwrite(path: Path, rng: Random) -> None:
    """Write noise over the database in place, and over the log and index that the WAL mode keeps beside it."""
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if file.exists():
            with file.open("r+b") as content:
                content.write(rng.randbytes(file.stat().st_size))


@criterion(
    "ex5.2",
    anchor="dead-letters",
    parts=(
        "type inconnu",
        "corps illisible",
        "corps qui n'est pas un objet",
        "événement sans identifiant",
        "livraison inutilisable reçue deux fois",
    ),
)
def test_what_will_not_heal(bench: Bench, lab: Lab, check: Check) -> None:
    """Ce qui ne guérira pas reçoit 2xx et laisse une trace, une seule."""
    clerk = at_home(lab, "ex5.2")
    rng = lab.rng("ex5.2")
    with check.part("type inconnu"):
        for event in unknown_events(clerk, rng):
            demand_ignored(bench, lab.sender.deliver(event))
    buried: list[Delivery] = []
    for title, deliveries in unusable(lab, clerk, rng).items():
        with check.part(title):
            for delivery in deliveries:
                demand_dead(bench, delivery)
                buried.append(delivery)
    with check.part("livraison inutilisable reçue deux fois"):
        for delivery in buried or [unreadable(lab, clerk, rng)]:
            demand_dead(bench, delivery, times="deux fois")


def unknown_events(clerk: SimulatedClerk, rng: Random) -> list[Event]:
    """Make an event of a real type that the exercise does not treat, and one of a type that nobody knows."""
    user = clerk.create_user()
    clerk.advance(MINUTE_MS)
    invented = f"user.{rng.choice(('merged', 'archived', 'renewed'))}V{rng.randint(2, 9)}"
    return [
        clerk.organization_created(clerk.create_organization(created_by=user)),
        clerk.user_updated(user).replace(type=invented),
    ]


def unreadable(lab: Lab, clerk: SimulatedClerk, rng: Random) -> Delivery:
    """Make a signed body that ends too soon to be JSON."""
    body = BodyStyle().write(clerk.user_created(clerk.create_user()).envelope())
    return lab.sender.deliver_bytes(body[: rng.randint(len(body) // 3, len(body) - 2)], label="corps JSON coupé")


def unusable(lab: Lab, clerk: SimulatedClerk, rng: Random) -> dict[str, list[Delivery]]:
    """Make what is signed and can never be used, by the part that it belongs to."""
    event = clerk.user_created(clerk.create_user())
    session = clerk.session_created(clerk.open_session(clerk.create_user()))
    deliver, raw, style = lab.sender.deliver, lab.sender.deliver_bytes, BodyStyle.draw(rng)
    listed = style.write([event.envelope()])
    return {
        "corps illisible": [
            unreadable(lab, clerk, rng),
            raw(f"merci {clerk.identities.company()} !".encode(), label="corps de texte ordinaire"),
        ],
        "corps qui n'est pas un objet": [
            raw(listed, label="corps qui est une liste JSON"),
            raw(b'"user.created"', label="corps qui est une chaîne JSON"),
            raw(b"null", label="corps « null »"),
        ],
        "événement sans identifiant": [
            deliver(event.without_data("id")),
            deliver(event.with_data(id=None)),
            deliver(session.without_data("user_id")),
        ],
    }


def demand_ignored(bench: Bench, delivery: Delivery) -> None:
    """Demand 2xx and a row of inbox that says `ignored`; wrongly signed, a refusal and no row."""
    refused_without_row(bench, delivery, "inbox")
    bench.accept(delivery)
    row = bench.db.one("SELECT outcome FROM inbox WHERE svix_id = ?", delivery.svix_id)
    if row is None or row["outcome"] != "ignored":
        raise Failure(
            sent=delivery.label, expected="une ligne d'inbox dont l'outcome est « ignored »",
            received="aucune ligne" if row is None else "une ligne avec un autre outcome", deliveries=[delivery],
        )  # fmt: skip


def demand_dead(bench: Bench, delivery: Delivery, times: str = "") -> None:
    """Demand 2xx and exactly one row of dead_letters, however often it comes; wrongly signed, a refusal."""
    refused_without_row(bench, delivery, "" if times else "dead_letters")
    bench.accept(delivery)
    found = bench.db.count("dead_letters", "svix_id = ?", delivery.svix_id)
    if found != 1:
        raise Failure(
            sent=f"{delivery.label}{times and f', {times}'}", expected="une ligne dans dead_letters",
            received=f"{found} lignes" if found else "aucune ligne", deliveries=[delivery],
        )  # fmt: skip


def refused_without_row(bench: Bench, delivery: Delivery, table: str) -> None:
    """Demand that the same body wrongly signed is refused, and leaves no row of its id in the table."""
    forged = faults.signature_random(delivery)
    bench.refuse(forged)
    if table and bench.db.count(table, "svix_id = ?", delivery.svix_id):
        raise Failure(
            sent=forged.label, expected=f"aucune ligne dans {table}", received="une ligne", deliveries=[forged]
        )


@criterion(
    "ex5.3",
    anchor="tolerant-parsing",
    parts=(
        "champs inconnus en plus",
        "champs facultatifs absents",
        "champs nuls",
        "exemple envoyé par le tableau de bord",
        "instant en secondes",
        "instant en millisecondes",
    ),
)
def test_tolerance(bench: Bench, lab: Lab, check: Check) -> None:
    """Une forme inattendue donne quand même la bonne ligne."""
    clerk = at_home(lab, "ex5.3")
    with check.part("champs inconnus en plus"):
        more_fields(bench, lab, clerk)
    with check.part("champs facultatifs absents"):
        fewer_fields(bench, lab, clerk)
    with check.part("champs nuls"):
        null_fields(bench, lab, clerk)
    with check.part("exemple envoyé par le tableau de bord"):
        event = dashboard_example(clerk)
        delivery = deliver(lab, event, "exemple user.created du tableau de bord")
        demand_row(bench, delivery, event, email=None)
    with check.part("instant en secondes"):
        instants(bench, lab, clerk, unit_ms=1000)
    with check.part("instant en millisecondes"):
        instants(bench, lab, clerk, unit_ms=1)


def deliver(lab: Lab, event: Event, label: str, **envelope: object) -> Delivery:
    """Write the event in a drawn style, with other fields of the envelope (`...` takes one away), and say what it is."""
    document = {name: value for name, value in {**event.envelope(), **envelope}.items() if value is not ...}
    body = BodyStyle.draw(lab.rng(f"style {label}")).write(document)
    return lab.sender.deliver_bytes(body, event.type, label=label)


def more_fields(bench: Bench, lab: Lab, clerk: SimulatedClerk) -> None:
    """Fields that nobody has documented yet, in the envelope, in the user and in its address."""
    name = f"beta_{lab.rng('ex5.3 field').randint(100, 999)}"
    user = clerk.create_user(emails=2)
    event = clerk.user_created(user)
    addresses = [{**address, name: True} for address in event.data["email_addresses"]]
    event = event.with_data(email_addresses=addresses, **{name: {"depuis": 2027}})
    event = event.replace(extra={name: ["a", 1, None]})
    demand_row(bench, deliver(lab, event, "user.created avec des champs inconnus"), event, email=user.primary_email)


def fewer_fields(bench: Bench, lab: Lab, clerk: SimulatedClerk) -> None:
    """What Clerk itself once left out, then all that a row can do without."""
    user = clerk.create_user()
    event = clerk.user_created(user).replace(instance_id=None, attributes=None)
    label = "user.created sans instance_id ni event_attributes"
    demand_row(bench, deliver(lab, event, label), event, email=user.primary_email)
    event = clerk.user_created(clerk.create_user())
    bare = event.replace(data={name: event.data[name] for name in ("id", "object", "updated_at")})
    demand_row(bench, deliver(lab, bare, "user.created sans nom ni adresse"), bare, email=None)
    event = clerk.user_created(clerk.create_user()).without_data("updated_at")
    label = "user.created sans updated_at"
    demand_row(bench, deliver(lab, event, label), event, clerk_updated_at=event.timestamp)
    event = clerk.user_created(clerk.create_user())
    demand_row(bench, deliver(lab, event, "user.created sans timestamp", timestamp=...), event)


def null_fields(bench: Bench, lab: Lab, clerk: SimulatedClerk) -> None:
    """The same fields, there and null."""
    event = clerk.user_created(clerk.create_user())
    kept = ("id", "object", "updated_at")
    nulls = event.with_data(**{name: None for name in event.data if name not in kept})
    label = "user.created dont presque tout est null"
    demand_row(bench, deliver(lab, nulls, label, event_attributes=None, instance_id=None), nulls, email=None)
    event = clerk.user_created(clerk.create_user()).with_data(updated_at=None)
    label = "user.created dont updated_at est null"
    demand_row(bench, deliver(lab, event, label), event, clerk_updated_at=event.timestamp)
    event = clerk.user_created(clerk.create_user())
    demand_row(bench, deliver(lab, event, "user.created dont timestamp est null", timestamp=None), event)


def instants(bench: Bench, lab: Lab, clerk: SimulatedClerk, unit_ms: int) -> None:
    """An envelope's instant in one unit, where it is the version of a user and where it is that of a deletion."""
    unit = "secondes" if unit_ms == 1000 else "millisecondes"
    event = clerk.user_created(clerk.create_user()).without_data("updated_at")
    stamp = event.timestamp // unit_ms
    told = deliver(lab, event, f"user.created sans updated_at, timestamp en {unit}", timestamp=stamp)
    demand_row(bench, told, event, clerk_updated_at=stamp * unit_ms)
    user = clerk.create_user()
    created = clerk.user_created(user)
    demand_row(bench, lab.sender.deliver(created), created, email=user.primary_email)
    clerk.advance(MINUTE_MS)
    gone = clerk.user_deleted(user)
    stamp = gone.timestamp // unit_ms
    demand_deleted(bench, deliver(lab, gone, f"user.deleted, timestamp en {unit}", timestamp=stamp), user, stamp * unit_ms)


def demand_deleted(bench: Bench, delivery: Delivery, user: User, at_ms: int) -> None:
    """Demand 2xx and the user gone, or marked with an instant in milliseconds (which one is the student's choice)."""
    bench.accept(delivery)
    row = bench.db.one("SELECT deleted_at FROM users WHERE clerk_id = ?", user.id)
    if row is None:
        return
    found = row["deleted_at"]
    if not isinstance(found, int) or abs(found - at_ms) > DAY_MS:
        raise Failure(
            sent=delivery.label, expected="users.deleted_at : un instant en millisecondes, ou la ligne retirée",
            received=kind_of(found), deliveries=[delivery],
        )  # fmt: skip


@criterion(
    "ex5.4",
    anchor="body-limit",
    parts=(
        "corps démesuré, taille annoncée",
        "corps démesuré, envoyé par morceaux",
        "grand corps légitime",
        "barre oblique finale",
    ),
)
def test_edge(bench: Bench, lab: Lab, check: Check) -> None:
    """Le serveur borne ce qu'il lit, et ne redirige pas."""
    clerk = at_home(lab, "ex5.4")
    with check.part("corps démesuré, taille annoncée"):
        too_large(bench, sized(lab, clerk, HUGE_BYTES, "corps de 2 Mio"), bench.send)
    with check.part("corps démesuré, envoyé par morceaux"):
        event, small = sized(lab, clerk, LARGE_BYTES, "corps de 350 ko envoyé par morceaux")
        accepted_in_chunks(bench, lab, event, small)
        huge = sized(lab, clerk, HUGE_BYTES, "corps de 2 Mio envoyé par morceaux")
        too_large(bench, huge, lambda delivery: send_in_chunks(bench, delivery))
    with check.part("grand corps légitime"):
        event, large = sized(lab, clerk, LARGE_BYTES, "corps de 350 ko")
        recorded(bench, large, event)
    with check.part("barre oblique finale"):
        event = clerk.user_created(clerk.create_user())
        delivery = lab.sender.deliver(event)
        recorded(bench, delivery, event)
        response = bench.send(lab.sender.deliver(event), path="/api/webhooks/clerk/")
        if 300 <= response.status < 400:
            raise Failure(
                sent="POST /api/webhooks/clerk/, avec la barre oblique finale",
                expected="toute réponse, sauf une redirection",
                received=describe(response),
            )


def sized(lab: Lab, clerk: SimulatedClerk, size: int, label: str) -> tuple[Event, Delivery]:
    """Make the creation of a user whose metadata fill the body to exactly `size` bytes."""
    event = clerk.user_created(clerk.create_user())
    filling = size - len(BodyStyle().write(event.with_data(public_metadata={"notes": ""}).envelope()))
    event = event.with_data(public_metadata={"notes": "n" * filling})
    return event, lab.sender.deliver_bytes(BodyStyle().write(event.envelope()), event.type, label=label)


def too_large(
    bench: Bench, sized_event: tuple[Event, Delivery], send: Callable[[Delivery], Response]
) -> None:
    """Demand exactly 413, and no row."""
    event, delivery = sized_event
    response = send(delivery)
    if response.status != 413:
        raise Failure(
            sent=delivery.label, expected="une réponse 413", received=describe(response), deliveries=[delivery]
        )
    if bench.db.count("users", "clerk_id = ?", event.data["id"]):
        raise Failure(sent=delivery.label, expected="aucune ligne", received="une ligne", deliveries=[delivery])


def accepted_in_chunks(bench: Bench, lab: Lab, event: Event, delivery: Delivery) -> None:
    """Demand that a body of a legitimate size is accepted in chunks: its refusal says nothing about size."""
    if not send_in_chunks(bench, faults.signature_random(delivery)).refused:
        raise Failure(
            sent=faults.signature_random(delivery).label, expected="un refus (4xx)", received="une autre réponse",
            deliveries=[delivery],
        )  # fmt: skip
    for _ in range(ATTEMPTS):
        response = send_in_chunks(bench, lab.sender.resend(delivery))
        if response.status < 500:
            break
    if not response.accepted or not bench.db.count("users", "clerk_id = ?", event.data["id"]):
        raise Failure(
            sent=delivery.label, expected="une réponse 2xx et une ligne dans users", received=describe(response),
            deliveries=[delivery],
        )  # fmt: skip
