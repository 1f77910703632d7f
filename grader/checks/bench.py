"""A student's server on its database, as a check works with it."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from grader.checks.database import Database
from grader.checks.failure import Failure, describe
from grader.checks.waiting import wait_until_at_rest
from grader.messages import is_exception, last_words
from grader.sandbox.http import REQUEST_TIMEOUT_S, NoAnswerError, Response, timed_out
from grader.sandbox.server import Server
from grader.sender import Delivery, SvixSender

if TYPE_CHECKING:
    from grader.checks.lab import Lab

WEBHOOK_PATH = "/api/webhooks/clerk"
ATTEMPTS = 4
"""One delivery and three retries: a 5xx is not a fault by itself (rule 3 of the contract)."""
MAX_SILENCES = 3
"""In a row, from one process: one slow request is a failure, a server that has stopped answering is another thing."""
UNDER_WAY_S = 0.8
"""How long the grader holds the lock at most; statements promise less than a second."""


LAST_WORDS_S = 0.15
"""What a server that has just answered 500 gets to write its traceback."""


@dataclass(frozen=True)
class Request:
    """One request of a race: a delivery, or any other such as a login."""

    headers: Mapping[str, str]
    body: bytes | None = None
    path: str = WEBHOOK_PATH

    @classmethod
    def of(cls, delivery: Delivery) -> "Request":
        """Make the request of a delivery."""
        return cls(delivery.headers, delivery.body)


class Bench:
    """One server process, the environment it was started with, and the database that it shares with its twins."""

    def __init__(self, lab: "Lab", server: Server, environ: Mapping[str, str], database: Database) -> None:
        self._lab = lab
        self.server = server
        self.environ = environ
        self.db = database
        self._silences = 0
        self._has_answered = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def send(self, delivery: Delivery, path: str = WEBHOOK_PATH) -> Response:
        """Send one delivery once. Raises Failure if nothing comes back."""
        return self.request("POST", path, headers=delivery.headers, body=delivery.body, deliveries=[delivery])

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deliveries: Sequence[Delivery] = (),
    ) -> Response:
        """Send one request. Raises Failure if nothing comes back."""
        try:
            response = self._patiently(method, path, headers=headers, body=body)
        except NoAnswerError as error:
            self._count_silence(error)
            self._raise_if_never_started()
            sent = deliveries[0].label if deliveries else f"{method} {path}"
            raise Failure(
                sent=sent,
                expected="une réponse HTTP",
                received=self._why_silent(error),
                deliveries=deliveries,
            ) from error
        self._silences = 0
        return response

    def accept(
        self, delivery: Delivery, path: str = WEBHOOK_PATH, sender: SvixSender | None = None
    ) -> Response:
        """Send a delivery that must end up accepted, again when it is not, as Svix would. Raises Failure."""
        current = delivery
        for _ in range(ATTEMPTS):
            response = self.send(current, path)
            if response.accepted:
                return response
            current = (sender or self._lab.sender).resend(delivery)
        raise Failure(
            sent=delivery.label,
            expected="une réponse 2xx",
            received=self._describe(response),
            deliveries=[delivery],
        )

    def refuse(self, delivery: Delivery, status: int | None = None) -> Response:
        """Send a delivery that must be refused: any 4xx, or exactly `status`. Raises Failure."""
        response = self.send(delivery)
        if response.refused and status in (None, response.status):
            return response
        expected = f"un refus par {status}" if status else "un refus (4xx)"
        raise Failure(
            sent=delivery.label, expected=expected, received=self._describe(response), deliveries=[delivery]
        )

    def together(self, requests: Sequence[tuple["Bench", Request]]) -> list[Response | None]:
        """Send all at once while the grader holds the write lock; None stands for no answer.

        The lock is let go once the servers have read every request and got as far as they can, so that all
        are under way at the same time; or after `UNDER_WAY_S`: one that blocks on a request reads no other.
        """
        waiting = threading.Semaphore(0)
        with ThreadPoolExecutor(len(requests)) as pool, self.db.write_lock():
            futures = [
                pool.submit(bench._send_quietly, request, waiting.release) for bench, request in requests
            ]
            end = time.monotonic() + UNDER_WAY_S
            for _ in requests:
                waiting.acquire(timeout=max(0.0, end - time.monotonic()))
            wait_until_at_rest({bench.server.pid for bench, _ in requests}, end)
        return [future.result() for future in futures]

    def twin(self) -> "Bench":
        """Start a second process of the server on the same database, once this one has answered.

        Two that start together on a new database would compete for its settings: SQLite makes nobody wait for
        `PRAGMA journal_mode = WAL`, and fails it at once while another writes.
        """
        if not self._has_answered:
            raise RuntimeError("a twin is started once the first process has answered")
        return self._lab.start(self.environ, self.db)

    def kill(self) -> None:
        """End the process as `kill -9` would."""
        self.server.kill()

    def _send_quietly(self, request: Request, on_read: Callable[[], object]) -> Response | None:
        try:
            return self._patiently(
                "POST", request.path, headers=request.headers, body=request.body, on_read=on_read
            )
        except NoAnswerError:
            return None

    def _patiently(self, method: str, path: str, **options: Any) -> Response:
        """Send a request; until the first answer the server may still be starting, which has a time of its own."""
        starting_s = 0.0 if self._has_answered else self._lab.engine.limits.start_s
        response = self.server.request(method, path, timeout_s=REQUEST_TIMEOUT_S + starting_s, **options)
        self._has_answered = True
        return response

    def _raise_if_never_started(self) -> None:
        """Tell a server that ended before its first answer from one that went silent."""
        code = None if self._has_answered or self.server.stopped_because else self.server.exit_code(0.2)
        if code is not None and not self._lab.expired:
            said = last_words(self.server.stderr.text())
            received = f"il s'est arrêté ({exit_in_words(code)})" + (f" : {said}" if said else "")
            raise Failure(
                sent="démarrage de votre serveur", expected="il démarre et répond", received=received
            )

    def _describe(self, response: Response) -> str:
        """Say what came back and, of an error of the server, the last line of its traceback."""
        if response.status < 500 or self.server.exit_code(LAST_WORDS_S) is not None:
            return describe(response)
        said = last_words(self.server.stderr.text())
        return f"{describe(response)} : {said}" if is_exception(said) else describe(response)

    def _count_silence(self, error: NoAnswerError) -> None:
        """Stop a server that lets every request wait: what is still to be sent would wait in vain, one by one."""
        self._silences += timed_out(error)
        if self._silences == MAX_SILENCES:
            self.server.stop(f"{MAX_SILENCES} requêtes de suite sans réponse en {REQUEST_TIMEOUT_S:.0f} s")

    def _why_silent(self, error: NoAnswerError) -> str:
        if self._lab.expired:
            return "rien : le temps imparti à l'exercice est dépassé"
        if self.server.stopped_because:
            return f"rien : le serveur a été arrêté ({self.server.stopped_because})"
        code = self.server.exit_code(0.2)
        if code is not None:
            said = last_words(self.server.stderr.text())
            return f"rien : le serveur s'est arrêté ({exit_in_words(code)})" + (f" : {said}" if said else "")
        if timed_out(error):
            return "rien dans le temps imparti"
        return "rien : la connexion a été fermée"


def exit_in_words(code: int) -> str:
    """Say how a process ended."""
    return f"signal {-code}" if code < 0 else f"code de sortie {code}"
