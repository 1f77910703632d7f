"""L'appel d'un service distant : bornes de temps, et lecture de ses refus."""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from reference_impl.effects.deadline import HurriedClient
from reference_impl.effects.senders import LONGEST_NAME, EffectFailedError

CONNECT_S, ANSWER_S = 3, 10
"""En secondes. Un envoi ne doit pas durer plus que `dispatch.LONGEST_SENDING_MS`."""

LARGEST_ANSWER_BYTES = 4_194_304
"""4 Mio : de quoi lire mille messages d'un canal de Slack, la plus longue des réponses attendues."""

PLAIN = {"accept-encoding": "identity"}
"""Demander des réponses non compressées."""

HIS_FAULT = {401, 403, 408, 429, 502, 503, 504}
"""Le service est en panne, débordé, ou notre clé ne lui convient plus : tous les effets échoueraient.

Un 500 n'y est pas : le service vit, et c'est peut-être cet effet seul qu'il ne sait pas traiter.
"""


class Remote:
    """Un service distant. Aucune redirection n'est suivie : elle mènerait des données là où personne ne l'a voulu."""

    def __init__(
        self, url: str, *, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
    ) -> None:
        timeout = httpx.Timeout(ANSWER_S, connect=CONNECT_S)
        self._client = HurriedClient(timeout=timeout, headers={**PLAIN, **(headers or {})}, auth=auth)
        self._url = url.rstrip("/")

    def call(
        self,
        method: str,
        path: str = "",
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accepted: frozenset[int] = frozenset(),
    ) -> httpx.Response:
        """Appeler le service ; rendre sa réponse si elle est un 2xx, ou l'un des codes `accepted`.

        Lève `EffectFailedError`, sans rien citer de la réponse.
        """
        request = {"json": json, "params": params, "headers": headers}
        try:
            with self._client.stream(method, self._url + path, **request) as streamed:
                answer = read(streamed)
        except httpx.HTTPError as error:
            raise EffectFailedError(type(error).__name__, everyone=True) from None
        if answer.is_success or answer.status_code in accepted:
            return answer
        raise refusal(answer)


def read(streamed: httpx.Response) -> httpx.Response:
    """Lire une réponse, en bornant sa taille : un service en panne peut renvoyer n'importe quoi. Lève `HTTPError`."""
    received = bytearray()
    # Les octets tels qu'ils arrivent : décompressés, quelques-uns pourraient emplir la mémoire.
    for chunk in streamed.iter_raw():
        received += chunk
        if len(received) > LARGEST_ANSWER_BYTES:
            raise httpx.ReadError("la réponse dépasse la taille admise")
    after = streamed.headers.get("retry-after", "")
    headers = {"retry-after": after} if after.isascii() else {}
    return httpx.Response(streamed.status_code, headers=headers, content=bytes(received))


def refusal(answer: httpx.Response) -> EffectFailedError:
    """Dire d'un refus s'il vient de l'état du service, ou de cet effet seul."""
    status = answer.status_code
    return EffectFailedError(str(status), retry_after_s(answer), everyone=status in HIS_FAULT)


def retry_after_s(answer: httpx.Response) -> int | None:
    """Lire `Retry-After`, en secondes ; une date n'est pas lue : l'attente ordinaire suffit."""
    told = answer.headers.get("retry-after", "")
    return int(told[:9]) if told.isascii() and told.isdigit() else None


def told(answer: httpx.Response) -> dict[str, Any]:
    """Lire l'objet JSON de la réponse ; un objet vide si elle n'en est pas un."""
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def header_key(key: str) -> str:
    """Rendre une clé qu'un en-tête peut porter : de l'ASCII, et 255 caractères au plus."""
    quoted = quote(key, safe="/:@")
    return quoted if len(quoted) <= LONGEST_NAME else hashlib.sha256(key.encode()).hexdigest()
