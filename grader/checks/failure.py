"""How a check says that the student's server did wrong: what was sent, what was expected, what came back."""

from collections.abc import Sequence

from grader.sandbox.http import Response
from grader.sender import Delivery


class Failure(Exception):
    """The server did not do what the statement asks. Everything else that a check raises is the grader's own fault.

    The texts are French and read by the student: no secret, no answer, no personal datum beyond what was invented.
    """

    def __init__(
        self, *, sent: str, expected: str, received: str, deliveries: Sequence[Delivery] = ()
    ) -> None:
        super().__init__(f"{sent} / {expected} / {received}")
        self.sent = sent
        self.expected = expected
        self.received = received
        self.deliveries = tuple(deliveries)


def describe(response: Response) -> str:
    """Say what came back, without its body: a body may hold anything."""
    if 300 <= response.status < 400:
        return f"une redirection ({response.status}), que Svix ne suit pas"
    if response.status >= 500:
        return f"une erreur du serveur ({response.status})"
    return f"une réponse {response.status}"
