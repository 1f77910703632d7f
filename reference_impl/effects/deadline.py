"""Une fin pour un échange entier : le délai d'attente du réseau, lui, repart à chaque octet reçu."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx

TOTAL_S = 15
"""En secondes, pour tout l'échange. Il doit durer moins que `dispatch.LONGEST_SENDING_MS`."""


@contextmanager
def cut_after(seconds: float, cut: Callable[[], None]) -> Iterator[None]:
    """Appeler `cut`, d'un autre fil d'exécution, si le bloc dure plus que `seconds`."""
    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class HurriedClient:
    """Un client HTTP dont les connexions sont coupées si un appel ne finit pas. Aucune redirection n'est suivie."""

    def __init__(self, *, total: float = TOTAL_S, **options: Any) -> None:
        self._total, self._options = total, options
        self._client = httpx.Client(**options)

    @contextmanager
    def stream(self, method: str, url: str, **request: Any) -> Iterator[httpx.Response]:
        """Appeler, et rendre la réponse dont le corps reste à lire. Lève `httpx.HTTPError`."""
        client = self._client
        try:
            with cut_after(self._total, client.close), client.stream(method, url, **request) as answer:
                yield answer
        except (OSError, ValueError, RuntimeError) as error:
            if not client.is_closed:
                raise
            raise httpx.ReadTimeout("l'échange dure trop longtemps") from error
        finally:
            if client.is_closed:
                self._client = httpx.Client(**self._options)

    def close(self) -> None:
        """Fermer les connexions gardées."""
        with suppress(RuntimeError):
            self._client.close()
