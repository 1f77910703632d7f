"""Exercise 5: settings, readiness, limits, tolerance, journal.

Only ex5.6 sends events of another instance, only ex5.3 bodies of an unexpected shape: who gets one of them
wrong loses that point and no other. Every other event bears the instance that the server was given.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

from grader.checks import Bench, Check, Failure, Lab, criterion
from grader.checks.bench import ATTEMPTS
from grader.checks.chunked import send_in_chunks
from grader.checks.database import Row
from grader.checks.failure import describe
from grader.checks.journal import Journal, Told
from grader.checks.journal_story import fail, hostile, of_no_use, story, talkative
from grader.checks.shapes import Case, Shapes
from grader.checks.unusable import not_an_object, not_json, unknown_types, without_id
from grader.sandbox.http import Response
from grader.sender import Delivery, SimulatedClerk, User, faults

MINUTE_MS = 60_000
DAY_MS = 86_400_000
IN_SECONDS_BELOW = 10**11
"""As in the statement: a smaller instant is in seconds."""
HUGE_BYTES = 2 << 20
LARGE_BYTES = 350_000
TABLES = ("users", "inbox", "outbox", "dead_letters")


def precondition(bench: Bench, lab: Lab) -> None:
    """An ordinary signed delivery is accepted and leaves its row."""
    recorded(bench, shapes(lab, "precondition").ordinary())


def at_home(lab: Lab, purpose: str) -> SimulatedClerk:
    """Make a Clerk instance that bears the id which the server is given as its own."""
    clerk = lab.clerk(purpose)
    clerk.instance_id = lab.instance_id
    return clerk


def shapes(lab: Lab, purpose: str) -> Shapes:
    """Make what draws the deliveries of one check."""
    return Shapes(lab, at_home(lab, purpose), lab.rng(f"shapes {purpose}"))


def refused(bench: Bench, delivery: Delivery, table: str, where: str, key: object) -> None:
    """Demand that the same body wrongly signed is refused, and leaves no row."""
    forged = faults.signature_random(delivery)
    bench.refuse(forged)
    if bench.db.count(table, f"{where} = ?", key):
        raise Failure(
            sent=forged.label,
            expected=f"aucune ligne dans {table}",
            received="une ligne",
            deliveries=[forged],
        )


def recorded(bench: Bench, case: Case) -> Row:
    """Demand 2xx and a row of users; wrongly signed, a refusal and no row."""
    delivery = case.delivery
    refused(bench, delivery, "users", "clerk_id", case.row["clerk_id"])
    bench.accept(delivery)
    row = bench.db.one("SELECT * FROM users WHERE clerk_id = ?", case.row["clerk_id"])
    if row is None:
        raise Failure(
            sent=delivery.label,
            expected="une ligne dans users",
            received="aucune ligne",
            deliveries=[delivery],
        )
    return row


def demand_row(bench: Bench, case: Case) -> None:
    """Demand 2xx and the right row of users; wrongly signed, a refusal and no row."""
    row = recorded(bench, case)
    for column, value in case.row.items():
        if row[column] != value:
            raise Failure(
                sent=case.delivery.label,
                expected=f"users.{column} : {wanted_of(column, value)}",
                received=kind_of(row[column]),
                deliveries=[case.delivery],
            )


def wanted_of(column: str, value: object) -> str:
    """Say what a column should hold, without quoting it."""
    if value is None:
        return "NULL"
    return "l'instant envoyé, en millisecondes" if column.endswith("_at") else "la valeur envoyée"


def kind_of(value: object) -> str:
    """Say by its kind alone what a column holds."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return "un instant en secondes" if value < IN_SECONDS_BELOW else "un autre instant"
    return "une autre valeur"


@criterion(
    "ex5.1",
    anchor="health-readiness",
    parts=("serveur en vie", "base prête", "base écrasée : non prête", "base écrasée : toujours en vie"),
)
def test_health(lab: Lab, check: Check) -> None:
    """/health dit que le serveur vit, /ready que sa base répond."""
    with lab.bench() as bench:
        with check.part("serveur en vie"):
            demand_status(bench, "/health", 200)
        with check.part("base prête"):
            demand_status(bench, "/ready", 200)
        overwrite(bench.db.path, lab.rng("ex5.1"))
        with check.part("base écrasée : non prête"):
            demand_status(bench, "/ready", 503, " une fois la base écrasée")
        with check.part("base écrasée : toujours en vie"):
            demand_status(bench, "/health", 200, " une fois la base écrasée")


