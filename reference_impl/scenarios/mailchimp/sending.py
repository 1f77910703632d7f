"""La mise à jour de la liste, jusqu'à ce qu'elle dise ce que la base dit.

L'état est lu à l'envoi, et relu après : deux processus peuvent s'occuper de la même personne, et le plus lent écraserait
le plus récent. Celui qui trouve la personne changée recommence ; le dernier à écrire a donc lu le dernier état.
"""

from urllib.parse import quote

from pydantic import SecretStr

from reference_impl.effects.remote import Remote
from reference_impl.effects.senders import Effect, EffectFailedError, Lane, Sent
from reference_impl.feature_settings import FeatureSettings
from reference_impl.privacy.erasure import ATTEMPT
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.mailchimp.audience import Audience, path_of
from reference_impl.scenarios.mailchimp.due import MAILCHIMP, MEMBER, Subscriber
from reference_impl.scenarios.mailchimp.memory import Memory, Plan, State

INTERVAL_MS = 200
"""Mailchimp borne les connexions simultanées, à dix, et non le débit ; chaque processus n'en tient qu'une."""

ROUNDS = 3
"""Qui change plus souvent que cela pendant un envoi attendra la tentative suivante."""


def mailchimp_lane(settings: FeatureSettings, receiver: Receiver) -> Lane:
    """Ouvrir la file de Mailchimp."""
    assert settings.mailchimp_api_key  # `features.require_secrets` les a exigés
    assert settings.mailchimp_list_id
    key = settings.mailchimp_api_key
    url = settings.mailchimp_api_url or address_of(key)
    audience = Audience(Remote(url, auth=("receiver", key.get_secret_value())))
    memory = Memory(receiver, quote(settings.mailchimp_list_id, safe=""))
    return Lane(MAILCHIMP, MailchimpSender(audience, memory), INTERVAL_MS)


def address_of(key: SecretStr) -> str:
    """Rendre l'adresse de l'API. La clé dit le centre de données : `…-us6` est servie par `us6.api.mailchimp.com`."""
    return f"https://{key.get_secret_value().rpartition('-')[2]}.api.mailchimp.com/3.0"


class MailchimpSender:
    """L'envoi à Mailchimp. Ce qui est communiqué est noté par `Memory`, avant : il n'y a pas de référence à rendre."""

    def __init__(self, audience: Audience, memory: Memory) -> None:
        self._audience, self._memory = audience, memory

    def send(self, effect: Effect) -> Sent:
        """Mettre la liste d'accord avec la personne, ou l'y supprimer. Lève `EffectFailedError`."""
        if effect.kind == MEMBER and effect.recipient:
            self._agree(effect.recipient["clerk_id"], again=effect.attempt > 1)
        elif effect.kind == "art19" and effect.payload["recipient_ref"].startswith(ATTEMPT):
            pass  # ce qui a été communiqué est noté avant l'envoi, et a son propre avis
        elif effect.kind == "art19":
            list_id, member, *_ = effect.payload["recipient_ref"].split("/")
            self._forget(list_id, member)
        else:
            raise EffectFailedError("unknown_kind")
        return Sent()

    def _agree(self, clerk_id: str, *, again: bool) -> None:
        """Envoyer l'état de la personne, tant qu'il n'est plus celui qui vient d'être envoyé."""
        sent: list[Subscriber | None] = []
        for _ in range(ROUNDS):
            plan = self._memory.prepare(clerk_id, again=again or bool(sent))
            if plan is None:
                self._withdraw(sent)
                return
            if sent and plan.wanted == sent[-1]:
                return
            try:
                self._carry_out(clerk_id, plan)
            except EffectFailedError:
                self._memory.tell_again(clerk_id, plan.wanted)
                raise
            sent.append(plan.wanted)
        raise EffectFailedError("still_changing")

    def _carry_out(self, clerk_id: str, plan: Plan) -> None:
        """Exécuter le plan, par les anciennes adresses d'abord : aucune ne doit rester inscrite si la suite échoue."""
        for member in plan.moving:
            self._part(clerk_id, member, plan.wanted)
        for member in plan.leaving:
            self._part(clerk_id, member, None)
        if plan.wanted is None:
            return
        path = self._path(plan.wanted.member)
        status = self._audience.keep(path, plan.wanted)
        if plan.back:
            if status in {None, "unsubscribed"}:
                self._audience.invite(path)
            self._memory.note(clerk_id, plan.wanted.member, State.KEPT)

    def _part(self, clerk_id: str, member: str, wanted: Subscriber | None) -> None:
        """Quitter une adresse, pour une autre ou pour de bon ; si elle est à quelqu'un d'autre, ne pas y toucher."""
        if not self._memory.is_shared(self._memory.list_id, member, but=clerk_id):
            if wanted:
                self._audience.move(self._path(member), wanted.email)
            else:
                self._audience.leave(self._path(member))
        self._memory.note(clerk_id, member, State.LEFT)

    def _withdraw(self, sent: list[Subscriber | None]) -> None:
        """Supprimer ce qui a pu partir pendant que la personne était effacée : son avis est peut-être passé avant."""
        for member in {one.member for one in sent if one}:
            self._forget(self._memory.list_id, member)

    def _forget(self, list_id: str, member: str) -> None:
        if not self._memory.is_shared(list_id, member):
            self._audience.forget(path_of(list_id, member))

    def _path(self, member: str) -> str:
        return path_of(self._memory.list_id, member)
