"""Starts real servers through `crash_server`, and posts to them as Svix and as an application's client would."""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt

from reference_impl.edge.login import LOGIN_PATH
from reference_impl.edge.session_token import SessionClaims
from reference_impl.edge.webhook import WEBHOOK_PATH
from tests.receiver.signing import signed

from .everything import PARTY, environment, token_key
from .history import Message

FAR_FUTURE_S = 4_102_444_800
ROOT = Path(__file__).parents[3]


class Running:
    """One server. `post` may be called by several threads."""

    def __init__(self, launcher: "Launcher", pid: int, path: str) -> None:
        self._launcher = launcher
        self.pid = pid
        self._client = httpx.Client(
            transport=httpx.HTTPTransport(uds=path), base_url="http://receiver", timeout=30
        )

    def post(self, message: Message) -> int | None:
        """Send the message and return the status, or None if the server died before it answered."""
        try:
            if isinstance(message, SessionClaims):
                return self._client.post(LOGIN_PATH, headers=bearer(message)).status_code
            headers = signed(message.body, svix_id=message.svix_id)
            return self._client.post(WEBHOOK_PATH, content=message.body, headers=headers).status_code
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            return None

    def wait(self) -> int:
        """Wait for its end and return the signal that ended it. Others may still be posting, in vain."""
        return int(self._launcher.order({"wait": self.pid})["signal"])

    def stop(self) -> None:
        """Kill it."""
        self._launcher.order({"stop": self.pid})
        self.close()

    def close(self) -> None:
        """Close the connections to it."""
        self._client.close()


def settled(status: int | None) -> bool:
    """Tell whether the sender has its answer: 2xx, or 403 for the login of somebody erased."""
    return status is not None and (200 <= status < 300 or status == 403)


class Launcher:
    """The process that forks servers."""

    def __init__(self, process: "subprocess.Popen[str]", folder: str) -> None:
        self._process = process
        self._folder = folder
        self._numbers = itertools.count()
        self._one_at_a_time = threading.Lock()

    def order(self, order: dict[str, Any]) -> dict[str, Any]:
        """Give an order and return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def start(self, url: str, kill_at: int | None = None) -> Running:
        """Start a server on that database, which kills itself at step `kill_at`."""
        path = f"{self._folder}/{next(self._numbers)}.sock"
        wanted = {"socket": path, "environment": environment(url), "kill_at": kill_at}
        return Running(self, self.order({"start": wanted})["pid"], path)


@contextmanager
def launched() -> Iterator[Launcher]:
    """Open the process that forks servers; close it at the end."""
    command = [sys.executable, "-m", "tests.receiver.order.crash_server"]
    with tempfile.TemporaryDirectory(prefix="order") as folder:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=dict(os.environ)
        )
        with process:
            yield Launcher(process, folder)


def bearer(claims: SessionClaims) -> dict[str, str]:
    """The header of a login: a session token that says what the claims say."""
    told: dict[str, Any] = {
        "sub": claims.clerk_id,
        "iat": claims.issued_at,
        "exp": FAR_FUTURE_S,
        "azp": PARTY,
    }
    if claims.complete:
        told |= {name: getattr(claims, name) for name in ("email", "first_name", "last_name")}
    return {"Authorization": f"Bearer {jwt.encode(told, token_key(), algorithm='RS256')}"}
