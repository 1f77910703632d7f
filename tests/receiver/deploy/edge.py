"""What stands around a proxy under test: an upstream that remembers, free ports, a process that is ended."""

import contextlib
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[3] / "reference_impl" / "deploy"
SIGNED = {"svix-id": "msg_2a", "svix-timestamp": "1764583200", "svix-signature": "v1,c2lnbmVk"}
WEBHOOK = "/api/webhooks/clerk"


class Upstream(ThreadingHTTPServer):
    """Answers 200 to all, and remembers what it was asked: method, path, headers in lower case, length."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Remember)
        self.seen: list[dict[str, object]] = []
        self.connections = 0

    def verify_request(self, request: object, client_address: object) -> bool:
        """Count the connection, and take it."""
        self.connections += 1
        return True

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server_address[1]

    def headers(self) -> dict[str, str]:
        """The headers of the last request."""
        return self.seen[-1]["headers"]  # type: ignore[return-value]


class _Remember(BaseHTTPRequestHandler):
    """One request, read whole."""

    server: Upstream

    def do_POST(self) -> None:
        chunked = self.headers.get("transfer-encoding") == "chunked"
        body = self._chunks() if chunked else self.rfile.read(int(self.headers.get("content-length") or 0))
        if body is None:  # cut on its way: like a real receiver, it has no request to answer
            self.close_connection = True
            return
        headers = {name.lower(): ", ".join(self.headers.get_all(name) or []) for name in self.headers}
        self.server.seen.append({"path": self.path, "headers": headers, "length": len(body)})
        answer = json.dumps({"ok": True}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self.do_POST()

    def _chunks(self) -> bytes | None:
        """Read a chunked body to its last chunk; None where the connection ends before."""
        body = b""
        while size := self.rfile.readline().strip():
            chunk = self.rfile.read(int(size, 16) + 2)[:-2]
            if int(size, 16) == 0:
                return body
            body += chunk
        return None

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def upstream() -> Iterator[Upstream]:
    """An upstream that serves until the end of the block."""
    server = Upstream()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on; all are held at once, so that no two are equal."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path, env: dict[str, str] | None = None) -> Iterator[None]:
    """Run a proxy from its first accepted connection to the end of the block."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=env)
    try:
        _wait_until_it_listens(process, port, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return once a connection is accepted; fail with the log if the process ends first."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)  # a pause between two looks; nothing depends on its length
    raise AssertionError(f"the proxy does not listen:\n{log.read_text(errors='replace')}")


def raw_exchange(connection: socket.socket, request: bytes) -> bytes:
    """Send bytes as they are and read the answer until the proxy closes."""
    connection.settimeout(20)
    connection.sendall(request)
    answer = b""
    while chunk := connection.recv(65536):
        answer += chunk
    return answer
