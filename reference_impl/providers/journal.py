"""Ce que le journal dit d'une livraison d'un autre expéditeur : qui, quel type, quelle issue ; jamais son corps."""

import time
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from reference_impl.errors import RefusedRequestError
from reference_impl.operations import metrics
from reference_impl.providers.intake import ProviderReceipt
from reference_impl.receiving.outcomes import Outcome


class ProviderJournal:
    """Le journal d'une route. `started` est lu par `time.perf_counter()`."""

    def __init__(self) -> None:
        self._log: Any = structlog.get_logger()

    def received(self, provider: str, receipt: ProviderReceipt, started: float) -> None:
        """Noter une livraison authentique et traitée, quelle qu'en soit l'issue."""
        metrics.PROVIDERS.labels(provider, str(receipt.outcome)).inc()
        self._say(
            "error" if receipt.outcome is Outcome.DEAD else "info",
            provider=provider,
            delivery_id=receipt.delivery_id,
            type=receipt.type,
            outcome=str(receipt.outcome),
            **({"reason": receipt.reason} if receipt.reason else {}),
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
        )

    def refused(self, route: str, error: RefusedRequestError) -> None:
        """Noter une requête refusée, sous le nom de la route : rien ne dit de qui elle vient."""
        metrics.PROVIDERS.labels(route, "rejected").inc()
        self._say("warning", provider=route, outcome="rejected", reason=error.reason)

    def unavailable(self, route: str, error: Exception) -> None:
        """Noter que la base n'a pas répondu, sans le message de l'erreur : le pilote y cite des valeurs."""
        metrics.PROVIDERS.labels(route, "unavailable").inc()
        cause = error.orig if isinstance(error, DBAPIError) else error
        self._say("error", provider=route, outcome="unavailable", error=type(cause).__name__)

    def _say(self, level: str, **fields: Any) -> None:
        with suppress(OSError, ValueError):
            getattr(self._log, level)("provider delivery", **fields)
