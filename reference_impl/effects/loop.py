"""La boucle d'exécution des effets, jusqu'à SIGTERM : un fil d'exécution par destinataire.

Un destinataire lent n'occupe que son fil : ni les autres ni les livraisons n'attendent.
"""

import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from reference_impl.effects.dispatch import Dispatcher
from reference_impl.effects.senders import Lane
from reference_impl.errors import InvalidSettingError
from reference_impl.receiving.receive import Receiver
from reference_impl.store.engine import reading
from reference_impl.store.outbox import OUTBOX

IDLE_S = 1
"""L'attente quand rien n'est dû, en secondes."""


def run_dispatch(receiver: Receiver, lanes: Sequence[Lane], *, once: bool) -> None:
    """Exécuter les effets dus ; sans `once`, recommencer jusqu'au signal d'arrêt, et finir les envois en cours."""
    if not lanes:
        raise InvalidSettingError(
            "Aucun destinataire n'est configuré. Voyez : python -m reference_impl features"
        )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    warn_of_orphans(receiver.engine, lanes)
    dispatchers = [Dispatcher(receiver.engine, receiver.subjects, lane, receiver.clock) for lane in lanes]
    with ThreadPoolExecutor(len(dispatchers), thread_name_prefix="dispatch") as threads:
        running = [threads.submit(_run_lane, dispatcher, stop, once=once) for dispatcher in dispatchers]
        # Un fil qui s'arrête sur une erreur arrête les autres : le processus sera relancé en entier.
        for future in running:
            future.add_done_callback(lambda done: stop.set() if done.exception() else None)
    for future in running:
        future.result()


def _run_lane(dispatcher: Dispatcher, stop: threading.Event, *, once: bool) -> None:
    attempt = dispatcher.run_once if once else _patiently(dispatcher)
    while not stop.is_set():
        attempted = attempt(stopped=stop.is_set)
        if once and attempted == 0:
            return
        if attempted == 0 or dispatcher.lane.interval_ms:
            stop.wait(dispatcher.lane.interval_ms / 1000 if attempted else IDLE_S)


def _patiently(dispatcher: Dispatcher) -> Callable[..., int]:
    """Rendre de quoi exécuter les effets dus. Base injoignable : le journal le dit, et le tour suivant réessaie."""

    def attempt(*, stopped: Callable[[], bool]) -> int:
        try:
            return dispatcher.run_once(stopped=stopped)
        except (DBAPIError, PoolTimeoutError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            structlog.get_logger().error("dispatch", outcome="unavailable", error=type(cause).__name__)
            return 0

    return attempt


def warn_of_orphans(engine: Engine, lanes: Sequence[Lane]) -> None:
    """Signaler les effets dus à un destinataire qui n'est plus configuré : ils attendent, et personne ne les envoie."""
    known = [lane.destination for lane in lanes]
    waiting = OUTBOX.c.done_at.is_(None) & OUTBOX.c.destination.not_in(known)
    counted = select(OUTBOX.c.destination, func.count()).where(waiting).group_by(OUTBOX.c.destination)
    with reading(engine).connect() as connection:
        for destination, count in connection.execute(counted).all():
            structlog.get_logger().warning("no recipient", destination=destination, due=count)
