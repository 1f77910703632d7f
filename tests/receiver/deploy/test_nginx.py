"""nginx accepts the site as it is shipped, and does at the edge what its comments say."""

import datetime as dt
import ipaddress
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from reference_impl.deploy.vps import make_allowlist
from tests.programs import need
from tests.receiver.deploy.edge import (
    DEPLOY,
    SIGNED,
    WEBHOOK,
    Upstream,
    free_ports,
    raw_exchange,
    running,
    upstream,
)

SITE = "hooks.example.fr"
HERE, ELSEWHERE = '{"here": ["127.0.0.1"]}', '{"elsewhere": ["192.0.2.7"]}'  # where Svix is said to be
WEBHOOK_ALIASES = {name.replace("svix", "webhook"): value for name, value in SIGNED.items()}
MAIN = """
daemon off;
master_process off;
pid nginx.pid;
error_log stderr notice;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;
    uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;
    include site.conf;
}}
"""


def write_certificate(folder: Path) -> None:
    """Write a key and the certificate it signs for itself, under certbot's names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SITE)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SITE)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, pem, plain))


def install(folder: Path, http: int, https: int, app: int, addresses: str | None) -> None:
    """Put the shipped site into a folder: only ports, certificate and log move."""
    write_certificate(folder)
    site = (DEPLOY / "vps" / "nginx.conf").read_text(encoding="utf-8")
    lines = [line for line in site.splitlines() if "listen [::]" not in line]  # a test machine may lack IPv6
    site = "\n".join(lines).replace("listen 443 ssl", f"listen 127.0.0.1:{https} ssl")
    site = site.replace("listen 80", f"listen 127.0.0.1:{http}").replace("127.0.0.1:8000", f"127.0.0.1:{app}")
    site = site.replace(f"/etc/letsencrypt/live/{SITE}", str(folder)).replace("/var/log/nginx", str(folder))
    site = site.replace("/var/www/html", str(folder / "www"))
    (folder / "site.conf").write_text(site, encoding="utf-8")
    (folder / "nginx.conf").write_text(MAIN.format(folder), encoding="utf-8")
    listed = folder / "svix-addresses.nginx.conf"
    networks = make_allowlist.read_networks(addresses, []) if addresses else []
    listed.write_text(make_allowlist.for_nginx(networks) if networks else "", encoding="ascii")


@dataclass
class Edge:
    """A running nginx, the upstream behind it, and how to speak to it."""

    folder: Path
    http: int
    https: int
    upstream: Upstream
    tls: ssl.SSLContext

    def request(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"{}"
    ) -> int:
        """Give the status of one request, over TLS, under the site's name."""
        with httpx.Client(verify=self.tls, timeout=20) as client:
            url = f"https://127.0.0.1:{self.https}{path}"
            named = {**(headers or {}), "host": SITE}
            answer = client.request(
                method, url, headers=named, content=body, extensions={"sni_hostname": SITE}
            )
            return answer.status_code

    def burst(self, headers: dict[str, str], count: int = 60, path: str = WEBHOOK) -> list[int]:
        """Give the statuses of as many requests as the limit cannot bear in so short a time."""
        url, named = f"https://127.0.0.1:{self.https}{path}", {**headers, "host": SITE}
        with httpx.Client(verify=self.tls, timeout=20) as client:
            post = [client.build_request("POST", url, headers=named, content=b"{}") for _ in range(count)]
            for request in post:
                request.extensions["sni_hostname"] = SITE
            return [client.send(request).status_code for request in post]


@pytest.fixture
def addresses() -> str | None:
    """The list of Svix's addresses that is loaded; by default none."""
    return None


