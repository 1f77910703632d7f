"""Une requête à l'API de Clerk, bornée en durée, en taille et en nombre de tentatives."""

import random
import time
from collections.abc import Callable
from typing import Any

import httpx

from reference_impl.edge.envelope import load_json
from reference_impl.errors import ClerkApiError, InvalidSettingError, UnusableEventError

API_VERSION = "2026-05-12"
"""La version de l'API que ce client sait lire ; sans cet en-tête, Clerk prendrait celle de l'instance."""

ATTEMPTS = 6
LONGEST_WAIT_S = 120
LONGEST_BACKOFF_S = 30
LARGEST_ANSWER = 64 * 1024 * 1024
"""En octets : environ trois fois une page de 500 comptes aux métadonnées pleines."""


class _PassingError(Exception):
    """Une panne qui passera ; `retry_after_s` est l'attente demandée, en secondes."""

    def __init__(self, cause: str, retry_after_s: int | None = None) -> None:
        super().__init__(cause)
        self.retry_after_s = retry_after_s


class Exchange:
    """Le client HTTP. `sleep` attend des secondes ; `jitter` tire un nombre entre 0 et 1.

    Aucun corps n'est journalisé, ni cité dans une erreur.
    """

    def __init__(
        self,
        secret_key: str,
        url: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        headers = {"Authorization": f"Bearer {secret_key}", "Clerk-API-Version": API_VERSION}
        # httpx ne suit pas les redirections de lui-même : la clé n'ira pas ailleurs.
        self._client = httpx.Client(base_url=url, headers=headers, timeout=httpx.Timeout(30, connect=5))
        self._sleep = sleep
        self._jitter = jitter

    def close(self) -> None:
        """Fermer les connexions."""
        self._client.close()

    def get(self, path: str, params: dict[str, str | int] | None = None) -> tuple[int, Any]:
        """Demander `path` ; rendre le statut et le document JSON (`None` si un refus n'en contient pas).

        Lève `InvalidSettingError` si la clé est refusée, `ClerkApiError` si la panne dure ou si la réponse est illisible.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(path, params)
            except _PassingError as trouble:
                if attempt == ATTEMPTS:
                    raise ClerkApiError(
                        f"L'API de Clerk a échoué {ATTEMPTS} fois de suite ({trouble}). Relancez plus tard :"
                        " ce qui est déjà écrit est gardé."
                    ) from None
                wait = self._pause_s(attempt, trouble.retry_after_s)
            self._sleep(wait)
        raise AssertionError  # la dernière tentative a rendu ou levé

    def _once(self, path: str, params: dict[str, str | int] | None) -> tuple[int, Any]:
        try:
            with self._client.stream("GET", path, params=params) as answer:
                _refuse_by_status(answer)
                return answer.status_code, _document(answer)
        except httpx.RequestError as error:
            raise _PassingError(type(error).__name__) from None

    def _pause_s(self, attempt: int, asked: int | None) -> float:
        """Calculer l'attente : ce que Clerk demande, sinon le double à chaque échec, avec une part de hasard."""
        if asked is None:
            return float(min(2 ** (attempt - 1), LONGEST_BACKOFF_S) * (0.5 + self._jitter() / 2))
        if asked > LONGEST_WAIT_S:
            raise ClerkApiError(f"L'API de Clerk demande d'attendre {asked} s. Relancez après ce délai.")
        return asked + self._jitter()


def _refuse_by_status(answer: httpx.Response) -> None:
    """Lever l'erreur qui convient à un refus : panne passagère, réglage à corriger, ou réponse imprévue."""
    status = answer.status_code
    if status in {401, 403}:
        raise InvalidSettingError(
            f"CLERK_SECRET_KEY est refusée par l'API de Clerk ({status}). Donnez la clé secrète, sk_live_… ou sk_test_…,"
            " de l'instance, telle que le tableau de bord la montre."
        )
    if status == 429 or status >= 500:
        asked = answer.headers.get("retry-after", "")
        raise _PassingError(str(status), int(asked) if asked.isdecimal() and len(asked) < 10 else None)
    if status != 200 and not 400 <= status < 500:
        raise ClerkApiError(f"L'API de Clerk répond {status}. Vérifiez CLERK_API_URL.")


def _document(answer: httpx.Response) -> Any:
    """Lire le JSON, borné en taille ; si le statut est un refus, un corps illisible vaut `None`."""
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise ClerkApiError("L'API de Clerk envoie plus que ce client n'accepte de lire.")
    try:
        return load_json(bytes(body))
    except UnusableEventError:
        if answer.status_code != 200:
            return None
        raise ClerkApiError("L'API de Clerk rend autre chose que du JSON. Vérifiez CLERK_API_URL.") from None