def demand_status(bench: Bench, path: str, status: int, when: str = "") -> None:
    """Demand exactly this answer to a GET."""
    response = bench.request("GET", path)
    if response.status != status:
        raise Failure(sent=f"GET {path}{when}", expected=f"une réponse {status}", received=describe(response))


def overwrite(path: Path, rng: Random) -> None:
    """Write noise over the database in place, and over what the WAL mode keeps beside it."""
    try:
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            if file.exists():
                with file.open("r+b") as content:
                    content.write(rng.randbytes(file.stat().st_size))
    except OSError as error:
        raise Failure(
            sent="écriture par-dessus la base",
            expected="le fichier de la base, à sa place",
            received="autre chose",
        ) from error


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
    clerk, rng = at_home(lab, "ex5.2"), lab.rng("ex5.2")
    with check.part("type inconnu"):
        for delivery in unknown_types(lab, clerk, rng):
            demand_ignored(bench, delivery)
    unusable = {
        "corps illisible": not_json(lab, clerk, rng),
        "corps qui n'est pas un objet": not_an_object(lab, clerk, rng),
        "événement sans identifiant": without_id(lab, clerk),
    }
    for title, deliveries in unusable.items():
        with check.part(title):
            for delivery in deliveries:
                refused(bench, delivery, "dead_letters", "svix_id", delivery.svix_id)
                demand_dead(bench, delivery)
    with check.part("livraison inutilisable reçue deux fois"):
        for deliveries in unusable.values():
            demand_dead(bench, lab.sender.resend(deliveries[0]), ", pour la seconde fois")


def demand_ignored(bench: Bench, delivery: Delivery) -> None:
    """Demand 2xx and a row of inbox that says `ignored`."""
    refused(bench, delivery, "inbox", "svix_id", delivery.svix_id)
    bench.accept(delivery)
    row = bench.db.one("SELECT outcome FROM inbox WHERE svix_id = ?", delivery.svix_id)
    if row is None or row["outcome"] != "ignored":
        raise Failure(
            sent=delivery.label,
            expected="une ligne d'inbox dont l'outcome est « ignored »",
            received="aucune ligne" if row is None else "une ligne avec un autre outcome",
            deliveries=[delivery],
        )


