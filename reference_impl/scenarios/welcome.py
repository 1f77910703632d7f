"""Scénario 1 : le message de bienvenue, et celui d'un nouvel administrateur.

Le message n'est pas envoyé ici : une livraison en double l'enverrait deux fois, et un fournisseur lent ferait échouer la
livraison. Il est inscrit comme dû, dans la transaction qui crée la personne ; `dispatch` l'envoie ensuite.
"""

from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.reactions import PersonChange, RoleChange, Writes
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


def welcome_administrator(transaction: Transaction, change: RoleChange) -> Writes:
    """Devoir un message à qui devient administrateur d'une organisation ; jamais à qui l'était déjà.

    D'une appartenance inconnue ici, on ne sait pas le rôle d'avant : elle ne vaut un message que si elle est récente.
    """
    becomes = change.before != ADMIN_ROLE if change.known else change.recent
    if change.role == ADMIN_ROLE and becomes:
        yield effect(
            transaction.dialect,
            key=f"admin_email/{change.organization_id}/{change.clerk_id}/{change.version}",
            kind="admin_email",
            destination=EMAIL,
            clerk_id=change.clerk_id,
            payload={"organization_id": change.organization_id},
            now=transaction.now,
        )
