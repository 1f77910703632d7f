"""La transaction d'une livraison : l'inscrire, refuser le retour d'une personne effacée, effacer, écrire."""

from sqlalchemy import Engine
from sqlmodel import Session

from ex4_rgpd.erasure import erase, is_erased
from ex4_rgpd.handlers import PERSON_FIELD, keep_body, record_login, record_user
from kit.deliveries import VerifiedDelivery
from kit.events import Event, parse
from kit.inbox import claim, settle


def process(engine: Engine, delivery: VerifiedDelivery, key: str) -> str:
    """Traiter la livraison dans une seule transaction et rendre son issue ; `key` est celle du registre."""
    event = parse(delivery)
    with Session(engine) as session, session.begin():
        # L'inscription est la première écriture : elle prend le verrou. Un effacement concurrent est donc
        # ou bien déjà visible au registre, ou bien encore à venir ; jamais entre les deux.
        if not claim(session, delivery.svix_id, event.type):
            return "duplicate"
        outcome = apply(session, event, delivery, key)
        settle(session, delivery.svix_id, outcome)
        return outcome


def apply(session: Session, event: Event, delivery: VerifiedDelivery, key: str) -> str:
    """Appliquer l'événement et rendre l'issue : `processed`, `stale` ou `ignored`."""
    if event.type not in PERSON_FIELD:
        # Rien de cet événement ne sert ici : son corps n'est pas gardé non plus.
        return "ignored"
    clerk_id = event.data[PERSON_FIELD[event.type]]
    raise NotImplementedError("TODO : une personne effacée ne revient pas")
    keep_body(session, delivery)
    if event.type == "user.deleted":
        raise NotImplementedError("TODO : effacez la personne")
    if event.type == "session.created":
        return record_login(session, event, delivery)
    return record_user(session, event, delivery.svix_id)
