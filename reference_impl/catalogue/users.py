"""`user.created`, `user.updated`, `user.deleted`."""

from typing import Any

from reference_impl.catalogue.reading import (
    Data,
    deletion_time,
    inside,
    objects,
    short,
    snapshot_version,
    text,
    when,
    yes,
)
from reference_impl.edge.envelope import Event
from reference_impl.privacy.erasure import erase
from reference_impl.receiving.outcomes import ALONE, Outcome, Steps, Transaction
from reference_impl.receiving.reactions import PersonChange
from reference_impl.store.pipeline import Write, perform, perform_all
from reference_impl.store.users import Written, snapshot_write, written


def record_user(transaction: Transaction, event: Event) -> Steps:
    """Écrire l'instantané d'une personne. Créer et mettre à jour sont une même écriture.

    `user.updated` peut arriver avant `user.created` ; il porte la personne entière : il n'y a rien à attendre.
    """
    row = user_row(event.data, event.resource_id, snapshot_version(event))
    done = written((yield prepared(transaction, row)), transaction.now)
    if done.applied:
        yield from transaction.reactions.person_written(transaction, changed(row, done))
    return Outcome.PROCESSED if done.applied else Outcome.STALE


def record_snapshot(transaction: Transaction, row: dict[str, Any], *, recent: bool) -> Written:
    """Écrire l'instantané que donne une réconciliation : la même écriture que celle du webhook.

    `recent=False` : le compte est ancien, et le découvrir ne vaut pas une bienvenue.
    """
    done = written(perform(transaction.connection, prepared(transaction, row)), transaction.now)
    if done.applied:
        reactions = transaction.reactions.person_written(transaction, changed(row, done, recent=recent))
        perform_all(transaction.connection, reactions)
    return done


def changed(row: dict[str, Any], done: Written, *, recent: bool = True) -> PersonChange:
    """Dire aux scénarios ce que l'écriture a fait."""
    return PersonChange(row["clerk_id"], row["clerk_updated_at"], done.created, recent)


def prepared(transaction: Transaction, row: dict[str, Any]) -> Write:
    """Préparer l'écriture d'un instantané, gardée par la version et par le registre d'effacement."""
    subject = transaction.subjects(row["clerk_id"])
    return snapshot_write(
        transaction.dialect, row, subject=subject, now=transaction.now, again=transaction.again
    )


def erase_user(transaction: Transaction, event: Event) -> Steps:
    """Effacer la personne, même inconnue : ce qui arriverait encore sur elle ne sera pas écrit."""
    yield ALONE  # sans quoi une autre livraison du groupe, commencée avant, écrirait encore après l'effacement
    erased_at = deletion_time(event, transaction.now)
    first = erase(transaction, event.resource_id, erased_at=erased_at, cause=event.type)
    return Outcome.PROCESSED if first else Outcome.STALE


def user_row(data: Data, clerk_id: str, version: int) -> dict[str, Any]:
    """Lire les colonnes de `users` dans l'objet `User` de Clerk ; `version` est en millisecondes.

    On ne garde que ce dont on a l'usage : ni `private_metadata` ni les comptes externes.
    """
    return {
        "clerk_id": clerk_id,
        "email": designated(data, "email_addresses", "primary_email_address_id", "email_address"),
        "first_name": text(data, "first_name"),
        "last_name": text(data, "last_name"),
        "email_addresses": email_addresses(data),
        "phone_number": designated(data, "phone_numbers", "primary_phone_number_id", "phone_number"),
        "username": text(data, "username"),
        "image_url": text(data, "image_url"),
        "external_id": text(data, "external_id"),
        "locale": text(data, "locale"),
        "public_metadata": inside(data, "public_metadata"),
        "banned": yes(data, "banned"),
        "locked": yes(data, "locked"),
        "deprovisioned": yes(data, "deprovisioned"),
        "last_sign_in_at": when(data, "last_sign_in_at"),
        "clerk_created_at": when(data, "created_at"),
        "clerk_updated_at": version,
    }


def designated(data: Data, listed: str, pointer: str, field: str) -> str | None:
    """Lire l'adresse, ou le numéro, que `pointer` désigne : le premier de la liste n'est pas toujours le principal.

    Il peut n'y en avoir aucun ; l'exemple du tableau de bord de Clerk désigne une adresse absente de la liste.
    """
    wanted = text(data, pointer)
    found = (short(item, field) for item in objects(data, listed) if wanted and item.get("id") == wanted)
    return next(found, None)


def email_addresses(data: Data) -> list[dict[str, Any]]:
    """Lire toutes les adresses, en disant si elles sont vérifiées : seule une adresse vérifiée prouve à qui elle est."""
    return [
        {"address": address, "verified": inside(item, "verification").get("status") == "verified"}
        for item in objects(data, "email_addresses")
        if (address := text(item, "email_address"))
    ]
