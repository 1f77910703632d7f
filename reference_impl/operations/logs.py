"""Le journal structuré : un objet JSON par ligne, sur la sortie standard, sans donnée personnelle."""

import logging
import sys
from typing import Any

import structlog

_DATED: list[Any] = [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
_AS_JSON = structlog.processors.JSONRenderer(ensure_ascii=False)

# fmt: off
ALLOWED = frozenset((
    "event", "timestamp", "level", "logger", "svix_id", "type", "outcome", "reason", "status",
    "secret_index", "lag_ms", "duration_ms", "error", "sqlstate", "kind", "scanned",
    "created", "updated", "erased", "skipped", "provider", "delivery_id",
    "on", "off", "destination", "due",
))
# fmt: on
"""Les seuls champs qui passent : on dresse la liste de ce qui est admis, car celle des interdits serait incomplète."""


def configure_logs(level: int = logging.INFO) -> None:
    """Régler structlog et les journaux de la bibliothèque standard ; les deux sortent au même format."""
    structlog.configure(
        processors=[*_DATED, keep_allowed, _AS_JSON],
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    without_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_DATED, processors=[without_meta, name_the_error, keep_allowed, _AS_JSON]
    )
    logging.basicConfig(stream=sys.stdout, level=level, force=True)
    logging.getLogger().handlers[0].setFormatter(formatter)
    quiet_libraries()


def quiet_libraries() -> None:
    """Faire taire ce que les bibliothèques diraient de trop."""
    # La commande `uvicorn` règle ses propres sorties, où une trace citerait des valeurs : on les lui retire.
    for own in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(own).handlers.clear()
        logging.getLogger(own).propagate = True
    # httpx journalise les adresses qu'il appelle, et le journal d'accès d'uvicorn celle de chaque appelant.
    for chatty in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def keep_allowed(_logger: object, _method: str, entry: Any) -> Any:
    """Ne laisser passer que les champs admis."""
    return {name: value for name, value in entry.items() if name in ALLOWED}


def name_the_error(_logger: object, _method: str, entry: Any) -> Any:
    """D'une exception, ne garder que la classe : son message et sa trace citent les valeurs, donc les personnes."""
    info = entry.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        entry["error"] = type(error).__qualname__
        entry["event"] = "unhandled error"
    return entry
