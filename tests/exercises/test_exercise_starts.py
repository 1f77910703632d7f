"""Every stub starts and answers, although nothing in it is written yet."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from exercise_paths import EXERCISES, SOLUTIONS, STUBS, given

START = """
import asyncio, importlib, json, sys

sys.path.insert(0, sys.argv[1])
module, _, factory = sys.argv[2].partition(":")
app = getattr(importlib.import_module(module), factory)()

async def ask(method, path):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
             "path": path, "raw_path": path.encode(), "root_path": "", "scheme": "http", "query_string": b"",
             "headers": [],
             "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1)}
    try:
        await app(scope, receive, send)
    except NotImplementedError:
        pass
    return next(message["status"] for message in sent if message["type"] == "http.response.start")

print(json.dumps([asyncio.run(ask("GET", "/nowhere")), asyncio.run(ask("POST", "/api/webhooks/clerk"))]))
"""


@pytest.fixture(scope="module")
def public_key() -> str:
    """A PEM public key, as `CLERK_JWT_KEY` wants one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def environment(exercise: str, folder: Path, public_key: str) -> dict[str, str]:
    """Give a value to each variable that the exercise declares, and to no other."""
    values = {
        "DATABASE_URL": f"sqlite:///{folder / 'exercise.db'}",
        "CLERK_WEBHOOK_SIGNING_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "CLERK_JWT_KEY": public_key,
        "CLERK_AUTHORIZED_PARTIES": "http://localhost:3000 https://app.example.com",
        "ERASURE_KEY": "une-cle-de-registre-pour-les-tests",
        "ADMIN_TOKEN": "un-jeton-d-administration-pour-les-tests",
        "APP_ENV": "production",
        "CLERK_INSTANCE_ID": "ins_2abcdefghijklmnopqrstuvwxyz",
    }
    return {variable["name"]: values[variable["name"]] for variable in given(exercise)["environment"]}


@pytest.mark.parametrize("base", [STUBS, SOLUTIONS], ids=["stub", "solution"])
@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_server_starts_and_answers(exercise: str, base: Path, tmp_path: Path, public_key: str) -> None:
    """`create_app()` returns; an unknown path is 404, and an unsigned delivery is accepted by none."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", START, str(base), given(exercise)["factory"]],
        env=environment(exercise, tmp_path, public_key),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    unknown, unsigned = json.loads(done.stdout.splitlines()[-1])
    assert unknown == 404
    assert unsigned >= 400
