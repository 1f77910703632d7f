"""L'effacement d'une personne : ce qui part, ce qui reste, et qui doit l'apprendre. À vous d'écrire."""

import hashlib
import hmac

from sqlalchemy import text
from sqlmodel import Session

from kit.clock import now_ms
from kit.effects import add_effect

# BEGIN SOLUTION (silent): les ordres SQL de l'effacement, chacun avec le paramètre :clerk_id
_DISCLOSURES = text("SELECT recipient, recipient_ref FROM disclosures WHERE clerk_id = :clerk_id ORDER BY id")
_ERASED = text("SELECT 1 FROM erasure_register WHERE subject = :subject LIMIT 1")
_REGISTER = text(
    "INSERT INTO erasure_register (svix_id, subject, erased_at) VALUES (:svix_id, :subject, :erased_at)"
)
_ERASURES = (
    text("DELETE FROM users WHERE clerk_id = :clerk_id"),
    text("DELETE FROM sessions WHERE clerk_id = :clerk_id"),
    text("DELETE FROM disclosures WHERE clerk_id = :clerk_id"),
    text("DELETE FROM outbox WHERE clerk_id = :clerk_id"),
    # L'identifiant entre ses guillemets JSON, où qu'il soit : « user_2a » ne doit pas emporter « user_2ab »,
    # et LIKE prendrait « _ » pour n'importe quel caractère. La ligne, elle, reste : un doublon s'y reconnaît.
    text("UPDATE inbox SET payload = NULL WHERE instr(payload, '\"' || :clerk_id || '\"') > 0"),
)
# END SOLUTION


def subject(clerk_id: str, key: str) -> str:
    """Rendre l'empreinte de la personne : HMAC-SHA256 de `clerk_id` par `key` (en UTF-8), en hexadécimal.

    Un simple SHA-256 se retrouverait en essayant les identifiants connus ; il faut ici détenir la clé.
    """
    # BEGIN SOLUTION: calculez le HMAC-SHA256
    return hmac.new(key.encode(), clerk_id.encode(), hashlib.sha256).hexdigest()
    # END SOLUTION


def is_erased(session: Session, clerk_id: str, key: str) -> bool:
    """Dire si le registre connaît déjà cette personne."""
    # BEGIN SOLUTION: cherchez l'empreinte au registre
    return session.connection().execute(_ERASED, {"subject": subject(clerk_id, key)}).first() is not None
    # END SOLUTION


def erase(session: Session, clerk_id: str, svix_id: str, key: str) -> None:
    """Effacer la personne de toutes les tables, avertir les destinataires, inscrire l'effacement au registre.

    Tout se joue dans la transaction de la livraison `svix_id` : pas d'effacement sans avis, ni l'inverse.
    L'appelant s'est assuré que la personne n'est pas déjà au registre.
    """
    # BEGIN SOLUTION: avertissez, effacez, inscrivez
    # Les avis d'abord : les communications effacées, personne ne saurait plus qui avertir.
    notify_recipients(session, clerk_id, svix_id)
    for statement in _ERASURES:
        session.connection().execute(statement, {"clerk_id": clerk_id})
    row = {"svix_id": svix_id, "subject": subject(clerk_id, key), "erased_at": now_ms()}
    session.connection().execute(_REGISTER, row)
    # END SOLUTION


# BEGIN SOLUTION (silent): une fonction à part pour les notifications de l'article 19
def notify_recipients(session: Session, clerk_id: str, svix_id: str) -> None:
    """Inscrire un effet `art19` par communication, sans `clerk_id` : l'effet survit à l'effacement."""
    # .all() : la lecture est finie avant que les écritures commencent.
    for recipient, recipient_ref in session.connection().execute(_DISCLOSURES, {"clerk_id": clerk_id}).all():
        payload = {"recipient": recipient, "recipient_ref": recipient_ref}
        add_effect(session, kind="art19", clerk_id=None, svix_id=svix_id, payload=payload)


# END SOLUTION
