"""L'effacement d'une personne : ce qui part, ce qui reste, et qui doit l'apprendre. À vous d'écrire."""

import hashlib
import hmac

from sqlalchemy import text
from sqlmodel import Session

from kit.clock import now_ms
from kit.effects import add_effect

# TODO : les ordres SQL de l'effacement, chacun avec le paramètre :clerk_id


def subject(clerk_id: str, key: str) -> str:
    """Rendre l'empreinte de la personne : HMAC-SHA256 de `clerk_id` par `key` (en UTF-8), en hexadécimal.

    Un simple SHA-256 se retrouverait en essayant les identifiants connus ; il faut ici détenir la clé.
    """
    raise NotImplementedError("TODO : calculez le HMAC-SHA256")


def is_erased(session: Session, clerk_id: str, key: str) -> bool:
    """Dire si le registre connaît déjà cette personne."""
    raise NotImplementedError("TODO : cherchez l'empreinte au registre")


def erase(session: Session, clerk_id: str, svix_id: str, key: str) -> None:
    """Effacer la personne de toutes les tables, avertir les destinataires, inscrire l'effacement au registre.

    Tout se joue dans la transaction de la livraison `svix_id` : pas d'effacement sans avis, ni l'inverse.
    L'appelant s'est assuré que la personne n'est pas déjà au registre.
    """
    raise NotImplementedError("TODO : avertissez, effacez, inscrivez")


# TODO : une fonction à part pour les notifications de l'article 19
