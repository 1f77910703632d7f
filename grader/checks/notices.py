"""The notices of an erasure to those whom the person was disclosed to: the effects `art19` (exercise 4)."""

from collections import Counter
from collections.abc import Iterable, Sequence

from grader.checks.bench import Bench
from grader.checks.database import Row
from grader.checks.documents import named_values, parse
from grader.checks.enrolment import Person
from grader.checks.failure import Failure
from grader.checks.traces import Fingerprint, as_text
from grader.sender import Delivery


def notices(bench: Bench, known: Iterable[object] = ()) -> list[Row]:
    """Read the effects `art19`, but those whose id is known."""
    return [
        row for row in bench.db.rows("SELECT * FROM outbox WHERE kind = 'art19'") if row["id"] not in known
    ]


def reference_in(notice: Row) -> str | None:
    """Read the reference that a notice carries, if its payload is a JSON object with one."""
    try:
        payload = parse(as_text(notice["payload"]))
    except ValueError:
        return None
    reference = payload.get("recipient_ref") if isinstance(payload, dict) else None
    return reference if isinstance(reference, str) else None


def one_notice_each(found: Sequence[Row], person: Person, deletion: Delivery) -> None:
    """Demand one notice for each disclosure, each with its reference."""
    expected = Counter(reference for _, reference in person.disclosures)
    told = Counter(map(reference_in, found))
    if told != expected:
        right = sum((Counter(told) & Counter(expected)).values())
        raise Failure(
            sent=f"{deletion.label}, d'une personne dont les données ont été communiquées {len(person.disclosures)} fois",
            expected="un effet `art19` par communication, avec son `recipient_ref` dans un objet JSON",
            received=f"{len(found)} effet(s), dont {right} avec une référence attendue",
            deliveries=[*person.sent, deletion],
        )


def only_the_reference(notice: Row, person: Person, deletion: Delivery) -> None:
    """Demand that a notice names the person by its reference alone, at most beside the recipient's name."""
    fingerprint = Fingerprint(person.user)
    personal = [label for value in notice.values() for label in fingerprint.labels_in(as_text(value))]
    allowed = {text for disclosure in person.disclosures for text in disclosure}
    try:
        more = [name for name, text in named_values(parse(as_text(notice["payload"]))) if text not in allowed]
    except ValueError:
        more = ["un payload qui n'est pas du JSON"]
    if personal or more or notice["clerk_id"] is not None:
        received = (
            personal[0]
            if personal
            else f"aussi : {more[0][:40] or 'un texte seul'}"
            if more
            else "un `clerk_id`"
        )
        raise Failure(
            sent=deletion.label,
            expected="dans l'effet `art19`, la référence et au plus le nom du destinataire",
            received=received,
            deliveries=[*person.sent, deletion],
        )
