"""Les mesures que lit Prometheus : de quoi être alerté à temps."""

import os
from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from reference_impl.store.dead_letters import DEAD_LETTERS
from reference_impl.store.engine import reading
from reference_impl.store.outbox import DESTINATIONS, OUTBOX

DELIVERIES = Counter("deliveries_total", "Livraisons reçues, par type et par issue.", ["type", "outcome"])
SECRETS = Counter(
    "deliveries_secret_total",
    "Livraisons vérifiées, par rang du secret : quand l'ancien n'augmente plus, la rotation est finie.",
    ["index"],
)
PROVIDERS = Counter(
    "provider_deliveries_total", "Livraisons des autres expéditeurs, par issue.", ["provider", "outcome"]
)
DURATION = Histogram(
    "delivery_duration_seconds",
    "Durée de traitement d'une livraison ; Svix abandonne à 15 s.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
)
LAG = Histogram(
    "delivery_lag_seconds",
    "Retard d'une livraison sur son événement, nouvelles tentatives comprises.",
    buckets=(0.5, 1, 2, 5, 10, 60, 300, 1800, 7200, 36_000, 100_000),
)
EFFECTS = Counter("effects_total", "Effets exécutés, par sorte et par issue.", ["kind", "outcome"])

_OLDEST = "outbox_oldest_due_seconds"


def render(engine: Engine, now: int) -> bytes:
    """Rendre les mesures au format de Prometheus. Celles des lettres mortes et des effets dus viennent de la base."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        counted = generate_latest(registry)
    else:
        counted = generate_latest()
    try:
        return counted + generate_latest(_stored(engine, now))
    except SQLAlchemyError:
        return counted  # la base est en panne : les autres mesures sont alors utiles


def _stored(engine: Engine, now: int) -> CollectorRegistry:
    registry = CollectorRegistry()
    # Ce qui est remis à plus tard, comme un rappel, n'est pas en retard.
    due = OUTBOX.c.done_at.is_(None) & OUTBOX.c.failed_at.is_(None) & (OUTBOX.c.created_at <= now)
    with reading(engine).connect() as connection:
        dead = connection.execute(select(func.count()).select_from(DEAD_LETTERS)).scalar_one()
        failed = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.failed_at.is_not(None))
        abandoned = connection.execute(failed).scalar_one()
        oldest = connection.execute(select(func.min(OUTBOX.c.created_at)).where(due)).scalar_one()
        waiting = select(OUTBOX.c.destination, func.count()).where(due).group_by(OUTBOX.c.destination)
        by_destination = connection.execute(waiting).all()
        failing = connection.execute(select(DESTINATIONS.c.destination, DESTINATIONS.c.failures)).all()
    age = 0 if oldest is None else max(0, now - oldest) / 1000
    registry.register(
        _Stored(
            GaugeMetricFamily("dead_letters", "Lettres mortes à examiner.", dead),
            GaugeMetricFamily("effects_failed", "Effets abandonnés après trop de tentatives.", abandoned),
            _by_destination("effects_due", "Effets dus, par destinataire.", by_destination),
            _by_destination("destination_failures", "Échecs de suite d'un destinataire.", failing),
            GaugeMetricFamily(_OLDEST, "Âge du plus vieil effet encore dû.", age),
        )
    )
    return registry


class _Stored(Collector):
    """Les mesures lues dans la base à l'instant.

    Un `Gauge` les écrirait aussi dans le dossier partagé des processus : chacun y laisserait ses vieilles valeurs.
    """

    def __init__(self, *families: Metric) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _by_destination(name: str, text: str, rows: Iterable[Any]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["destination"])
    for destination, count in rows:
        family.add_metric([destination], count)
    return family
