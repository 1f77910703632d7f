"""Les courses du lab 3 : plusieurs processus reçoivent la même livraison au même instant."""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Barrier, BrokenBarrierError
from typing import Any

from sqlalchemy import text

from receivers import Answer, Receive
from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.store.engine import open_engine, reading

COPIES = 4
"""Le nombre d'exemplaires de chaque livraison ; ensemble, chacun a son processus."""

PATIENCE_S = 30
"""L'attente la plus longue devant la barrière ; au-delà, la course échoue."""

LONGEST_S = 45
"""La durée la plus longue d'une course ; au-delà, elle échoue."""

COUNT = text("SELECT (SELECT count(*) FROM effects) + (SELECT count(*) FROM outbox)")


class Round:
    """Une manche : les effets restés dans la base, et ce qu'ont donné les exemplaires."""

    def __init__(self, url: str, deliveries: Sequence[VerifiedDelivery]) -> None:
        self._url = url
        self._before = self._count()
        self.deliveries = len(deliveries)
        self.effects = 0
        self.answers: Counter[Answer] = Counter()

    def end(self, answers: Sequence[Counter[Answer]]) -> "Round":
        """Compter les effets de la manche ; garder ce qu'ont donné les exemplaires."""
        self.effects = self._count() - self._before
        self.answers = sum(answers, Counter())
        return self

    @property
    def effects_each(self) -> float:
        """Le nombre moyen d'effets par livraison ; il en faudrait un."""
        return self.effects / self.deliveries

    def _count(self) -> int:
        engine = open_engine(self._url)
        with reading(engine).begin() as transaction:
            effects = int(transaction.execute(COUNT).scalar_one())
        engine.dispose()
        return effects


def in_turn(
    receive: Receive,
    url: str,
    deliveries: Sequence[VerifiedDelivery],
    work_ms: float = 0,
) -> Round:
    """Recevoir, dans ce seul processus, les exemplaires de chaque livraison l'un après l'autre."""
    copies = [(delivery, 0.0) for delivery in deliveries for _ in range(COPIES)]
    return Round(url, deliveries).end(
        [_receive_all(receive, url, copies, work_ms, None)]
    )


Race = Callable[..., Round]
"""Fait courir : les arguments de `in_turn`, puis l'intervalle (ms) où tombent les arrivées."""


@contextmanager
def processes() -> Iterator[Race]:
    """Ouvrir les processus, un par exemplaire, pour toutes les courses du bloc."""
    # Un premier processus importe ce module, et les autres en naissent.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(
        COPIES, context, initializer=_take_place, initargs=(context.Barrier(COPIES),)
    ) as pool:
        yield lambda *asked: _race(pool, *asked)


@contextmanager
def threads() -> Iterator[Race]:
    """Faire de même avec des fils : une fonction écrite dans le notebook peut courir."""
    with ThreadPoolExecutor(
        COPIES, initializer=_take_place, initargs=(Barrier(COPIES),)
    ) as pool:
        yield lambda *asked: _race(pool, *asked)


def _race(
    pool: ProcessPoolExecutor | ThreadPoolExecutor,
    receive: Receive,
    url: str,
    deliveries: Sequence[VerifiedDelivery],
    work_ms: float = 0,
    spread_ms: float = 0,
) -> Round:
    """Faire recevoir chaque livraison par tous les coureurs. Lève leur première erreur."""
    race = Round(url, deliveries)
    running = [
        pool.submit(_run, receive, url, _copies(deliveries, spread_ms, rank), work_ms)
        for rank in range(COPIES)
    ]
    if wait(running, LONGEST_S).not_done:
        for process in multiprocessing.active_children():
            process.terminate()
        raise TimeoutError(f"une course n'a pas fini en {LONGEST_S} s")
    failures = [failure for runner in running if (failure := runner.exception())]
    if failures:
        # Les autres n'ont vu qu'une barrière rompue : la cause est ailleurs.
        raise min(
            failures, key=lambda failure: isinstance(failure, BrokenBarrierError)
        )
    return race.end([runner.result() for runner in running])


Copy = tuple[VerifiedDelivery, float]
"""Un exemplaire, et son retard en secondes sur l'instant où tous les coureurs sont prêts."""


def _copies(
    deliveries: Sequence[VerifiedDelivery], spread_ms: float, rank: int
) -> list[Copy]:
    """Tirer les retards d'un coureur ; d'une course à l'autre, ils sont les mêmes."""
    rng = random.Random(rank)
    return [(delivery, rng.uniform(0, spread_ms / 1000)) for delivery in deliveries]


_place: dict[str, Any] = {}


def _take_place(barrier: Any) -> None:
    """Retenir, au démarrage d'un coureur, la barrière où il attendra les autres."""
    _place["barrier"] = barrier


def _run(
    receive: Receive, url: str, copies: Sequence[Copy], work_ms: float
) -> Counter[Answer]:
    """Courir dans un processus ou un fil. Qui échoue rompt la barrière : personne ne l'attendra."""
    try:
        return _receive_all(receive, url, copies, work_ms, _place["barrier"])
    except BaseException:
        _place["barrier"].abort()
        raise


def _receive_all(
    receive: Receive, url: str, copies: Sequence[Copy], work_ms: float, barrier: Any
) -> Counter[Answer]:
    """Recevoir les exemplaires, chacun après la barrière, s'il y en a une."""
    answers: Counter[Answer] = Counter()
    engine = open_engine(url)
    try:
        engine.connect().close()  # ouvrir la connexion avant la première livraison
        for delivery, delay_s in copies:
            if barrier is not None:
                barrier.wait(PATIENCE_S)
            time.sleep(delay_s)
            answers[receive(engine, delivery, work_ms / 1000)] += 1
    finally:
        engine.dispose()
    return answers
