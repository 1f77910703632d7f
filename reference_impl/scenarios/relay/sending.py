"""L'envoi des messages dus à une application abonnée. Chacune a sa file : une lente n'en retarde aucune autre."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import select

from reference_impl import rules
from reference_impl.effects.senders import Effect, Lane, Sent
from reference_impl.errors import InvalidSettingError
from reference_impl.feature_settings import FeatureSettings, Subscriber
from reference_impl.privacy.disclosures import disclose
from reference_impl.privacy.erasure import ATTEMPT, DISCLOSURES
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.relay.due import destination
from reference_impl.scenarios.relay.posting import Endpoint
from reference_impl.scenarios.relay.signature import message_id, sign
from reference_impl.scenarios.relay.state import current_state, deleted
from reference_impl.store.engine import reading

NOTICE = "art19"
"""La sorte de l'avis d'effacement, que `privacy.erasure` inscrit."""

GONE = 410
"""L'application ne veut plus rien à cette adresse (Standard Webhooks) : insister n'y changerait rien."""


def relay_lanes(settings: FeatureSettings, receiver: Receiver) -> Iterator[Lane]:
    """Ouvrir une file par application abonnée. Lève `InvalidSettingError` s'il manque le secret de l'une d'elles."""
    for subscriber in settings.subscribers:
        yield Lane(destination(subscriber), RelaySender(subscriber, receiver))


class RelaySender:
    """L'envoi à une application abonnée : l'état présent est lu, signé, puis envoyé."""

    def __init__(self, subscriber: Subscriber, receiver: Receiver) -> None:
        if subscriber.secret is None:
            raise InvalidSettingError(
                f"SUBSCRIBERS : il manque le secret de l'application {subscriber.name}."
            )
        self._subscriber = subscriber
        self._secret = subscriber.secret.get_secret_value()
        self._receiver = receiver
        self._endpoint = Endpoint(subscriber.url)

    def send(self, effect: Effect) -> Sent:
        """Envoyer le message, si l'application le veut encore et s'il reste quelque chose à dire.

        Lève `EffectFailedError` : le même message, sous le même identifiant, partira plus tard.
        """
        if effect.kind == NOTICE:
            return self._notify(effect)
        if not rules.matches(self._subscriber.types, effect.kind):
            return Sent()
        with reading(self._receiver.engine).connect() as connection:
            state = current_state(connection, effect, self._subscriber.fields)
        if state is None:
            return Sent()
        if state.person and not self._disclose(state.person):
            return Sent()  # effacée depuis la lecture : rien d'elle ne doit partir
        self._post(effect, effect.kind, state.data, effect.payload["at"], GONE)
        return Sent(state.person)

    def _notify(self, effect: Effect) -> Sent:
        """Demander l'oubli d'une personne, quels que soient les types voulus : c'est une obligation.

        Seul un 2xx dit qu'elle est remplie : un 404 ou un 410 ne parle que de l'adresse.
        """
        reference = effect.payload["recipient_ref"]
        if reference.startswith(ATTEMPT):
            return Sent()  # ce qui a été communiqué est noté avant l'envoi, et a son propre avis
        self._post(effect, "user.deleted", deleted(reference), self._receiver.clock())
        return Sent()

    def _disclose(self, person: str) -> bool:
        """Noter la communication avant l'envoi, la première fois ; rendre faux si la personne est effacée.

        Une application qui répond 500, ou trop tard, a pu garder ce qu'elle a reçu ; noté après, l'envoi d'un processus
        tué n'aurait laissé aucune trace, et elle n'apprendrait pas l'effacement.
        """
        recipient, receiver = destination(self._subscriber), self._receiver
        known = (DISCLOSURES.c.clerk_id == person) & (DISCLOSURES.c.recipient == recipient)
        with reading(receiver.engine).connect() as connection:
            if connection.execute(select(DISCLOSURES.c.clerk_id).where(known)).first() is not None:
                return True
        with receiver.engine.begin() as connection:
            return disclose(connection, receiver.subjects, person, recipient, person, receiver.clock())

    def _post(self, effect: Effect, kind: str, data: dict[str, Any], at: int, *also: int) -> None:
        """Signer et envoyer. `at`, en millisecondes, est l'instant du changement ; `also` : les codes admis."""
        message = {"type": kind, "timestamp": iso(at), "data": data}
        body = json.dumps(message, ensure_ascii=False).encode()
        status = self._endpoint.post(body, self._headers(effect.key, body), also)
        if status == GONE:
            recipient = destination(self._subscriber)
            structlog.get_logger().warning("endpoint gone", destination=recipient, kind=kind, status=status)

    def _headers(self, key: str, body: bytes) -> dict[str, str]:
        """Composer les en-têtes de cette tentative : l'instant et la signature changent, pas l'identifiant."""
        identifier, timestamp = message_id(key), self._receiver.clock() // 1000
        return {
            "content-type": "application/json",
            "webhook-id": identifier,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self._secret, identifier, timestamp, body),
        }


def iso(at: int) -> str:
    """Écrire un instant, donné en millisecondes, au format ISO 8601, en UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
