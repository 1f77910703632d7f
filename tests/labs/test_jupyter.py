"""`uv run --group notebooks jupyter lab notebooks`, as the README and the pages say."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from course_site.paths import ROOT
from tests.labs.notebooks import LABS
from tests.programs import missing

TIMEOUT_S = 90
TOKEN = "un-jeton-pour-cet-essai"


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_one_command_opens_the_labs(port: int, tmp_path: Path) -> None:
    """The folder that Jupyter shows holds the five labs, and a kernel can be started for them."""
    if importlib.util.find_spec("jupyterlab") is None:
        missing("jupyterlab is missing: uv sync --group notebooks")
    command = [Path(sys.executable).parent / "jupyter", "lab", "notebooks"]
    options = ["--no-browser", "--allow-root", f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
    home = {
        name: str(tmp_path)
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "HOME")
    }
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, *options], cwd=ROOT, env={**os.environ, **home}, stdout=log, stderr=subprocess.STDOUT
        )
    headers = {"Authorization": f"token {TOKEN}"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=TIMEOUT_S) as client:
            wait_for(client, server)
            listed = client.get("/api/contents").json()["content"]
            assert {f"{name}.ipynb" for name in LABS} <= {entry["name"] for entry in listed}
            assert client.get("/lab/tree/1_signature.ipynb").status_code == 200
            kernel = client.post("/api/kernels", json={"name": "python3"})
            assert kernel.status_code == 201, kernel.text
            client.delete(f"/api/kernels/{kernel.json()['id']}")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def wait_for(client: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        assert server.poll() is None, "jupyter ended"
        try:
            if client.get("/api/status").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError("jupyter does not answer")
