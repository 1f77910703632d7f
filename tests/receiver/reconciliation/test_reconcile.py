"""A reconciliation leaves the rows that the lost webhooks would have left, and takes nothing from anybody."""

from itertools import islice
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from reference_impl.edge.login import record_login
from reference_impl.edge.session_token import SessionClaims
from reference_impl.errors import ClerkApiError, TooManyErasuresError
from reference_impl.privacy.register import REGISTER
from reference_impl.receiving.receive import Receiver
from reference_impl.reconciliation.backend_api import BackendApi
from reference_impl.reconciliation.missing import CHUNK, unseen_people
from reference_impl.reconciliation.report import Report
from reference_impl.reconciliation.scan import reconcile
from reference_impl.store.outbox import OUTBOX
from reference_impl.store.users import USERS

from .fake_clerk import FakeClerk, failure
from .people import DAY_MS, NOW, address, emails, rows, tell, user

OLD = NOW - 400 * DAY_MS


def outbox(receiver: Receiver) -> set[str]:
    with receiver.engine.connect() as connection:
        return set(connection.execute(select(OUTBOX.c.key)).scalars())


def register(receiver: Receiver) -> dict[str, str]:
    """The causes in the register, by subject."""
    with receiver.engine.connect() as connection:
        entries = connection.execute(select(REGISTER.c.subject, REGISTER.c.cause))
        return dict(entries.all())


def tell_all(receiver: Receiver, *people: dict[str, Any]) -> None:
    for person in people:
        tell(receiver, "user.created", person, person["updated_at"])


def test_the_drift_is_repaired(receiver: Receiver, api: BackendApi, clerk: FakeClerk) -> None:
    lost, moved, same = user("lost"), user("moved", version=NOW - 5), user("same")
    tell_all(receiver, user("moved", version=NOW - 9), same)
    clerk.sign_up(lost, moved, same)

    report = reconcile(receiver, api)

    assert report == Report(scanned=3, created=1, updated=1, unchanged=1)
    assert emails(receiver) == {"lost": address(lost), "moved": address(moved), "same": address(same)}


