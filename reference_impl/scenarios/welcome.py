"""Scénario 1 : le message de bienvenue, et celui d'un nouvel administrateur.

Le message n'est pas envoyé ici : une livraison en double l'enverrait deux fois, et un fournisseur lent ferait échouer la
livraison. Il est inscrit comme dû, dans la transaction qui crée la personne ; `dispatch` l'envoie ensuite.
"""

from reference_impl.catalogue.organizations import member
from reference_impl.catalogue.reading import inside, short, text
from reference_impl.edge.envelope import Event
from reference_impl.receiving.outcomes import Outcome, Transaction
from reference_impl.receiving.reactions import PersonChange, Writes
from reference_impl.store.outbox import effect

EMAIL = "email"
"""La file des messages, quel que soit le fournisseur."""

ADMIN_ROLE = "org:admin"
"""Les rôles de Clerk portent un préfixe : comparer à « admin » ne serait jamais vrai."""


def welcome(transaction: Transaction, change: PersonChange) -> Writes:
    """Devoir la bienvenue à qui vient d'arriver, par quelque chemin que ce soit ; jamais à un compte ancien."""
    if change.created and change.recent:
        yield effect(
            transaction.dialect,
            key=f"welcome_email/{change.clerk_id}",
            kind="welcome_email",
            destination=EMAIL,
            clerk_id=change.clerk_id,
            now=transaction.now,
        )


def welcome_administrator(transaction: Transaction, event: Event, outcome: Outcome) -> Writes:
    """Devoir un message à qui devient administrateur d'une organisation : une fois par organisation.

    Un rôle retiré puis rendu n'en vaut pas un second. Un événement dépassé ne dit pas le rôle d'aujourd'hui.
    """
    written = event.type in {"organizationMembership.created", "organizationMembership.updated"}
    clerk_id, organization = member(event.data), short(inside(event.data, "organization"), "id")
    is_admin = text(event.data, "role") == ADMIN_ROLE
    if written and outcome is Outcome.PROCESSED and is_admin and clerk_id and organization:
        yield effect(
            transaction.dialect,
            key=f"admin_email/{organization}/{clerk_id}",
            kind="admin_email",
            destination=EMAIL,
            clerk_id=clerk_id,
            payload={"organization_id": organization},
            now=transaction.now,
        )
