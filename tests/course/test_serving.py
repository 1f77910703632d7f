"""`uv run --group notebooks mkdocs serve`, as the README says: the course, on this machine."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from course_site.paths import ROOT

TIMEOUT_S = 400


def test_the_course_is_served_on_this_machine(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    log = tmp_path / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--no-livereload", "--dev-addr", address],
            cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        assert "Votre première signature vérifiée" in first_answer(f"http://{address}/", server), (
            log.read_text("utf-8")
        )
    finally:
        server.terminate()
        server.wait(30)


def first_answer(url: str, server: subprocess.Popen[bytes]) -> str:
    """The first page, once the server has built the site."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return httpx.get(url, timeout=TIMEOUT_S).text
        except httpx.TransportError:
            time.sleep(0.1)
    return ""