def test_the_row_is_the_one_the_webhook_would_have_written(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    read = user("read", username="ada", locked=True, last_sign_in_at=NOW - 9)
    told = {**read, "id": "user_told"}
    tell_all(receiver, told)
    clerk.sign_up(read, told)
    reconcile(receiver, api)

    for row in (found := rows(receiver)).values():
        del row["clerk_id"], row["first_seen_at"]
    assert found["read"] == found["told"]


def test_a_second_run_changes_nothing(receiver: Receiver, api: BackendApi, clerk: FakeClerk) -> None:
    clerk.sign_up(*(user(str(number)) for number in range(8)))
    reconcile(receiver, api)
    before = rows(receiver)

    assert reconcile(receiver, api) == Report(scanned=8, unchanged=8)
    for row in (*before.values(), *(after := rows(receiver)).values()):
        del row["reconciled_at"]
    assert after == before


def test_rows_newer_than_the_page_are_left_alone(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    newer = user("ada", version=NOW - 5)
    tell_all(receiver, newer)
    clerk.sign_up(user("ada", version=NOW - 9))

    assert reconcile(receiver, api) == Report(scanned=1, unchanged=1)
    assert emails(receiver) == {"ada": address(newer)}


def test_a_row_born_of_a_login_gets_the_columns_it_lacks(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    issued_at = (NOW - 5000) // 1000
    record_login(receiver, SessionClaims("user_ada", issued_at, "new@example.com", "N", "N", complete=True))
    clerk.sign_up(user("ada", version=NOW - 9000, username="ada"))

    assert reconcile(receiver, api) == Report(scanned=1, updated=1)
    ada = rows(receiver)["ada"]
    assert (ada["username"], ada["email"], ada["claims_issued_at"]) == ("ada", "new@example.com", NOW - 5000)


def test_only_a_recent_account_is_welcomed(receiver: Receiver, api: BackendApi, clerk: FakeClerk) -> None:
    clerk.sign_up(user("old", created=OLD), user("young"), user("dateless", created_at=None))
    reconcile(receiver, api)

    assert outbox(receiver) == {"welcome_email/user_young"}


def test_who_is_missing_upstream_is_erased_and_stays_so(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    ada, bob = user("ada"), user("bob")
    tell_all(receiver, ada, bob)
    clerk.sign_up(ada)

    assert reconcile(receiver, api) == Report(scanned=1, unchanged=1, erased=1)
    assert register(receiver) == {receiver.subjects("user_bob"): "reconciliation"}
    tell(receiver, "user.updated", user("bob", version=NOW - 1), NOW)
    assert set(rows(receiver)) == {"ada"}


def test_a_late_deletion_webhook_changes_nothing_after_a_reconciliation(
    receiver: Receiver, api: BackendApi
) -> None:
    tell_all(receiver, user("bob"))
    reconcile(receiver, api)

    tell(receiver, "user.deleted", {"id": "user_bob", "deleted": True, "object": "user"}, NOW - 50)
    assert rows(receiver) == {}
    assert list(register(receiver)) == [receiver.subjects("user_bob")]


def test_a_stale_page_revives_nobody(receiver: Receiver, api: BackendApi, clerk: FakeClerk) -> None:
    tell(receiver, "user.deleted", {"id": "user_bob", "deleted": True}, NOW - 50)
    clerk.sign_up(user("ada"), user("bob", version=NOW - 1))

    assert reconcile(receiver, api) == Report(scanned=2, created=1, skipped=1)
    assert set(rows(receiver)) == {"ada"}


def test_a_deletion_that_arrives_after_its_page_was_read_wins(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    clerk.sign_up(*(user(name) for name in "abcd"))

    def between_pages(cursor: str | None) -> None:
        tell(receiver, "user.deleted", {"id": "user_b" if cursor else "user_a", "deleted": True}, NOW)

    clerk.listing = between_pages

    assert reconcile(receiver, api) == Report(scanned=4, created=3, skipped=1)
    assert set(rows(receiver)) == {"c", "d"}


def test_who_signs_up_during_the_scan_is_left_alone(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    clerk.sign_up(*(user(name) for name in "abc"))
    clerk.listing = lambda cursor: tell_all(receiver, user("new", version=NOW - 2)) if cursor else None

    reconcile(receiver, api)

    assert set(rows(receiver)) == {"a", "b", "c", "new"}
    assert clerk.asked() == ["user_c"]  # the cursor of an empty page, and nobody else


def test_who_signs_in_after_the_404_is_left_alone(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk, time: Any
) -> None:
    tell_all(receiver, user("bob"), user("eve"))
    clerk.asking = lambda clerk_id: tell_all(receiver, user(clerk_id[5:], version=time() + 1000))

    assert reconcile(receiver, api) == Report(skipped=2)
    assert set(rows(receiver)) == {"bob", "eve"}
    assert register(receiver) == {}


def test_who_only_the_list_forgot_is_written_and_kept(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    tell_all(receiver, user("ada", version=NOW - 9))
    clerk.sign_up(user("ada", version=NOW - 5))
    clerk.unlisted = {"user_ada"}

    assert reconcile(receiver, api) == Report(scanned=1, updated=1)
    assert emails(receiver) == {"ada": address(user("ada", version=NOW - 5))}


def test_the_brake_stops_before_the_first_erasure(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    tell_all(receiver, *(user(str(number)) for number in range(30)))
    clerk.sign_up(*(user(str(number)) for number in range(9)))

    with pytest.raises(TooManyErasuresError, match=r"Plus de 20 comptes sur 30.*--allow-erasures"):
        reconcile(receiver, api)
    assert len(rows(receiver)) == 30
    assert register(receiver) == {}

    assert reconcile(receiver, api, allow_erasures=True) == Report(scanned=9, unchanged=9, erased=21)
    assert set(rows(receiver)) == {str(number) for number in range(9)}


def test_twenty_departures_are_ordinary(receiver: Receiver, api: BackendApi, clerk: FakeClerk) -> None:
    tell_all(receiver, *(user(str(number)) for number in range(20)))

    assert reconcile(receiver, api) == Report(erased=20)


def test_the_users_of_another_instance_do_not_loosen_the_brake(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    tell_all(receiver, *(user(f"ours{number}") for number in range(21)))
    clerk.sign_up(*(user(f"theirs{number}") for number in range(300)))

    with pytest.raises(TooManyErasuresError, match="sur 21"):
        reconcile(receiver, api)
    assert register(receiver) == {}


def test_a_scan_that_fails_midway_is_run_again(receiver: Receiver, api: BackendApi, clerk: FakeClerk) -> None:
    tell_all(receiver, user("gone"))
    clerk.sign_up(*(user(str(number)) for number in range(7)))
    clerk.listing = lambda cursor: setattr(
        clerk, "list_answer", failure(500, "down") if cursor == "user_5" else None
    )

    with pytest.raises(ClerkApiError, match="500"):
        reconcile(receiver, api)
    assert set(rows(receiver)) == {*map(str, range(6)), "gone"}

    clerk.listing = lambda _cursor: None
    clerk.list_answer = None
    assert reconcile(receiver, api) == Report(scanned=7, created=1, unchanged=6, erased=1)
    assert set(rows(receiver)) == set(map(str, range(7)))


def test_a_user_without_a_version_is_left_aside_and_not_erased(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    tell_all(receiver, user("ada"))
    clerk.sign_up({**user("ada"), "updated_at": None}, {**user("bob"), "updated_at": "yesterday"})

    assert reconcile(receiver, api) == Report(scanned=2, skipped=2)
    assert set(rows(receiver)) == {"ada"}


def test_a_user_the_database_refuses_does_not_hold_the_others_back(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    with receiver.engine.begin() as connection:
        connection.execute(text("CREATE UNIQUE INDEX one_each ON users (username)"))
    clerk.sign_up(user("a", username="x"), user("b", username="x"), user("c", username="z"))

    assert reconcile(receiver, api) == Report(scanned=3, created=2, skipped=1)
    assert set(rows(receiver)) == {"a", "c"}


def test_odd_characters_in_a_user_are_written_without_a_failure(
    receiver: Receiver, api: BackendApi, clerk: FakeClerk
) -> None:
    clerk.sign_up(user("ada", first_name="A\x00da", last_name="\ud800", public_metadata={"\x00": "\x00"}))

    assert reconcile(receiver, api) == Report(scanned=1, created=1)
    assert rows(receiver)["ada"]["first_name"] == "A\ufffdda"


def test_more_missing_people_than_a_chunk_holds_are_each_found_once(receiver: Receiver) -> None:
    people = [f"user_{number:04d}" for number in range(2 * CHUNK + 3)]
    blank = {"email_addresses": [], "clerk_updated_at": 1, "claims_issued_at": 0, "first_seen_at": 1}
    with receiver.engine.begin() as connection:
        connection.execute(insert(USERS), [{"clerk_id": clerk_id, **blank} for clerk_id in people])

    assert list(islice(unseen_people(receiver.engine, NOW), len(people) + 1)) == people


def test_the_report_is_told_in_numbers_only() -> None:
    assert Report(7, 1, 2, 4, 3, 0).sentence() == (
        "Comptes lus : 7 ; créés : 1, mis à jour : 2, inchangés : 4, effacés : 3, laissés de côté : 0."
    )
