"""Le serveur : uvicorn, un ou plusieurs processus, et un arrêt qui laisse finir les requêtes en cours."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from reference_impl.operations.logs import configure_logs
from reference_impl.settings import load_settings

DRAIN_S = 20
"""Le temps laissé aux requêtes en cours après SIGTERM, en secondes ; l'hébergeur doit en laisser davantage."""

OPEN_REQUESTS = 512
"""Au-delà, un processus répond 503 et Svix réessaiera : mieux vaut cela que de faire attendre tout le monde 15 s."""


def serve(*, host: str, port: int, workers: int, forwarded_allow_ips: str) -> None:
    """Servir jusqu'à SIGTERM. Lève `InvalidSettingError` avant d'ouvrir le port si un réglage ne convient pas."""
    load_settings()
    configure_logs()
    # uvicorn, une fois arrêté, se renvoie le signal reçu : un arrêt demandé doit rendre le code 0, et non 143.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    with shared_metrics(workers):
        uvicorn.run(
            "reference_impl.app:create_app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            forwarded_allow_ips=forwarded_allow_ips,
            access_log=False,  # il écrirait l'adresse IP de chaque appelant
            log_config=None,
            server_header=False,
            limit_concurrency=OPEN_REQUESTS,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=DRAIN_S,
        )


@contextmanager
def shared_metrics(workers: int) -> Iterator[None]:
    """Donner aux processus un dossier commun où compter : sans lui, `/metrics` ne verrait que l'un d'eux."""
    with tempfile.TemporaryDirectory(prefix="metrics-") as temporary:
        if workers > 1:
            os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", temporary)
        for left_over in Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", temporary)).glob("*.db"):
            left_over.unlink()  # reste d'une exécution précédente : les compteurs repartent de zéro
        yield
