"""La boucle d'exécution des effets, jusqu'à SIGTERM."""

import signal
import threading

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from reference_impl.effects.dispatch import Dispatcher
from reference_impl.effects.senders import HttpSender, LogSender, Sender
from reference_impl.errors import InvalidSettingError
from reference_impl.receiving.receive import Receiver
from reference_impl.settings import Environment, Settings

IDLE_S = 1
"""L'attente quand rien n'est dû, en secondes."""


def run_dispatch(settings: Settings, receiver: Receiver, *, once: bool) -> None:
    """Exécuter les effets dus ; sans `once`, recommencer jusqu'au signal d'arrêt, et finir l'envoi en cours."""
    dispatcher = Dispatcher(receiver.engine, receiver.subjects, choose_sender(settings), receiver.clock)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    while not stop.is_set():
        attempted = dispatcher.run_once(stopped=stop.is_set) if once else _patiently(dispatcher, stop)
        if once and attempted == 0:
            return
        if attempted == 0:
            stop.wait(IDLE_S)


def _patiently(dispatcher: Dispatcher, stop: threading.Event) -> int:
    """Exécuter les effets dus ; si la base est injoignable, l'écrire au journal : le tour suivant réessaiera."""
    try:
        return dispatcher.run_once(stopped=stop.is_set)
    except (DBAPIError, PoolTimeoutError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        structlog.get_logger().error("dispatch", outcome="unavailable", error=type(cause).__name__)
        return 0


def choose_sender(settings: Settings) -> Sender:
    """Choisir l'expéditeur. En production, un service d'envoi est exigé : le journal, lui, n'envoie rien."""
    if settings.effects_url:
        token = settings.effects_token
        return HttpSender(settings.effects_url, token.get_secret_value() if token else None)
    if settings.app_env is Environment.PRODUCTION:
        raise InvalidSettingError(
            "EFFECTS_URL est vide. Donnez l'adresse du service qui envoie vos messages."
        )
    return LogSender()
