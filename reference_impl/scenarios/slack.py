"""Scénario 7, Slack : annoncer une inscription dans un canal, une fois, et retirer l'annonce si la personne est effacée.

L'annonce ne porte que l'identifiant Clerk : un nom serait lu de tout le canal, et gardé par Slack. Le robot doit être
membre du canal, et avoir les droits `chat:write` et `channels:history` (`groups:history` si le canal est privé).
"""

import re
from typing import Any

from reference_impl.catalogue.reading import Data, inside, objects, text
from reference_impl.effects.remote import Remote, retry_after_s, told
from reference_impl.effects.senders import Effect, EffectFailedError, Lane, Sent
from reference_impl.feature_settings import FeatureSettings
from reference_impl.privacy.erasure import ATTEMPT
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.outcomes import Transaction
from reference_impl.receiving.reactions import PersonChange, Writes
from reference_impl.receiving.receive import Receiver
from reference_impl.store.outbox import effect

SLACK = "slack"
"""La file de Slack."""

INTERVAL_MS = 1000
"""Slack admet environ un message par seconde et par canal : https://docs.slack.dev/apis/web-api/rate-limits"""

MARGIN_S = 60
"""L'écart admis entre l'horloge de Slack et la nôtre, en secondes."""

LOOKED_AT = "999"
"""Le nombre de messages lus pour le chercher, au plus ; à une application du commerce, Slack n'en rend que 15."""

_INSTANT = re.compile(r"[0-9]{1,20}\.[0-9]{1,10}")
"""Un instant de Slack, `ts` : il désigne un message dans son canal."""

OUR_TOKEN = frozenset(
    {"ratelimited", "not_authed", "invalid_auth", "token_revoked", "token_expired", "account_inactive"}
)
"""Ces erreurs frapperaient tous les effets, quel que soit le canal."""

OUR_CHANNEL = OUR_TOKEN | {"missing_scope", "channel_not_found", "not_in_channel", "is_archived"}
"""Celles-ci aussi, quand c'est dans notre canal que l'on publie."""


def announce_signup(transaction: Transaction, change: PersonChange) -> Writes:
    """Devoir l'annonce de qui vient d'arriver ; jamais d'un compte ancien, qu'une réconciliation découvre."""
    if change.created and change.recent:
        yield effect(
            transaction.dialect,
            key=f"slack_signup/{change.clerk_id}",
            kind="slack_message",
            destination=SLACK,
            clerk_id=change.clerk_id,
            payload={"text": "Nouvelle inscription", "named": True},
            now=transaction.now,
        )


def slack_lane(settings: FeatureSettings, receiver: Receiver) -> Lane:
    """Ouvrir la file de Slack. `SLACK_CHANNEL` est l'identifiant du canal (`C…`) : son nom ne permet pas de le relire."""
    assert settings.slack_bot_token  # `features.require_secrets` l'a exigé
    assert settings.slack_channel
    headers = {"Authorization": f"Bearer {settings.slack_bot_token.get_secret_value()}"}
    remote = Remote(settings.slack_api_url, headers=headers)
    sender = SlackSender(remote, settings.slack_channel, receiver.subjects)
    return Lane(SLACK, sender, INTERVAL_MS)


class SlackSender:
    """L'envoi à Slack, qui n'a pas de clé d'idempotence : le message en porte une, et on l'y cherche avant de répéter."""

    def __init__(self, remote: Remote, channel: str, subjects: Subjects) -> None:
        self._remote, self._channel = remote, channel
        self._subjects = subjects

    def send(self, effect: Effect) -> Sent:
        """Publier un message, ou retirer celui que désigne un avis d'effacement. Lève `EffectFailedError`."""
        if effect.kind == "slack_message":
            mark = self._subjects(effect.key)
            earlier = self._posted(mark, effect.owed_at) if effect.attempt > 1 else None
            return Sent(reference=f"{self._channel}/{earlier}") if earlier else self._post(effect, mark)
        if effect.kind == "art19":
            self._delete(effect.payload["recipient_ref"])
            return Sent()
        raise EffectFailedError("unknown_kind")

    def _post(self, effect: Effect, mark: str) -> Sent:
        """Publier ; la référence rendue, `canal/instant`, est ce par quoi le message pourra être retiré."""
        message = {"channel": self._channel, "text": composed(effect), "unfurl_links": False}
        metadata = {"event_type": "receiver_effect", "event_payload": {"key": mark}}
        answer = self._ask("POST", "chat.postMessage", OUR_CHANNEL, json={**message, "metadata": metadata})
        posted_at = text(answer, "ts")
        if posted_at is None or not _INSTANT.fullmatch(posted_at):
            raise EffectFailedError("no_ts")  # la tentative suivante le cherchera
        return Sent(reference=f"{text(answer, 'channel') or self._channel}/{posted_at}")

    def _posted(self, mark: str, since: int) -> str | None:
        """Chercher le message qui porte cette marque : la réponse à une tentative précédente a pu se perdre.

        `since`, en millisecondes, est l'instant où l'effet était dû : rien n'a pu être publié avant.
        """
        params = {
            "channel": self._channel,
            "oldest": str(since // 1000 - MARGIN_S),
            "limit": LOOKED_AT,
            "include_all_metadata": "true",
        }
        answer = self._ask("GET", "conversations.history", OUR_CHANNEL, params=params)
        return next((text(one, "ts") for one in objects(answer, "messages") if marked(one) == mark), None)

    def _delete(self, reference: str) -> None:
        """Retirer le message. S'il n'est plus là, c'est fait ; s'il est dans un autre canal, lui seul est en cause.

        D'une tentative jamais notée, on ne sait pas si elle a publié : le message se cherche par sa marque.
        """
        if reference.startswith(ATTEMPT):
            since, _, mark = reference.removeprefix(ATTEMPT).partition("/")
            channel, posted_at = self._channel, self._posted(mark, int(since))
        else:
            channel, _, posted_at = reference.partition("/")
        if posted_at is None:
            return  # la tentative n'avait rien publié
        gone = frozenset({"message_not_found"})
        self._ask("POST", "chat.delete", OUR_TOKEN, gone, json={"channel": channel, "ts": posted_at})

    def _ask(
        self,
        method: str,
        name: str,
        ours: frozenset[str],
        gone: frozenset[str] = frozenset(),
        **request: Any,
    ) -> Data:
        """Appeler l'API de Slack : elle dit 200 même quand elle refuse, et c'est `ok` qui compte.

        Les erreurs de `ours` concernent tous les effets ; celles de `gone` veulent dire que c'était déjà fait.
        """
        answer = self._remote.call(method, f"/{name}", **request)
        document = told(answer)
        error = text(document, "error")
        if document.get("ok") is True or error in gone:
            return document
        known = error in ours
        raise EffectFailedError(str(error) if known else "refused", retry_after_s(answer), everyone=known)


def composed(effect: Effect) -> str:
    """Composer le texte : ce que l'effet annonce, et l'identifiant de la personne s'il le demande."""
    announced = escaped(effect.payload["text"])
    named = effect.recipient is not None and effect.payload.get("named") is True
    return (
        f"{announced} : {escaped(effect.recipient['clerk_id'])}" if named and effect.recipient else announced
    )


def escaped(value: str) -> str:
    """Neutraliser ce dont Slack ferait un lien ou une mention : `<!channel>` réveillerait tout le canal."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def marked(message: Data) -> str | None:
    """Lire la marque que porte un message du canal, s'il est de nous."""
    return text(inside(inside(message, "metadata"), "event_payload"), "key")
