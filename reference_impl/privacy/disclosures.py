"""Les communications : qui a reçu des données d'une personne, et devra savoir son effacement (RGPD, article 19)."""

from sqlalchemy import Connection

from reference_impl.privacy.erasure import DISCLOSURES, add_notice
from reference_impl.privacy.register import Subjects, erased_among
from reference_impl.receiving.outcomes import Transaction
from reference_impl.store.dialects import insert
from reference_impl.store.locks import lock_people


def tell_again(
    connection: Connection, subjects: Subjects, clerk_id: str, recipient: str, reference: str, now: int
) -> None:
    """Redevoir l'avis d'une personne effacée pendant un envoi dont la réponse s'est perdue.

    Le premier avis a pu passer avant que le destinataire ne reçoive l'envoi : il n'avait alors rien trouvé à effacer.
    """
    lock_people(connection, [clerk_id])
    if erased_among(connection, subjects, [clerk_id]):
        add_notice(Transaction(connection, subjects, now), clerk_id, recipient, reference, late=str(now))


def disclose(
    connection: Connection, subjects: Subjects, clerk_id: str, recipient: str, reference: str, now: int
) -> bool:
    """Inscrire une communication ; rendre faux si la personne est effacée. `now` est en millisecondes.

    La personne a pu être effacée pendant l'envoi : l'avis au destinataire est alors inscrit aussitôt, sans que rien
    d'elle ne revienne dans la base.
    """
    lock_people(connection, [clerk_id])
    if erased_among(connection, subjects, [clerk_id]):
        add_notice(Transaction(connection, subjects, now), clerk_id, recipient, reference)
        return False
    row = {"clerk_id": clerk_id, "recipient": recipient, "recipient_ref": reference, "disclosed_at": now}
    connection.execute(insert(connection.dialect.name, DISCLOSURES).values(row).on_conflict_do_nothing())
    return True
