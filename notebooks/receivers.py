"""Les trois récepteurs du lab 3, devant une même livraison en plusieurs exemplaires.

Deux sont faux, chacun à sa façon ; le troisième est celui du cours. Ils sont hors du notebook, car un processus neuf
n'exécute que ce qu'il importe.
"""

import time
from collections.abc import Callable
from enum import StrEnum

from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.outcomes import Outcome
from reference_impl.receiving.reactions import Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.welcome import welcome
from reference_impl.store.engine import open_engine, reading

START_MS = 1_764_583_200_000
"""L'heure qu'il est dans le lab : le 1er décembre 2025, à 10 h UTC."""

LAB_KEY = "la-cle-d-effacement-du-lab-3"

EFFECTS = "CREATE TABLE effects (svix_id TEXT NOT NULL)"
SEEN = "CREATE TABLE seen (svix_id TEXT PRIMARY KEY)"
ACT = text("INSERT INTO effects VALUES (:svix_id)")
LOOK = text("SELECT 1 FROM seen WHERE svix_id = :svix_id")
NOTE = text("INSERT INTO seen VALUES (:svix_id)")


class Answer(StrEnum):
    """Ce qu'un exemplaire a donné, et le code de réponse que Svix en aurait reçu."""

    DONE = "effet produit : 204"
    KNOWN = "doublon reconnu, rien de fait : 204"
    TOO_LATE = "effet produit, puis refus de la clé unique : 500"


Receive = Callable[[Engine, VerifiedDelivery, float], Answer]
"""Un récepteur ; le dernier argument est la durée du travail, en secondes."""


def act(engine: Engine, delivery: VerifiedDelivery, work_s: float) -> None:
    """Produire l'effet : un travail qui dure, puis sa trace. Rien ne l'annulera."""
    time.sleep(work_s)
    with engine.begin() as transaction:
        transaction.execute(ACT, {"svix_id": delivery.svix_id})


def naive(engine: Engine, delivery: VerifiedDelivery, work_s: float) -> Answer:
    """Agir à chaque exemplaire."""
    act(engine, delivery, work_s)
    return Answer.DONE


def look_then_act(
    engine: Engine, delivery: VerifiedDelivery, work_s: float
) -> Answer:
    """Chercher le svix-id ; inconnu, agir, puis le noter."""
    key = {"svix_id": delivery.svix_id}
    with reading(engine).begin() as transaction:
        if transaction.execute(LOOK, key).first():
            return Answer.KNOWN
    act(engine, delivery, work_s)
    try:
        with engine.begin() as transaction:
            transaction.execute(NOTE, key)
    except IntegrityError:  # un autre exemplaire est noté, l'effet est produit
        return Answer.TOO_LATE
    return Answer.DONE


def inbox(engine: Engine, delivery: VerifiedDelivery, _work_s: float) -> Answer:
    """Confier l'exemplaire au récepteur du cours, qui inscrit l'effet comme dû."""
    outcome = reference(engine).receive(delivery).outcome
    return {Outcome.PROCESSED: Answer.DONE, Outcome.DUPLICATE: Answer.KNOWN}[outcome]


def reference(engine: Engine) -> Receiver:
    """Monter le récepteur du cours, qui doit la bienvenue à chaque nouvelle personne."""
    reactions = Reactions(people=(welcome,))
    return Receiver(
        engine, Subjects(LAB_KEY), clock=lambda: START_MS, reactions=reactions
    )


def add_tables(url: str) -> None:
    """Ajouter à la base les deux tables du lab."""
    engine = open_engine(url)
    with engine.begin() as transaction:
        for table in (EFFECTS, SEEN):
            transaction.execute(text(table))
    engine.dispose()
