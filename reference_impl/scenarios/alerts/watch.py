"""La surveillance : à chaque événement d'une session, noter les faits, compter, lever l'alerte une seule fois.

Compter après avoir écrit est sûr : la transaction tient le verrou de la personne depuis l'inscription de la livraison
(`store.inbox.claim`). Une autre livraison sur la même personne attend, puis compte aussi ce qui vient d'être écrit.
"""

import json
from collections.abc import Generator
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select

from reference_impl.catalogue.reading import person
from reference_impl.edge.envelope import Event
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.receiving.reactions import OnEvent
from reference_impl.scenarios.alerts.rules import RULES, Rule, Signal
from reference_impl.store.dialects import insert
from reference_impl.store.outbox import effect
from reference_impl.store.pipeline import Write
from reference_impl.store.versioned import insert_unless_erased
from reference_impl.tables.alerts import ALERTS, SIGNALS

SLACK = "slack"
"""La file de Slack."""

Watching = Generator[Write, Any, None]


def watch(*, to_slack: bool, within_ms: int) -> OnEvent:
    """Surveiller les sessions ; `to_slack` : chaque alerte doit aussi un message.

    Un fait plus ancien que `within_ms`, la durée de conservation des alertes, n'est plus jugé : l'alerte qu'il a pu lever
    est peut-être déjà purgée, et serait levée une seconde fois.
    """

    def react(transaction: Transaction, event: Event, _outcome: Outcome) -> Watching:
        # Un événement dépassé compte aussi : `session.created` peut arriver après la fin de la session.
        clerk_id = person(event.data)
        if event.type.startswith("session.") and clerk_id:
            for rule in RULES:
                signal = rule.read(event)
                if signal and (signal.at is None or signal.at > transaction.now - within_ms):
                    yield from judge(transaction, rule, signal, clerk_id, to_slack=to_slack)

    return react


def judge(transaction: Transaction, rule: Rule, signal: Signal, clerk_id: str, *, to_slack: bool) -> Watching:
    """Appliquer une règle à un fait. Un fait déjà noté a déjà été jugé."""
    row = alert_row(transaction, rule, clerk_id, signal)
    if (yield note(transaction, row, signal.value)) is None:
        return
    created = yield Write(_raise(transaction.dialect), {**row, "enough": rule.enough})
    if created is not None and to_slack:
        yield message(transaction, rule, row)


def alert_row(transaction: Transaction, rule: Rule, clerk_id: str, signal: Signal) -> dict[str, Any]:
    """Préparer l'alerte pour laquelle compte un fait ; elle n'existe peut-être pas encore."""
    window = json.dumps([rule.name, clerk_id, signal.at, signal.scope])
    return {
        "alert_id": transaction.subjects(window),
        "rule": rule.name,
        "clerk_id": clerk_id,
        "at": signal.at,
        "created_at": transaction.now,
    }


def note(transaction: Transaction, alert: dict[str, Any], value: str) -> Write:
    """Préparer l'écriture d'un fait ; rien n'est écrit s'il est déjà connu, ou si la personne est effacée."""
    signal_id = transaction.subjects(json.dumps([alert["alert_id"], value]))
    row = {**alert, "signal_id": signal_id, "value": value}
    subject = transaction.subjects(alert["clerk_id"])
    return Write(_note(transaction.dialect, tuple(row)), {**row, "subject": subject})


def message(transaction: Transaction, rule: Rule, alert: dict[str, Any]) -> Write:
    """Devoir le message d'une alerte. Il dit la règle et le numéro de l'alerte, rien de la personne."""
    return effect(
        transaction.dialect,
        key=f"slack_alert/{alert['alert_id']}",
        kind="slack_message",
        destination=SLACK,
        clerk_id=alert["clerk_id"],
        payload={"text": f"{rule.why} Alerte {rule.name}, numéro {alert['alert_id']}"},
        now=transaction.now,
    )


@lru_cache(maxsize=4)
def _note(dialect: str, names: tuple[str, ...]) -> Any:
    statement = insert_unless_erased(dialect, SIGNALS, names)
    return statement.on_conflict_do_nothing(index_elements=[SIGNALS.c.signal_id]).returning(
        SIGNALS.c.signal_id
    )


@lru_cache(maxsize=2)
def _raise(dialect: str) -> Any:
    """Construire l'ordre SQL : il compte et lève l'alerte d'un coup, et ne rend une ligne que s'il la crée."""
    names = [column.name for column in ALERTS.c]
    alert_id = bindparam("alert_id", type_=ALERTS.c.alert_id.type)
    counted = select(func.count()).where(SIGNALS.c.alert_id == alert_id).scalar_subquery()
    values = select(*(bindparam(name, type_=ALERTS.c[name].type).label(name) for name in names))
    statement = insert(dialect, ALERTS).from_select(
        names, values.where(counted >= bindparam("enough")), include_defaults=False
    )
    return statement.on_conflict_do_nothing(index_elements=[ALERTS.c.alert_id]).returning(ALERTS.c.alert_id)
