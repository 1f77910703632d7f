"""The export of a person: asking for it, and finding every stored value in it (exercise 4)."""

from collections.abc import Sequence

from grader.checks.bench import Bench
from grader.checks.documents import named_values, parse, values_held
from grader.checks.enrolment import Person
from grader.checks.failure import Failure, describe
from grader.checks.lab import Lab
from grader.checks.traces import as_text
from grader.sandbox.http import Response

PROFILE_TABLES = ("users", "sessions", "disclosures")


def ask(bench: Bench, person: Person, token: str | None) -> Response:
    """Ask for a person's export with a token, or without any header."""
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return bench.request(
        "GET", f"/api/users/{person.user.id}/export", headers=headers, deliveries=person.sent
    )


def values_of(response: Response, person: Person) -> frozenset[str]:
    """Demand that the answer is an export, and give every value in it."""
    failure = Failure(
        sent="export d'une personne, avec le bon jeton",
        expected="200 et un document JSON",
        received=describe(response) if response.status != 200 else "un corps qui n'est pas du JSON",
        deliveries=person.sent,
    )
    if response.status != 200:
        raise failure
    try:
        return values_held(parse(response.body))
    except ValueError:
        raise failure from None


def stored_columns(bench: Bench, person: Person) -> list[tuple[str, str]]:
    """List (column, value) of the person's rows, but the ranks that SQLite gives."""
    return [
        (f"{table}.{column}", as_text(value))
        for table in PROFILE_TABLES
        for row in bench.db.rows(f"SELECT * FROM {table} WHERE clerk_id = ?", person.user.id)
        for column, value in row.items()
        if value is not None and column != "id"
    ]


def stored_payloads(bench: Bench, person: Person) -> list[tuple[str, str]]:
    """List (path, value) of what the person's effects and kept bodies hold."""
    found: list[tuple[str, str]] = []
    for row in bench.db.rows("SELECT payload FROM outbox WHERE clerk_id = ?", person.user.id):
        # An effect may have no payload: its row was seen all the same.
        found += [("outbox.clerk_id", person.user.id), *contents("outbox", row["payload"])]
    for delivery in person.sent:
        for row in bench.db.rows("SELECT payload FROM inbox WHERE svix_id = ?", delivery.svix_id):
            found += contents("inbox", row["payload"])
    return found


def contents(table: str, payload: object) -> list[tuple[str, str]]:
    """List (path, value) of a payload, JSON or not."""
    if payload is None:
        return []
    try:
        document = parse(as_text(payload))
    except ValueError:
        document = as_text(payload)
    return [(f"{table}.payload : {path[:40]}", value) for path, value in named_values(document)]


def all_there(
    held: frozenset[str], wanted: Sequence[tuple[str, str]], tables: Sequence[str], person: Person
) -> None:
    """Demand every stored value in the export; each of the tables must have been seen to hold some."""
    empty = [table for table in tables if not any(name.startswith(f"{table}.") for name, _ in wanted)]
    missing = sorted({name for name, value in wanted if value not in held})
    if empty or missing:
        received = f"il manque {', '.join(missing[:3])}" if missing else f"rien d'enregistré dans {empty[0]}"
        raise Failure(
            sent="export d'une personne, avec le bon jeton",
            expected="chaque valeur enregistrée de la personne",
            received=received,
            deliveries=person.sent,
        )


def refused_to_strangers(bench: Bench, lab: Lab, person: Person) -> None:
    """Demand 401 or 403 without the token, and for tokens that are not quite it."""
    tokens = {
        "sans en-tête Authorization": None,
        "avec un autre jeton": lab.rng("ex4.6").randbytes(24).hex(),
        "avec un jeton coupé": lab.admin_token[:-1],
        "avec un jeton accentué": "é" + lab.admin_token[1:],
    }
    for said, token in tokens.items():
        response = ask(bench, person, token)
        if response.status not in (401, 403):
            raise Failure(
                sent=f"export d'une personne, {said}",
                expected="401 ou 403",
                received=describe(response),
                deliveries=person.sent,
            )
