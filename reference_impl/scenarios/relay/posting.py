"""L'envoi d'octets signés à une application abonnée, dont la réponse ne compte que par son code."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import httpx

from reference_impl.effects.deadline import HurriedClient
from reference_impl.effects.remote import ANSWER_S, CONNECT_S, PLAIN, refusal
from reference_impl.effects.senders import EffectFailedError

NO_CONTENT = 204


def open_client() -> HurriedClient:
    """Ouvrir de quoi appeler. Aucune redirection n'est suivie : elle mènerait des données ailleurs."""
    return HurriedClient(timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S), headers=PLAIN)


@dataclass(frozen=True)
class Endpoint:
    """L'adresse d'une application, employée telle quelle : une barre finale de plus ou de moins en ferait une autre."""

    url: str
    client: HurriedClient = field(default_factory=open_client)

    def post(self, body: bytes, headers: Mapping[str, str], accepted: Collection[int]) -> int:
        """Envoyer ; rendre le code de la réponse s'il est un 2xx, ou l'un des codes `accepted`.

        Lève `EffectFailedError`, sans rien citer de la réponse.
        """
        try:
            with self.client.stream("POST", self.url, content=body, headers=headers) as answer:
                discard(answer)
        except httpx.HTTPError as error:
            raise EffectFailedError(type(error).__name__, everyone=True) from None
        if answer.is_success or answer.status_code in accepted:
            return answer.status_code
        raise refusal(answer)


def discard(answer: httpx.Response) -> None:
    """Finir une réponse vide, pour que la connexion resserve. Un corps n'est pas lu : il peut être lent, ou sans fin."""
    if answer.status_code == NO_CONTENT or answer.headers.get("content-length") == "0":
        answer.read()
