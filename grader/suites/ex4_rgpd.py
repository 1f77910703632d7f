"""Exercise 4: erasing a person everywhere, for good, with notices, and giving them what is kept."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from grader.checks import Bench, Check, Failure, Lab, criterion
from grader.checks.enrolment import Person, enrol, sign_up
from grader.checks.exports import (
    PROFILE_TABLES,
    all_there,
    ask,
    refused_to_strangers,
    stored_columns,
    stored_payloads,
    values_of,
)
from grader.checks.failure import describe
from grader.checks.notices import notices, one_notice_each, only_the_reference
from grader.checks.traces import Fingerprint, Stored, Trace, added, as_text, read_all, within
from grader.sender import Delivery, SimulatedClerk, User, faults

OUTBOX = ("outbox",)
INBOX = ("inbox",)
PERSONAL_TABLES = (*PROFILE_TABLES, *OUTBOX, *INBOX)
ALPHABET = "abcdefghijkmnpqrstuvwxyz"


def precondition(bench: Bench, lab: Lab) -> None:
    """An ordinary signed delivery is accepted and leaves its row."""
    clerk = lab.clerk("precondition")
    recorded_creation(bench, lab, clerk)


def accepted(bench: Bench, delivery: Delivery) -> None:
    """Demand that the delivery is accepted, and that the same one wrongly signed was refused."""
    bench.refuse(faults.signature_random(delivery))
    bench.accept(delivery)


def deleted(bench: Bench, lab: Lab, clerk: SimulatedClerk, user: User) -> Delivery:
    """Demand that the server accepts the deletion of a user."""
    deletion = lab.sender.deliver(clerk.user_deleted(user))
    accepted(bench, deletion)
    return deletion


def recorded_creation(bench: Bench, lab: Lab, clerk: SimulatedClerk) -> None:
    """Demand that the creation of somebody is accepted and written."""
    user = clerk.create_user()
    delivery = lab.sender.deliver(clerk.user_created(user))
    accepted(bench, delivery)
    if not bench.db.count("users", "clerk_id = ? AND email = ?", user.id, user.primary_email):
        raise Failure(
            sent=delivery.label,
            expected="la ligne de la personne dans `users`",
            received="aucune",
            deliveries=[delivery],
        )


def in_place(seen: Stored, person: Person, tables: Iterable[str]) -> None:
    """Demand that the person's data have come into each of these tables: an absence proves nothing alone."""
    traces = Fingerprint(person.user).traces(seen)
    for table in tables:
        if not within(traces, [table]):
            raise Failure(
                sent="création, modification et connexion d'une personne, communication de ses données",
                expected=f"ses données d'abord en place dans `{table}`",
                received="aucune",
                deliveries=person.sent,
            )


def nothing_more(left: Counter[Trace], sent: str, deliveries: Sequence[Delivery]) -> None:
    """Demand that no trace is left, and name the first ones."""
    if left:
        shown = sorted(map(str, left))[:3]
        more = f" (et {len(left) - 3} de plus)" if len(left) > 3 else ""
        raise Failure(
            sent=sent,
            expected="aucune donnée personnelle de la personne effacée",
            received=f"{', '.join(shown)}{more}",
            deliveries=deliveries,
        )


