"""Le serveur : uvicorn, un ou plusieurs processus, un arrêt qui laisse finir."""

import os
import tempfile
from pathlib import Path

import uvicorn

from reference_impl.operations.logs import configure_logs
from reference_impl.settings import load_settings

DRAIN_S = 20
"""Le temps laissé aux requêtes en cours après SIGTERM ; l'hébergeur doit en laisser davantage."""

OPEN_REQUESTS = 512
"""Au-delà, un processus répond 503 : Svix réessaiera, mieux vaut cela que de tous les faire attendre 15 s."""


def serve(*, host: str, port: int, workers: int, forwarded_allow_ips: str) -> None:
    """Servir jusqu'à SIGTERM. Lève `InvalidSettingError` avant d'ouvrir le port si un réglage ne convient pas."""
    load_settings()
    configure_logs()
    if workers > 1:
        share_metrics()
    uvicorn.run(
        "reference_impl.app:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        forwarded_allow_ips=forwarded_allow_ips,
        # Le journal d'accès écrirait l'adresse IP de chaque appelant.
        access_log=False,
        log_config=None,
        server_header=False,
        limit_concurrency=OPEN_REQUESTS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=DRAIN_S,
    )


def share_metrics() -> None:
    """Donner aux processus un dossier commun où compter : sans lui, chaque lecture n'en verrait qu'un."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR") or tempfile.mkdtemp(prefix="metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    for left_over in Path(folder).glob("*.db"):
        left_over.unlink()
