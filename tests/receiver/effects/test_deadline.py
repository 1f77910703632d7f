"""An exchange ends, even with a recipient that sends a byte from time to time: each byte renews the delays of the network."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import httpx
import pytest

from reference_impl.effects.deadline import HurriedClient


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """A server that sends `head`, then a byte for each byte of patience, until it is cut off."""
    stop = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, suppress(OSError):
                    connection.recv(65_536)
                    connection.sendall(head)
                    while not stop.wait(0.02):
                        connection.sendall(b"x")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        stop.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nx-drip: ", b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n"]
)
def test_a_recipient_that_drips_is_cut_off_and_the_client_serves_again(head: bytes) -> None:
    with dripping(head) as url, closing(HurriedClient(total=0.3, timeout=5)) as client:
        for _ in range(2):
            with pytest.raises(httpx.HTTPError), client.stream("POST", url) as answer:
                answer.read()
