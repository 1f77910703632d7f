"""The laboratory of one exercise of one submission: where its servers are started, and with what."""

import hashlib
import hmac
import random
import sqlite3
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from grader.checks.bench import Bench, exit_in_words
from grader.checks.database import Database, tables_of
from grader.checks.failure import Failure
from grader.checks.tokens import TokenIssuer
from grader.exercises import Exercise
from grader.messages import without_secrets
from grader.sandbox.engine import Engine, Workspace
from grader.sandbox.http import NoAnswerError
from grader.sandbox.server import Server
from grader.sender import Delivery, SimulatedClerk, SvixSender, new_secret

BUDGET_S = 90.0
"""Wall time of all the checks of one exercise; past it, every server is killed and what remains fails."""
CLERK_LEAD_MS = 3_600_000


class Lab:
    """Starts servers of one submission's exercise. All randomness comes from `seed`, a key of bytes."""

    def __init__(self, engine: Engine, space: Workspace, exercise: Exercise, seed: bytes) -> None:
        self.engine = engine
        self.exercise = exercise
        self._space = space
        self._seed = seed
        self._servers: list[Server] = []
        self._databases = 0
        self._secrets: set[str] = set()
        self._tables = tables_of(exercise.schema)
        self.expired = False
        self.secret = new_secret(self.rng("secret"))
        self.sender = self.sender_for(self.secret)
        self.tokens = TokenIssuer(self.rng("tokens"))
        rng = self.rng("environment")
        self.erasure_key = rng.randbytes(24).hex()
        self.admin_token = rng.randbytes(24).hex()
        self.instance_id = self.clerk("instance").instance_id
        self._timer = threading.Timer(BUDGET_S, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def rng(self, purpose: str) -> random.Random:
        """Draw apart for each purpose, so that leaving one check out changes nothing for the others."""
        return random.Random(hmac.digest(self._seed, purpose.encode(), hashlib.sha256))

    def clerk(self, purpose: str) -> SimulatedClerk:
        """Make a Clerk instance whose clock stands an hour ago, so that a check can let time pass."""
        return SimulatedClerk(self.rng(f"clerk {purpose}"), now_ms=int(time.time() * 1000) - CLERK_LEAD_MS)

    def sender_for(self, secret: str) -> SvixSender:
        """Make a sender that signs with this secret, which no report will show."""
        self._secrets.add(secret)
        return SvixSender(secret, self.rng(f"sender {secret}"), time.time)

    def environ(self, **changes: str | None) -> dict[str, str]:
        """Give the environment of the contract with changes; None takes a variable away."""
        known: dict[str, str | None] = {
            "CLERK_WEBHOOK_SIGNING_SECRET": self.secret,
            "CLERK_JWT_KEY": self.tokens.public_key,
            "CLERK_AUTHORIZED_PARTIES": f"https://other.example.com {self.tokens.party}",
            "ERASURE_KEY": self.erasure_key,
            "ADMIN_TOKEN": self.admin_token,
            "APP_ENV": "development",
            "CLERK_INSTANCE_ID": self.instance_id,
        }
        wanted = {name: known[name] for name in self.exercise.environment if name in known}
        return {name: value for name, value in {**wanted, **changes}.items() if value is not None}

    def bench(self, **changes: str | None) -> Bench:
        """Start a server on a new, empty database."""
        return self.start(self.environ(**changes), self.new_database())

    def new_database(self) -> Database:
        """Make a database with the exercise's tables, out of reach of any server, then give it to them.

        Raises:
            Failure: a server has put something of its own in the place.
        """
        self._databases += 1
        made, given = (folder / f"db{self._databases}" for folder in (self._space.made, self._space.data))
        made.mkdir(parents=True)
        with closing(sqlite3.connect(made / "course.sqlite")) as connection:
            connection.executescript(self.exercise.schema)
        try:
            made.rename(given)
        except OSError as error:
            raise Failure(
                sent=f"préparation de la base {given.name}",
                expected="un dossier personnel où le serveur ne touche qu'à sa base",
                received=f"quelque chose y occupe déjà la place de {given.name}",
            ) from error
        return Database(given / "course.sqlite", self._tables)

    def start(self, environ: Mapping[str, str], database: Database) -> Bench:
        """Start one process of the server on a database."""
        if self.expired:
            raise Failure(
                sent="démarrage du serveur",
                expected=f"des vérifications terminées en {BUDGET_S:.0f} s",
                received="le temps imparti à l'exercice est dépassé",
            )
        environ = {**environ, "DATABASE_URL": f"sqlite:///{database.path}"}
        server = self.engine.start(self._space, self.exercise.factory, environ)
        self._servers.append(server)
        if self.expired:  # meanwhile: whoever kills the others did not see this one
            server.kill()
        return Bench(self, server, environ, database)

    def refuse_to_start(self, delivery: Delivery, sent: str, **changes: str | None) -> None:
        """Start with a changed environment; the process must end with an error and answer nothing (rule 7).

        Raises:
            Failure: it answered, went on without answering, or ended without an error.
        """
        bench = self.bench(**changes)
        end = time.monotonic() + self.engine.limits.start_s
        expected = "le serveur refuse de démarrer : il s'arrête avec une erreur"
        try:
            response = bench.server.request(
                "POST", "/api/webhooks/clerk", headers=delivery.headers, body=delivery.body,
                timeout_s=self.engine.limits.start_s,
            )  # fmt: skip
        except NoAnswerError:
            code = bench.server.exit_code(max(0.2, end - time.monotonic()))
        else:
            bench.kill()
            raise Failure(sent=sent, expected=expected, received=f"il a démarré et répondu {response.status}")
        bench.kill()
        if why := bench.server.stopped_because:
            raise Failure(sent=sent, expected=expected, received=f"il a fallu l'arrêter ({why})")
        if code is None:
            raise Failure(sent=sent, expected=expected, received="il ne s'est pas arrêté")
        if code == 0:
            raise Failure(
                sent=sent, expected=expected, received=f"il s'est arrêté sans erreur ({exit_in_words(code)})"
            )

    def redact(self, text: str) -> str:
        """Strike the secrets of this run and the paths of its folders out of a text that a report will show."""
        text = text.replace(f"{self._space.code}/", "").replace(f"{self.engine.folder}/", "")
        return without_secrets(text, [self.erasure_key, self.admin_token, *self._secrets])

    def first_log(self) -> str:
        """Give what the first server wrote on its error stream."""
        return self._servers[0].stderr.text() if self._servers else ""

    def close(self) -> None:
        """End every server."""
        self._timer.cancel()
        if self._servers:
            # Each end takes a few milliseconds of waiting: all of them together take no more.
            with ThreadPoolExecutor(len(self._servers)) as pool:
                list(pool.map(Server.kill, self._servers))

    def _expire(self) -> None:
        self.expired = True
        for server in list(self._servers):
            server.kill()
