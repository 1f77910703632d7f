"""Le groupement : les livraisons qui attendent ensemble passent dans une même transaction.

Un COMMIT attend le disque. Quand Svix renvoie d'un coup une heure de livraisons, en faire un pour chacune est ce qui
coûte le plus ; un pour celles qui attendaient déjà ne coûte pas davantage. Seule, une livraison n'attend personne.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.receiving.people import people_in
from reference_impl.receiving.receive import Receipt, Receiver
from reference_impl.receiving.together import finish_together
from reference_impl.store.locks import lock_key

Result = Receipt | Exception
Waiting = tuple[VerifiedDelivery, asyncio.Future[Receipt]]

LARGEST = 32
"""Au-delà, le premier du groupe attendrait trop longtemps le dernier."""

LANES = 1
"""Un groupe à la fois : pendant que son COMMIT attend le disque, le suivant s'allonge, et n'en coûte pas plus cher.

Deux à la fois se partageraient le même processeur et feraient des groupes deux fois plus petits (`bench/receiver`).
"""


DEADLOCK = "40P01"
"""Le code de PostgreSQL : https://www.postgresql.org/docs/current/errcodes-appendix.html"""


class Batcher:
    """La file d'un processus. Elle n'écrit rien qui ne soit aussi l'affaire de `Receiver.receive`."""

    def __init__(self, receiver: Receiver, *, lanes: int = LANES, largest: int = LARGEST) -> None:
        self._receiver = receiver
        self._lanes, self._largest = lanes, largest
        self._threads = ThreadPoolExecutor(lanes, thread_name_prefix="receive")
        self._waiting: deque[Waiting] = deque()
        self._at_work: set[asyncio.Task[None]] = set()

    async def receive(self, delivery: VerifiedDelivery) -> Receipt:
        """Attendre que la livraison soit traitée, et son groupe validé. Mêmes erreurs que `Receiver.receive`."""
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, future))
        if len(self._at_work) < self._lanes:
            task = asyncio.create_task(self._drain())
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        return await future

    def close(self) -> None:
        """Rendre les fils d'exécution, une fois la dernière livraison traitée."""
        self._threads.shutdown()

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(self._largest, len(self._waiting)))]
            deliveries = [delivery for delivery, _ in group]
            results = await loop.run_in_executor(self._threads, receive_together, self._receiver, deliveries)
            for (_, future), result in zip(group, results, strict=True):
                settle(future, result)


def settle(future: asyncio.Future[Receipt], result: Result) -> None:
    """Rendre son résultat à qui l'attend encore : une connexion coupée a pu renoncer entre-temps."""
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)


def receive_together(receiver: Receiver, deliveries: Sequence[VerifiedDelivery]) -> list[Result]:
    """Traiter un groupe en une transaction ; au moindre accroc, l'annuler et traiter chacune à part.

    Une livraison qui échoue ne doit rien coûter aux autres : annulé, le groupe n'a rien marqué, et chacune retrouve
    alors sa propre transaction, sa lettre morte ou son 503.
    """
    if len(deliveries) > 1:
        try:
            return list(_in_one_transaction(receiver, deliveries))
        except Exception:  # noqa: BLE001, S110  même imprévue, l'erreur d'une seule ne doit pas laisser les autres sans réponse
            pass  # rien n'est perdu : la transaction est annulée, et la suite dira ce qui n'allait pas
    return _one_by_one(receiver, deliveries)


def _in_one_transaction(receiver: Receiver, deliveries: Sequence[VerifiedDelivery]) -> Sequence[Receipt]:
    """Traiter le groupe dans l'ordre des verrous : deux groupes qui les prendraient en sens inverse se bloqueraient.

    Les livraisons avancent de front : toutes s'inscrivent, puis toutes écrivent, et un COMMIT les valide ensemble.
    """
    ordered = sorted(range(len(deliveries)), key=lambda rank: _lock_order(deliveries[rank]))
    events = {rank: receiver.read(deliveries[rank]) for rank in ordered}
    with receiver.engine.begin() as connection:
        suites = [receiver.steps(connection, event, deliveries[rank]) for rank, event in events.items()]
        outcomes = dict(zip(ordered, finish_together(connection, suites), strict=True))
    return [
        Receipt(outcomes[rank], events[rank].type, events[rank].timestamp) for rank in range(len(ordered))
    ]


def _lock_order(delivery: VerifiedDelivery) -> tuple[int, str]:
    return min((lock_key(person) for person in people_in(delivery.body)), default=0), delivery.svix_id


def _one_by_one(receiver: Receiver, deliveries: Sequence[VerifiedDelivery]) -> list[Result]:
    """Traiter chacune à part, jusqu'à la première panne de la base : les suivantes l'attendraient une à une, en vain.

    Le 503 qu'elles reçoivent les fait renvoyer ; au bout de 15 s, Svix n'aurait pas attendu la réponse.
    """
    results: list[Result] = []
    for delivery in deliveries:
        broken = results and isinstance(results[-1], SQLAlchemyError)
        results.append(results[-1] if broken else _alone(receiver, delivery))
    return results


def _alone(receiver: Receiver, delivery: VerifiedDelivery) -> Result:
    try:
        try:
            return receiver.receive(delivery)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != DEADLOCK:
                raise
            # PostgreSQL a annulé l'une des deux transactions qui s'attendaient : l'autre passe, et celle-ci ensuite.
            return receiver.receive(delivery)
    except Exception as error:  # noqa: BLE001  l'erreur, quelle qu'elle soit, est rendue à celle qui l'a causée
        return error
