"""Le rappel : trois jours après l'arrivée, un seul message, à qui n'a pas fini."""

from sqlalchemy import Connection

from reference_impl.effects.messages import Application, Message
from reference_impl.effects.senders import Effect
from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.reactions import PersonChange, Writes
from reference_impl.scenarios.onboarding.steps import Step, read_person, remaining
from reference_impl.store.outbox import effect

EMAIL = "email"
"""La file des messages, quel que soit le fournisseur."""

DELAY_MS = 3 * 86_400_000
"""Trois jours, en millisecondes."""


def remind(transaction: Transaction, change: PersonChange) -> Writes:
    """Devoir le rappel à qui vient d'arriver. Il est inscrit d'avance, et ne dira que ce qui restera à faire."""
    if change.created and change.recent:
        yield effect(
            transaction.dialect,
            key=f"onboarding_reminder/{change.clerk_id}",
            kind="onboarding_reminder",
            destination=EMAIL,
            clerk_id=change.clerk_id,
            now=transaction.now,
            delay_ms=DELAY_MS,
        )


def compose_reminder(connection: Connection, effect: Effect, application: Application) -> Message | None:
    """Composer le rappel d'après l'état présent de la base ; `None` si la personne a fini, ou n'a plus accès."""
    recipient = effect.recipient
    if recipient is None or recipient["banned"] or recipient["deprovisioned"]:
        return None
    left = remaining(read_person(connection, recipient["clerk_id"]))
    return told(left, application) if left else None


def told(left: list[Step], application: Application) -> Message:
    """Écrire le message. Il ne cite pas le nom : qui s'inscrit avec l'adresse d'autrui y mettrait ce qu'il veut."""
    lines = [
        "Bonjour,",
        "",
        f"Il vous reste à faire sur {application.name} :",
        "",
        *(f"- {step.title}" for step in left),
    ]
    if application.url:
        lines += ["", application.url]
    return Message(f"Terminez votre inscription : {application.name}", "\n".join(lines) + "\n")
