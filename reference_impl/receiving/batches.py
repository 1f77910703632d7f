"""Le groupement : les livraisons qui attendent ensemble passent dans une même transaction.

Un COMMIT attend le disque. Quand Svix renvoie d'un coup une heure de livraisons, un COMMIT par livraison est ce qui
coûte le plus ; un seul pour toutes celles qui attendent n'est pas plus long. Une livraison seule n'attend personne.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.receiving.people import people_in
from reference_impl.receiving.receive import Receipt, Receiver
from reference_impl.receiving.together import finish_together
from reference_impl.store.engine import LOCK_TIMEOUT_S
from reference_impl.store.locks import impatient, lock_key

Result = Receipt | Exception
Waiting = tuple[VerifiedDelivery, asyncio.Future[Receipt]]

LARGEST = 32
"""La taille d'un groupe, au plus : au-delà, la première livraison attendrait trop longtemps la dernière."""

ANSWER_WITHIN_S = 12
"""Svix attend 15 s une réponse : passé ce délai, mieux vaut un 503 qu'un silence. La base est peut-être figée."""

DEADLOCK = "40P01"
"""Le code d'un interblocage chez PostgreSQL : https://www.postgresql.org/docs/current/errcodes-appendix.html"""


class Batcher:
    """La file d'attente d'un processus. Chaque livraison y est traitée comme par `Receiver.receive`."""

    def __init__(
        self, receiver: Receiver, *, largest: int = LARGEST, patience: float = ANSWER_WITHIN_S
    ) -> None:
        self._receiver = receiver
        self._largest, self._patience = largest, patience
        # Un groupe à la fois : pendant que son COMMIT attend le disque, les livraisons qui arrivent forment le suivant.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="receive")
        self._waiting: deque[Waiting] = deque()
        self._draining: asyncio.Task[None] | None = None

    async def receive(self, delivery: VerifiedDelivery) -> Receipt:
        """Attendre que la livraison soit traitée, et son groupe validé.

        Lève ce que lève `Receiver.receive`, ou `TimeoutError` : la livraison sera peut-être traitée, et sa nouvelle
        tentative sera alors un doublon.
        """
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, future))
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        async with asyncio.timeout(self._patience):
            return await future

    def close(self) -> None:
        """Rendre le fil d'exécution, une fois la dernière livraison traitée."""
        self._thread.shutdown()

    async def _drain(self) -> None:
        """Traiter les groupes jusqu'à ce que la file soit vide.

        Rien n'attend entre la constater vide et le dire : une livraison venue entre les deux resterait sans réponse.
        """
        try:
            while self._waiting:
                size = min(self._largest, len(self._waiting))
                await self._receive_group([self._waiting.popleft() for _ in range(size)])
        finally:
            self._draining = None

    async def _receive_group(self, group: list[Waiting]) -> None:
        deliveries = [delivery for delivery, _ in group]
        loop = asyncio.get_running_loop()
        try:
            work = loop.run_in_executor(self._thread, receive_together, self._receiver, deliveries)
            results: list[Result] = await work
        except Exception as error:  # noqa: BLE001  personne ne doit attendre une réponse qui ne viendra pas
            results = [error] * len(group)
        for (_, future), result in zip(group, results, strict=True):
            settle(future, result)


def settle(future: asyncio.Future[Receipt], result: Result) -> None:
    """Donner le résultat à la requête qui l'attend ; si sa connexion a été coupée, elle ne l'attend plus."""
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)


def receive_together(receiver: Receiver, deliveries: Sequence[VerifiedDelivery]) -> list[Result]:
    """Traiter un groupe en une transaction ; à la moindre erreur, l'annuler et traiter chaque livraison à part.

    Une livraison qui échoue ne doit pas faire échouer les autres : le groupe annulé n'a rien inscrit, et chacune a
    ensuite sa propre transaction, qui finit en succès, en lettre morte ou en 503.
    """
    if len(deliveries) > 1:
        try:
            return list(_in_one_transaction(receiver, deliveries))
        except Exception:  # noqa: BLE001, S110  l'erreur d'une livraison ne doit pas laisser les autres sans réponse
            pass  # rien n'est perdu : la transaction est annulée, et l'erreur se reproduira à part
    return _one_by_one(receiver, deliveries)


def _in_one_transaction(receiver: Receiver, deliveries: Sequence[VerifiedDelivery]) -> Sequence[Receipt]:
    """Traiter le groupe dans l'ordre des verrous : deux groupes qui les prendraient en sens inverse se bloqueraient.

    Les livraisons avancent ensemble : toutes s'inscrivent, puis toutes écrivent, et un seul COMMIT les valide.
    """
    ordered = sorted(range(len(deliveries)), key=lambda rank: _lock_order(deliveries[rank]))
    events = {rank: receiver.read(deliveries[rank]) for rank in ordered}
    with receiver.engine.begin() as connection:
        impatient(connection)
        suites = [receiver.steps(connection, event, deliveries[rank]) for rank, event in events.items()]
        outcomes = dict(zip(ordered, finish_together(connection, suites), strict=True))
    return [
        Receipt(outcomes[rank], events[rank].type, events[rank].timestamp) for rank in range(len(ordered))
    ]


def _lock_order(delivery: VerifiedDelivery) -> tuple[int, str]:
    return min((lock_key(person) for person in people_in(delivery.body)), default=0), delivery.svix_id


def _one_by_one(receiver: Receiver, deliveries: Sequence[VerifiedDelivery]) -> list[Result]:
    """Traiter chaque livraison à part. Une personne que quelqu'un retient ne fait échouer que ses propres livraisons.

    La base perdue, ou la patience épuisée, les suivantes reçoivent la même erreur : elles l'attendraient une à une.
    """
    results: list[Result] = []
    trouble: SQLAlchemyError | None = None
    end = time.monotonic() + LOCK_TIMEOUT_S
    for delivery in deliveries:
        given_up = trouble is not None and (is_lost(trouble) or time.monotonic() > end)
        result = trouble if given_up and trouble else _alone(receiver, delivery)
        trouble = result if isinstance(result, SQLAlchemyError) else trouble
        results.append(result)
    return results


def is_lost(error: SQLAlchemyError) -> bool:
    """Dire si la base est injoignable : un verrou trop long ou un interblocage, eux, ont un code de PostgreSQL."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _sqlstate(error) is None
    return True


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _alone(receiver: Receiver, delivery: VerifiedDelivery) -> Result:
    try:
        try:
            return receiver.receive(delivery)
        except OperationalError as error:
            if _sqlstate(error) != DEADLOCK:
                raise
            # PostgreSQL a annulé cette transaction pour débloquer l'autre, qui l'attendait : on recommence celle-ci.
            return receiver.receive(delivery)
    except Exception as error:  # noqa: BLE001  toute erreur est rendue à la requête dont elle vient
        return error
