"""Le journal : le module logging, un formateur JSON, la sortie standard."""

import json
import logging
import sys

LOGGER = logging.getLogger("deliveries")


class JsonFormatter(logging.Formatter):
    """Une ligne JSON par enregistrement, clés triées."""

    def format(self, record: logging.LogRecord) -> str:
        """Écrire la ligne."""
        line = {"level": record.levelname, "logger": record.name, "at": self.formatTime(record)}
        return json.dumps(line | record.__dict__["fields"], sort_keys=True, ensure_ascii=False)


def set_up_logging() -> None:
    """Brancher le journal ; StreamHandler vide la sortie à chaque ligne."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    LOGGER.handlers = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def report(svix_id: str | None, type_: str | None, outcome: str, person: str | None = None) -> None:
    """Dire l'issue d'une livraison."""
    fields = {"svix_id": (svix_id or "")[:64], "type": type_, "outcome": outcome, "user": person}
    LOGGER.info("delivery", extra={"fields": fields})