@criterion(
    "ex4.1",
    anchor="erasure",
    parts=(
        "lignes de users, sessions et disclosures",
        "effets en attente dans outbox",
        "corps gardés dans inbox",
        "toute autre table",
        "lignes des autres personnes intactes",
    ),
)
def test_erase(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """La suppression efface la personne de toutes les tables, et elle seule."""
    before = read_all(bench.db)
    person = enrol(bench, lab, clerk, [clerk.identities.company()])
    letters = lab.rng("ex4.1").sample(ALPHABET, 2)
    others = [
        enrol(bench, lab, clerk, [clerk.identities.company()], id=identifier)
        for identifier in (person.user.id + letters[0], person.user.id.replace("_", letters[1], 1))
    ]
    seen, rows = added(before, read_all(bench.db)), rows_of_others(bench, person)
    deletion = deleted(bench, lab, clerk, person.user)
    left = Fingerprint(person.user).traces(added(before, read_all(bench.db)))
    deliveries = [*person.sent, deletion]
    for title, tables in zip(check.parts, (PROFILE_TABLES, OUTBOX, INBOX), strict=False):
        with check.part(title):
            in_place(seen, person, tables)
            nothing_more(within(left, tables), deletion.label, deliveries)
    with check.part("toute autre table"):
        elsewhere = {trace.table for trace in left} - set(PERSONAL_TABLES)
        nothing_more(within(left, elsewhere), deletion.label, deliveries)
    with check.part("lignes des autres personnes intactes"):
        for other in others:
            in_place(seen, other, PERSONAL_TABLES)
        untouched(rows, rows_of_others(bench, person), [*others[0].sent, *deliveries], deletion)


RowsByTable = dict[str, Counter[tuple[tuple[str, Any], ...]]]


def rows_of_others(bench: Bench, absent: Person) -> RowsByTable:
    """Read the rows of everybody but one person, table by table."""
    fingerprint = Fingerprint(absent.user)
    found: RowsByTable = {}
    for table in PERSONAL_TABLES:
        rows = bench.db.rows(f"SELECT * FROM {table}")
        found[table] = Counter(
            tuple(row.items())
            for row in rows
            if not any(fingerprint.labels_in(as_text(value)) for value in row.values())
        )
    return found


def untouched(before: RowsByTable, after: RowsByTable, sent: Sequence[Delivery], deletion: Delivery) -> None:
    """Demand that every row of the others is what it was; new rows are no fault."""
    for table in PERSONAL_TABLES:
        if before[table] - after[table]:
            raise Failure(
                sent=f"{deletion.label}, d'une personne parmi d'autres",
                expected=f"dans `{table}`, les lignes des autres telles qu'avant",
                received="une ligne d'une autre personne changée ou disparue",
                deliveries=sent,
            )


@criterion(
    "ex4.2",
    anchor="tombstone",
    parts=("mise à jour en retard", "création en retard", "connexion en retard"),
)
def test_no_return(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Un événement en retard ne ramène pas une personne effacée."""
    person, other = enrol(bench, lab, clerk), sign_up(bench, lab, clerk)
    user = person.user
    known = bench.db.count("users", "email = ?", user.primary_email)
    login = clerk.session_created(clerk.open_session(user))
    deletion = deleted(bench, lab, clerk, user)
    if not known or bench.db.count("users", "email = ?", user.primary_email):
        raise Failure(
            sent=deletion.label,
            expected="son adresse dans `users` avant la suppression, et non après",
            received="son adresse y est encore" if known else "elle n'y était pas avant",
            deliveries=[*person.sent, deletion],
        )
    user.rename(last_name=clerk.identities.last_name())
    late = (clerk.user_updated(user), person.events[0], login)
    for title, event in zip(check.parts, late, strict=True):
        with check.part(title):
            leaves_nothing(bench, lab.sender.deliver(event), person, deletion)
            still_written(bench, lab, clerk, other, event.type)


def leaves_nothing(bench: Bench, late: Delivery, person: Person, deletion: Delivery) -> None:
    """Demand that a late delivery of an erased person is accepted and adds nothing of them to any table."""
    before = read_all(bench.db)
    accepted(bench, late)
    more = Fingerprint(person.user).traces(added(before, read_all(bench.db)))
    nothing_more(more, f"{late.label}, après l'effacement", [*person.sent, deletion, late])


def still_written(bench: Bench, lab: Lab, clerk: SimulatedClerk, other: Person, type_: str) -> None:
    """Demand that the same type of event is still written for somebody who was not erased."""
    if type_ == "user.created":
        recorded_creation(bench, lab, clerk)
        return
    if type_ == "user.updated":
        other.user.rename()
        delivery = lab.sender.deliver(clerk.user_updated(other.user))
        table, where, values = (
            "users",
            "clerk_id = ? AND last_name = ?",
            (other.user.id, other.user.last_name),
        )
    else:
        session = clerk.open_session(other.user)
        delivery = lab.sender.deliver(clerk.session_created(session))
        table, where, values = "sessions", "session_id = ? AND clerk_id = ?", (session.id, other.user.id)
    bench.accept(delivery)
    if not bench.db.count(table, where, *values):
        raise Failure(
            sent=f"{delivery.label}, d'une personne qui n'est pas effacée",
            expected=f"l'événement écrit dans `{table}`",
            received="rien de tel",
            deliveries=[delivery],
        )


@criterion(
    "ex4.3",
    anchor="delete-unknown",
    parts=("suppression d'une personne inconnue", "création arrivée ensuite"),
)
def test_unknown(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Supprimer une personne jamais vue aboutit, et bloque une création plus tardive."""
    user = clerk.create_user(external_id=True)
    creation = lab.sender.deliver(clerk.user_created(user))
    deletion = lab.sender.deliver(clerk.user_deleted(user))
    with check.part("suppression d'une personne inconnue"):
        accepted(bench, deletion)
    with check.part("création arrivée ensuite"):
        before = read_all(bench.db)
        accepted(bench, creation)
        more = Fingerprint(user).traces(added(before, read_all(bench.db)))
        # A body kept too long is judged by ex4.2: here, whether the person came to life.
        sent = f"{creation.label}, arrivée après la suppression"
        nothing_more(within(more, ("users", "outbox")), sent, [deletion, creation])
        recorded_creation(bench, lab, clerk)


@criterion(
    "ex4.4",
    anchor="erasure-register",
    parts=("une ligne après l'effacement", "empreinte exacte", "seconde suppression sous un autre svix-id"),
)
def test_register(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Le registre garde exactement une ligne par personne effacée."""
    people = [sign_up(bench, lab, clerk) for _ in range(2)]
    before = register(bench)
    deletions = [deleted(bench, lab, clerk, person.user) for person in people]
    rows = register(bench) - before
    with check.part("une ligne après l'effacement"):
        one_row_each(rows, deletions)
    with check.part("empreinte exacte"):
        key = lab.erasure_key.encode()
        exact = Counter(hmac.new(key, p.user.id.encode(), hashlib.sha256).hexdigest() for p in people)
        if set(exact) - set(rows):
            raise Failure(
                sent=deletions[0].label,
                expected="dans `subject`, l'empreinte HMAC-SHA256 de la personne",
                received="une autre valeur" if rows else "aucune ligne",
                deliveries=deletions,
            )
    with check.part("seconde suppression sous un autre svix-id"):
        again = [deleted(bench, lab, clerk, person.user) for person in people]
        one_row_each(register(bench) - before, [*deletions, *again])


def register(bench: Bench) -> Counter[str]:
    """Count the subjects of the register."""
    return Counter(as_text(row["subject"]) for row in bench.db.rows("SELECT subject FROM erasure_register"))


def one_row_each(rows: Counter[str], deletions: Sequence[Delivery]) -> None:
    """Demand one more row of the register for each of the two people, whatever its subject."""
    if rows.total() != 2 or len(rows) != 2:
        raise Failure(
            sent=f"{deletions[0].label}, pour deux personnes"
            + (", puis encore" if len(deletions) > 2 else ""),
            expected="deux lignes de plus dans `erasure_register`, une par personne",
            received=f"{rows.total()} de plus, pour {len(rows)} empreinte(s)" if rows else "aucune de plus",
            deliveries=deletions,
        )


@criterion(
    "ex4.5",
    anchor="recipients-notice",
    parts=(
        "un effet art19 par communication",
        "aucune donnée personnelle dans l'effet",
        "aucun second avis",
    ),
)
def test_notices(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Chaque destinataire est averti, une fois, sans autre donnée que sa référence."""
    companies = [clerk.identities.company() for _ in range(2)]
    # The same recipient may know a person under two references: two disclosures, two notices.
    person = sign_up(bench, lab, clerk, [*companies, companies[0]])
    sign_up(bench, lab, clerk, companies)
    known = {notice["id"] for notice in notices(bench)}
    deletion = deleted(bench, lab, clerk, person.user)
    found = notices(bench, known)
    deliveries = [*person.sent, deletion]
    with check.part("un effet art19 par communication"):
        one_notice_each(found, person, deletion)
    with check.part("aucune donnée personnelle dans l'effet"):
        if not found:
            one_notice_each(found, person, deletion)
        for notice in found:
            only_the_reference(notice, person, deletion)
    with check.part("aucun second avis"):
        bench.accept(lab.sender.resend(deletion))
        again = deleted(bench, lab, clerk, person.user)
        total = len(notices(bench, known))
        if not found or total != len(found):
            raise Failure(
                sent="la même suppression renvoyée, puis une autre sous un nouveau svix-id",
                expected="les avis de la première, et aucun de plus",
                received=f"{total} avis en tout, dont {len(found)} de la première",
                deliveries=[*deliveries, again],
            )


@criterion(
    "ex4.6",
    anchor="data-export",
    parts=(
        "valeurs de users, sessions et disclosures",
        "contenu des effets et des corps gardés",
        "refus sans le bon jeton",
        "personne effacée",
    ),
)
def test_export(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """L'export rend tout ce qui est conservé, à l'administrateur seul."""
    person, other = enrol(bench, lab, clerk, [clerk.identities.company()]), sign_up(bench, lab, clerk)
    before = ask(bench, person, lab.admin_token)
    with check.part("valeurs de users, sessions et disclosures"):
        all_there(values_of(before, person), stored_columns(bench, person), PROFILE_TABLES, person)
    with check.part("contenu des effets et des corps gardés"):
        all_there(values_of(before, person), stored_payloads(bench, person), (*OUTBOX, *INBOX), person)
    with check.part("refus sans le bon jeton"):
        values_of(before, person)
        refused_to_strangers(bench, lab, person)
    with check.part("personne effacée"):
        values_of(before, person)
        deletion = deleted(bench, lab, clerk, person.user)
        response = ask(bench, person, lab.admin_token)
        if response.status not in (404, 410):
            raise Failure(
                sent="export d'une personne effacée, avec le bon jeton",
                expected="404 ou 410",
                received=describe(response),
                deliveries=[*person.sent, deletion],
            )
        values_of(ask(bench, other, lab.admin_token), other)