@pytest.fixture
def edge(tmp_path: Path, addresses: str | None) -> Iterator[Edge]:
    """The shipped site, running before a small upstream."""
    nginx = need("nginx")
    http, https = free_ports(2)
    with upstream() as app:
        install(tmp_path, http, https, app.port, addresses)
        command = [nginx, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
        with running(command, https, tmp_path / "output.txt"):
            tls = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
            yield Edge(tmp_path, http, https, app, tls)


@pytest.mark.parametrize(
    "addresses", [None, (DEPLOY / "vps" / "svix-addresses.json").read_text(encoding="utf-8")]
)
def test_nginx_accepts_the_site_with_and_without_the_list(tmp_path, addresses):
    nginx = need("nginx")
    install(tmp_path, *free_ports(3), addresses)
    command = [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_a_signed_delivery_reaches_the_receiver_byte_for_byte(edge):
    assert edge.request("POST", WEBHOOK, SIGNED, '{"nom": "Zoé"}'.encode()) == 200
    assert edge.upstream.seen[-1]["path"] == WEBHOOK
    assert edge.upstream.seen[-1]["length"] == 15
    assert {name: edge.upstream.headers()[name] for name in SIGNED} == SIGNED
    assert edge.upstream.headers()["host"] == SITE
    assert edge.upstream.headers()["x-forwarded-proto"] == "https"


def test_the_address_a_client_claims_is_replaced_by_the_one_that_is_seen(edge):
    claimed = {"x-forwarded-for": "6.6.6.6, 7.7.7.7", "x-forwarded-proto": "http"}
    assert edge.request("POST", WEBHOOK, {**SIGNED, **claimed}) == 200
    assert ipaddress.ip_address(edge.upstream.headers()["x-forwarded-for"]) == ipaddress.ip_address(
        "127.0.0.1"
    )
    assert edge.upstream.headers()["x-forwarded-proto"] == "https"


def test_a_body_over_the_limit_is_refused_and_the_receiver_not_disturbed(edge):
    assert edge.request("POST", WEBHOOK, SIGNED, b"x" * 512 * 1024) == 200
    before = len(edge.upstream.seen)
    assert edge.request("POST", WEBHOOK, SIGNED, b"x" * (512 * 1024 + 1)) == 413
    assert len(edge.upstream.seen) == before


def test_a_chunked_body_over_the_limit_is_refused_too(edge):
    with socket.create_connection(("127.0.0.1", edge.https), 20) as plain:
        head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: {SITE}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks = (b"10000\r\n" + b"x" * 0x10000 + b"\r\n") * 9
        with edge.tls.wrap_socket(plain, server_hostname=SITE) as secure:
            answer = raw_exchange(secure, head.encode() + chunks + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    assert edge.upstream.seen == []


def test_a_body_that_keeps_the_edge_waiting_does_not_occupy_the_receiver(edge):
    names = "".join(f"{name}: {value}\r\n" for name, value in SIGNED.items())
    head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: {SITE}\r\nConnection: close\r\nContent-Length: 4\r\n{names}\r\n"
    with (
        socket.create_connection(("127.0.0.1", edge.https), 20) as plain,
        edge.tls.wrap_socket(plain, server_hostname=SITE) as secure,
    ):
        secure.sendall(head.encode() + b"12")
        assert edge.request("POST", WEBHOOK, SIGNED) == 200  # by now nginx has read the first half
        assert edge.upstream.connections == 1
        assert raw_exchange(secure, b"34").startswith(b"HTTP/1.1 200")
    assert edge.upstream.connections == 2


def test_requests_without_signature_headers_are_limited(edge):
    statuses = edge.burst({})
    assert set(statuses) == {200, 429}
    assert statuses[0] == 200
    assert statuses.count(200) >= 21  # the burst, and what trickles in meanwhile


@pytest.mark.parametrize("headers", [SIGNED, WEBHOOK_ALIASES])
def test_requests_that_carry_the_three_headers_are_never_limited(edge, headers):
    assert 429 in edge.burst({})  # the same address has used up what it was allowed
    assert set(edge.burst(headers)) == {200}


@pytest.mark.parametrize("missing", sorted(SIGNED))
def test_two_headers_out_of_three_are_no_delivery(edge, missing):
    assert 429 in edge.burst({name: value for name, value in SIGNED.items() if name != missing})


@pytest.mark.parametrize("addresses", [HERE])
def test_with_the_list_svix_is_never_limited_and_its_neighbours_are(edge):
    assert set(edge.burst(SIGNED)) == {200}
    assert 429 in edge.burst({})


@pytest.mark.parametrize("addresses", [ELSEWHERE])
def test_with_the_list_invented_headers_from_elsewhere_are_limited_but_not_refused(edge):
    statuses = edge.burst(SIGNED)
    assert statuses[0] == 200  # the signature decides, and a new address of Svix is not shut out
    assert 429 in statuses


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


def test_nothing_is_served_nor_redirected_in_clear(edge):
    answer = httpx.post(
        f"http://127.0.0.1:{edge.http}{WEBHOOK}", headers={**SIGNED, "host": SITE}, content=b"{}"
    )
    assert answer.status_code == 404
    assert edge.upstream.seen == []


def test_the_certificate_s_challenge_is_served_in_clear(edge):
    challenge = edge.folder / "www" / ".well-known" / "acme-challenge"
    challenge.mkdir(parents=True)
    (challenge / "token").write_text("proof", encoding="ascii")
    url = f"http://127.0.0.1:{edge.http}/.well-known/acme-challenge/token"
    assert httpx.get(url, headers={"host": SITE}).text == "proof"


def test_a_stranger_to_the_site_s_name_gets_no_certificate(edge):
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", edge.https), 20) as plain, pytest.raises(ssl.SSLError):
        tls.wrap_socket(plain, server_hostname="elsewhere.example")


def test_the_access_log_keeps_no_address_nor_parameter(edge):
    assert edge.request("POST", f"{WEBHOOK}?jeton=secret", {**SIGNED, "user-agent": "Zoe"}) == 200
    edge.burst(SIGNED, 1)
    written = (edge.folder / "clerk-receiver.log").read_text(encoding="utf-8")
    assert SIGNED["svix-id"] in written
    assert not [word for word in ("127.0.0.1", "secret", "Zoe", SIGNED["svix-signature"]) if word in written]


def test_a_body_never_touches_the_disk(edge):
    assert edge.request("POST", WEBHOOK, SIGNED, b"x" * 512 * 1024) == 200
    assert "temporary file" not in (edge.folder / "output.txt").read_text(encoding="utf-8")