def demand_dead(bench: Bench, delivery: Delivery, when: str = "") -> None:
    """Demand 2xx and exactly one row of dead_letters, however often the delivery came before."""
    bench.accept(delivery)
    found = bench.db.count("dead_letters", "svix_id = ?", delivery.svix_id)
    if found != 1:
        raise Failure(
            sent=f"{delivery.label}{when}",
            expected="une ligne dans dead_letters",
            received=f"{found} lignes" if found else "aucune ligne",
            deliveries=[delivery],
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
    draw = shapes(lab, "ex5.3")
    cases = {
        "champs inconnus en plus": [draw.with_unknown_fields()],
        "champs facultatifs absents": draw.with_missing_fields(),
        "champs nuls": draw.with_nulls(),
        "exemple envoyé par le tableau de bord": [draw.dashboard_example()],
    }
    for title, odd in cases.items():
        with check.part(title):
            for case in odd:
                demand_row(bench, case)
    for title, unit_ms in (("instant en secondes", 1000), ("instant en millisecondes", 1)):
        with check.part(title):
            demand_row(bench, draw.dated_in(unit_ms))
            created, deleted = draw.deletion_dated_in(unit_ms)
            demand_row(bench, created)
            demand_deleted(bench, deleted)


def demand_deleted(bench: Bench, case: Case) -> None:
    """Demand 2xx and the user gone, or marked at an instant in milliseconds (either will do)."""
    bench.accept(case.delivery)
    row = bench.db.one("SELECT deleted_at FROM users WHERE clerk_id = ?", case.row["clerk_id"])
    found = row["deleted_at"] if row else case.row["deleted_at"]
    if not isinstance(found, int) or abs(found - case.row["deleted_at"]) > DAY_MS:
        raise Failure(
            sent=case.delivery.label,
            expected="users.deleted_at : l'instant envoyé, en millisecondes",
            received=kind_of(found),
            deliveries=[case.delivery],
        )


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
    draw = shapes(lab, "ex5.4")

    def in_chunks(delivery: Delivery) -> Response:
        return send_in_chunks(bench, delivery)

    with check.part("corps démesuré, taille annoncée"):
        too_large(bench, draw.of_size(HUGE_BYTES, "livraison de 2 Mio"), bench.send)
    with check.part("corps démesuré, envoyé par morceaux"):
        accepted_in_chunks(bench, lab, draw.of_size(LARGE_BYTES, "livraison de 350 ko, par morceaux"))
        too_large(bench, draw.of_size(HUGE_BYTES, "livraison de 2 Mio, par morceaux"), in_chunks)
    with check.part("grand corps légitime"):
        recorded(bench, draw.of_size(LARGE_BYTES, "livraison de 350 ko"))
    with check.part("barre oblique finale"):
        case = draw.ordinary()
        recorded(bench, case)
        response = bench.send(lab.sender.resend(case.delivery), path="/api/webhooks/clerk/")
        if 300 <= response.status < 400:
            raise Failure(
                sent="POST /api/webhooks/clerk/, avec la barre oblique finale",
                expected="toute réponse, sauf une redirection",
                received=describe(response),
            )


def too_large(bench: Bench, case: Case, send: Callable[[Delivery], Response]) -> None:
    """Demand exactly 413, and no row."""
    response = send(case.delivery)
    stored = bench.db.count("users", "clerk_id = ?", case.row["clerk_id"])
    if response.status != 413 or stored:
        raise Failure(
            sent=case.delivery.label,
            expected="une réponse 413, et aucune ligne",
            received=f"{describe(response)}{' et une ligne dans users' if stored else ''}",
        )  # a report does not carry 2 MiB: nothing to replay


def accepted_in_chunks(bench: Bench, lab: Lab, case: Case) -> None:
    """Demand that a legitimate body is accepted in chunks: to refuse all that is chunked bounds nothing."""
    response = send_in_chunks(bench, faults.signature_random(case.delivery))
    if not response.refused:
        raise Failure(
            sent=faults.signature_random(case.delivery).label,
            expected="un refus (4xx)",
            received=describe(response),
        )
    for _ in range(ATTEMPTS):
        response = send_in_chunks(bench, lab.sender.resend(case.delivery))
        if response.status < 500:
            break
    stored = bench.db.count("users", "clerk_id = ?", case.row["clerk_id"])
    if not response.accepted or not stored:
        raise Failure(
            sent=case.delivery.label,
            expected="une réponse 2xx et une ligne dans users",
            received=f"{describe(response)} et {'une' if stored else 'aucune'} ligne",
        )


@criterion(
    "ex5.5",
    anchor="structured-logs",
    parts=(
        "une ligne JSON par livraison",
        "svix_id, type et outcome justes",
        "aucune donnée personnelle",
        "ni secret ni signature",
    ),
)
def test_journal(bench: Bench, lab: Lab, check: Check) -> None:
    """Le journal dit l'issue de chaque livraison, et rien de personnel."""
    clerk, rng = at_home(lab, "ex5.5"), lab.rng("ex5.5")
    user, unlucky = talkative(clerk), talkative(clerk)
    journal = Journal(bench, lab.sender)
    # First, so that whatever the server says of a failure is written by the time its output is searched.
    fail(bench, journal, lab.sender.deliver(clerk.user_created(unlucky)), unlucky)
    told: list[Told] = []
    with check.part("une ligne JSON par livraison"):
        told.extend(journal.told(delivery, outcome) for delivery, outcome in story(lab, clerk, user))
        told.extend(of_no_use(bench, lab, clerk, rng, journal))
        hostile(lab, clerk, rng, journal)
        journal.demand_one_line_each()
    with check.part("svix_id, type et outcome justes"):
        demand_right(told)
    with check.part("aucune donnée personnelle"):
        demand_stored(bench, user)
        for person in (user, unlucky):
            data = person.personal_data().items()
            journal.demand_nothing_personal({label: v for label, v in data if v != person.id})
    with check.part("ni secret ni signature"):
        journal.demand_no_secret([lab.secret, lab.secret.removeprefix("whsec_")])


def demand_right(told: list[Told]) -> None:
    """Demand the right outcome and type in the lines; the type of what was never read is left open."""
    if not told:
        raise Failure(sent="les livraisons de ce critère", expected="leurs lignes", received="aucune ligne")
    for one in told:
        typed = one.outcome in ("rejected", "dead") or one.line["type"] == one.delivery.type
        if one.line["outcome"] != one.outcome or not typed:
            raise Failure(
                sent=one.delivery.label,
                expected=f"une ligne dont l'outcome est « {one.outcome} », avec le type de l'événement",
                received="un autre type" if one.line["outcome"] == one.outcome else "un autre outcome",
                deliveries=[one.delivery],
            )


def demand_stored(bench: Bench, user: User) -> None:
    """Demand that the server had the personal data in hand: who never saw them cannot tell them."""
    row = bench.db.one("SELECT email, last_name FROM users WHERE clerk_id = ?", user.id)
    if row is None or (row["email"], row["last_name"]) == (None, None):
        raise Failure(
            sent="user.created, puis user.updated",
            expected="l'adresse et le nom de l'utilisateur dans users",
            received="aucune ligne" if row is None else "NULL",
        )


@criterion(
    "ex5.6",
    anchor="instances",
    parts=(
        "autre instance refusée, sans ligne",
        "notre instance acceptée",
        "événement sans instance accepté",
        "environnement inconnu : refus de démarrer",
        "production sans instance : refus de démarrer",
    ),
)
def test_two_worlds(lab: Lab, check: Check) -> None:
    """La production refuse les autres instances et les réglages douteux."""
    draw, rng = shapes(lab, "ex5.6"), lab.rng("ex5.6")
    with lab.bench(APP_ENV="production") as bench:
        with check.part("autre instance refusée, sans ligne"):
            foreign(bench, lab, lab.clerk("ex5.6 foreign"))
        with check.part("notre instance acceptée"):
            recorded(bench, draw.ordinary())
        with check.part("événement sans instance accepté"):
            recorded(bench, draw.without_instance())
    unknown = rng.choice(("staging", "preprod", "test", "recette"))
    with check.part("environnement inconnu : refus de démarrer"):
        for value in (unknown, None, ""):
            lab.refuse_to_start(draw.ordinary().delivery, start_with("APP_ENV", value), APP_ENV=value)
    with check.part("production sans instance : refus de démarrer"):
        for value in (None, ""):
            sent = f"{start_with('CLERK_INSTANCE_ID', value)}, en production"
            changes = {"APP_ENV": "production", "CLERK_INSTANCE_ID": value}
            lab.refuse_to_start(draw.ordinary().delivery, sent, **changes)


def foreign(bench: Bench, lab: Lab, clerk: SimulatedClerk) -> None:
    """Demand that another instance's events are refused without a row, and one of them accepted as ours."""
    user = clerk.create_user()
    clerk.advance(MINUTE_MS)
    created = clerk.user_created(user)
    for event in (created, clerk.organization_created(clerk.create_organization(created_by=user))):
        delivery = lab.sender.deliver(event)
        delivery = replace(delivery, label=f"{event.type} d'une autre instance, en production")
        before = {table: bench.db.count(table) for table in TABLES}
        bench.refuse(delivery)
        grown = [table for table in TABLES if bench.db.count(table) != before[table]]
        if grown:
            raise Failure(
                sent=delivery.label,
                expected="aucune ligne",
                received=f"une ligne de plus dans {grown[0]}",
                deliveries=[delivery],
            )
    bench.accept(lab.sender.deliver(created.replace(instance_id=lab.instance_id)))


def start_with(name: str, value: str | None) -> str:
    """Say with what a server was started."""
    if value is None:
        return f"démarrage sans {name}"
    return f"démarrage avec {name} = « {value} »" if value else f"démarrage avec {name} vide"
