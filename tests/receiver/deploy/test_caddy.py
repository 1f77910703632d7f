"""Caddy accepts the site as it is shipped, and does at the edge what its comments say."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from reference_impl.deploy.vps import make_allowlist
from tests.programs import need
from tests.receiver.deploy.edge import (
    DEPLOY,
    SIGNED,
    WEBHOOK,
    Upstream,
    free_ports,
    running,
    upstream,
)

HERE, ELSEWHERE = '{"here": ["127.0.0.1"]}', '{"elsewhere": ["192.0.2.7"]}'
WEBHOOK_ALIASES = {name.replace("svix", "webhook"): value for name, value in SIGNED.items()}


def install(folder: Path, addresses: str | None) -> None:
    """Put the shipped file, and the list if one is wanted, into a folder."""
    shutil.copy(DEPLOY / "vps" / "Caddyfile", folder)
    if addresses:
        networks = make_allowlist.read_networks(addresses, [])
        (folder / "svix-addresses.caddy").write_text(make_allowlist.for_caddy(networks), encoding="ascii")


def environment(folder: Path, **values: str) -> dict[str, str]:
    """Caddy writes below its home: give it one."""
    return {
        **os.environ,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        **values,
    }


@dataclass
class Edge:
    """A running Caddy, without TLS, and the upstream behind it."""

    port: int
    upstream: Upstream

    def request(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"{}"
    ) -> int:
        """Give the status of one request."""
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.request(method, url, headers=headers, content=body, timeout=20).status_code


@pytest.fixture
def addresses() -> str | None:
    """The list of Svix's addresses that is loaded; by default none."""
    return None


@pytest.fixture
def edge(tmp_path: Path, addresses: str | None) -> Iterator[Edge]:
    """The shipped file, running before a small upstream."""
    caddy = need("caddy")
    (port,) = free_ports(1)
    install(tmp_path, addresses)
    with upstream() as app:
        site, behind = f"http://127.0.0.1:{port}", f"127.0.0.1:{app.port}"
        env = environment(tmp_path, SITE_ADDRESS=site, UPSTREAM=behind, CADDY_ADMIN="off")
        command = [caddy, "run", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile")]
        with running(command, port, tmp_path / "output.txt", env):
            yield Edge(port, app)


@pytest.mark.parametrize(
    "addresses", [None, (DEPLOY / "vps" / "svix-addresses.json").read_text(encoding="utf-8")]
)
def test_caddy_accepts_the_file_with_and_without_the_list(tmp_path, addresses):
    caddy = need("caddy")
    install(tmp_path, addresses)
    command = [caddy, "validate", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(tmp_path), timeout=60)
    assert done.returncode == 0, done.stderr
    assert "not formatted" not in done.stderr


@pytest.mark.parametrize("headers", [SIGNED, WEBHOOK_ALIASES])
def test_a_signed_delivery_reaches_the_receiver(edge, headers):
    assert edge.request("POST", WEBHOOK, headers, '{"nom": "Zoé"}'.encode()) == 200
    assert edge.upstream.seen[-1]["length"] == 15
    assert {name: edge.upstream.headers()[name] for name in headers} == headers


def test_the_address_a_client_claims_is_replaced_by_the_one_that_is_seen(edge):
    claimed = {"x-forwarded-for": "6.6.6.6, 7.7.7.7", "x-forwarded-proto": "https"}
    assert edge.request("POST", WEBHOOK, {**SIGNED, **claimed}) == 200
    assert edge.upstream.headers()["x-forwarded-for"] == "127.0.0.1"
    assert edge.upstream.headers()["x-forwarded-proto"] == "http"


@pytest.mark.parametrize("missing", [*sorted(SIGNED), "all"])
def test_a_request_without_the_three_headers_stops_at_the_edge(edge, missing):
    headers = {} if missing == "all" else {name: value for name, value in SIGNED.items() if name != missing}
    assert edge.request("POST", WEBHOOK, headers) == 400
    assert edge.upstream.seen == []


def test_a_body_over_the_limit_is_refused_and_the_receiver_not_disturbed(edge):
    assert edge.request("POST", WEBHOOK, SIGNED, b"x" * 512 * 1024) == 200
    before = len(edge.upstream.seen)
    assert edge.request("POST", WEBHOOK, SIGNED, b"x" * (512 * 1024 + 1)) == 413
    assert len(edge.upstream.seen) == before


def test_a_chunked_body_over_the_limit_is_refused_too(edge):
    names = "".join(f"{name}: {value}\r\n" for name, value in SIGNED.items())
    head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n{names}\r\n"
    chunks = (b"10000\r\n" + b"x" * 0x10000 + b"\r\n") * 9
    # The proxy answers while the body is still on its way, and may then reset the connection: whoever reads only once
    # all is sent can lose the answer.
    with socket.create_connection(("127.0.0.1", edge.port), 20) as plain, ThreadPoolExecutor(1) as threads:
        reading = threads.submit(plain.recv, 65536)
        with suppress(OSError):
            plain.sendall(head.encode() + chunks + b"0\r\n\r\n")
        answer = reading.result()
    assert answer.startswith(b"HTTP/1.1 413")
    assert edge.upstream.seen == []


@pytest.mark.parametrize("addresses", [HERE])
def test_with_the_list_svix_comes_through(edge):
    assert edge.request("POST", WEBHOOK, SIGNED) == 200


@pytest.mark.parametrize("addresses", [ELSEWHERE])
def test_with_the_list_others_are_refused_on_the_webhook_path_only(edge):
    assert edge.request("POST", WEBHOOK, SIGNED) == 403
    assert edge.upstream.seen == []
    assert edge.request("POST", "/api/session/sync") == 200


@pytest.mark.parametrize("path", [
    "/metrics", "/metrics/", "/ready", "/docs", "/openapi.json", "/api/users/user_1/export", "/api/users/",
    "/api/alerts", "/api/analytics", "/api/webhooks/stripe/", "/api/webhooks/other",
    WEBHOOK + "/", "/api/webhooks/../users/", "/%6detrics", "//metrics",
])  # fmt: skip
def test_what_is_not_named_does_not_exist_from_outside(edge, path):
    assert edge.request("GET", path, SIGNED) == 404
    assert edge.upstream.seen == []


@pytest.mark.parametrize("path", [
    "/health", "/api/session/sync", "/api/onboarding", "/api/webhooks/stripe", "/api/webhooks/email",
    "/api/webhooks/shipping",
])  # fmt: skip
def test_the_other_public_doors_are_open(edge, path):
    assert edge.request("POST", path, {"authorization": "Bearer t"}) == 200
    assert edge.upstream.headers()["authorization"] == "Bearer t"
