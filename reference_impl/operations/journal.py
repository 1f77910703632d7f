"""Ce que le journal et les mesures disent d'une livraison : son identifiant, son type, son issue ; jamais son corps."""

import re
import time
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from reference_impl.catalogue.entries import CATALOGUE, NEVER_KEPT
from reference_impl.clock import now_ms
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.errors import RefusedRequestError
from reference_impl.operations import metrics
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.receive import Receipt

_SVIX_ID = re.compile(r"msg_[0-9A-Za-z]{1,60}")

_KNOWN = frozenset(CATALOGUE) | NEVER_KEPT


class Journal:
    """Le journal d'un serveur. `started` est l'instant où la requête est arrivée, lu par `time.perf_counter()`."""

    def __init__(self) -> None:
        self._log: Any = structlog.get_logger()

    def received(self, delivery: VerifiedDelivery, receipt: Receipt, started: float) -> None:
        """Noter une livraison vérifiée et traitée, quelle qu'en soit l'issue."""
        lag = None if receipt.timestamp is None else max(0, now_ms() - receipt.timestamp)
        if lag is not None:
            metrics.LAG.observe(lag / 1000)
        metrics.SECRETS.labels(str(delivery.secret_index)).inc()
        self._count(receipt.type, receipt.outcome, started)
        self._say(
            "error" if receipt.outcome is Outcome.DEAD else "info",
            svix_id=delivery.svix_id,
            type=receipt.type,
            outcome=str(receipt.outcome),
            **({"reason": receipt.reason} if receipt.reason else {}),
            secret_index=delivery.secret_index,
            lag_ms=lag,
            duration_ms=_elapsed_ms(started),
        )

    def refused(self, svix_id: str | None, error: RefusedRequestError, started: float) -> None:
        """Noter une requête refusée. Rien ne prouve son `svix-id` : il n'est écrit que s'il en a la forme."""
        self._count(None, Outcome.REJECTED, started)
        self._say(
            "warning",
            svix_id=_claimed(svix_id),
            type=None,
            outcome="rejected",
            reason=error.reason,
            status=error.status,
        )

    def unavailable(self, svix_id: str | None, error: Exception, started: float) -> None:
        """Noter que la base n'a pas répondu. Le message de l'erreur n'est pas écrit : le pilote y cite des valeurs."""
        self._count(None, "unavailable", started)
        cause = error.orig if isinstance(error, DBAPIError) else error
        sqlstate = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
        self._say(
            "error",
            svix_id=_claimed(svix_id),
            outcome="unavailable",
            error=type(cause).__name__,
            sqlstate=sqlstate,
            status=503,
        )

    def _say(self, level: str, **fields: Any) -> None:
        """Écrire une ligne. Une sortie fermée ne doit pas changer la réponse faite à Svix."""
        with suppress(OSError, ValueError):
            getattr(self._log, level)("delivery", **fields)

    def _count(self, kind: str | None, outcome: str, started: float) -> None:
        """Compter la livraison, sous « other » si son type est inconnu : chaque type inventé ajouterait une mesure."""
        label = kind if kind in _KNOWN else "other"
        metrics.DELIVERIES.labels(label, str(outcome)).inc()
        metrics.DURATION.observe(time.perf_counter() - started)


def _claimed(svix_id: str | None) -> str | None:
    return svix_id if svix_id and _SVIX_ID.fullmatch(svix_id) else None


def _elapsed_ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
