"""A small Clerk Backend API served over real HTTP: three routes, and the trouble a test asks for."""

import contextlib
import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response

SECRET_KEY = "sk_test_0123456789abcdefghij"
INSTANCE = "ins_2tE9vQreconciliation"

UserData = dict[str, Any]


def failure(status: int, code: str) -> Response:
    """An error as Clerk writes it."""
    body = {"errors": [{"message": code, "long_message": code, "code": code}], "clerk_trace_id": "t"}
    return Response(json.dumps(body), status, media_type="application/json")


class FakeClerk:
    """The users of an instance, oldest first, and what is to go wrong.

    `faults` are answered before anything else, one a request; `listing` and `asking` are called before a list and
    before a single user are answered, in the server's thread; `lost_cursor` says what a deleted cursor gets, and `unlisted`
    whom the list forgets.
    """

    def __init__(self) -> None:
        self.url = ""
        self.reset()

    def reset(self) -> None:
        """Forget everything but the address."""
        self.users: list[UserData] = []
        self.faults: deque[Response] = deque()
        self.listing: Callable[[str | None], None] = lambda _cursor: None
        self.asking: Callable[[str], None] = lambda _clerk_id: None
        self.lost_cursor = "refused"
        self.list_answer: Response | None = None
        self.user_answer: Response | None = None
        self.requests: list[Request] = []
        self.places: dict[str, int] = {}
        self.unlisted: set[str] = set()

    def sign_up(self, *users: UserData) -> None:
        """Add users at the end."""
        for user in users:
            self.places[user["id"]] = len(self.places)
            self.users.append(user)

    def remove(self, *clerk_ids: str) -> None:
        """Delete users, as their webhook would have said had it come."""
        self.users = [user for user in self.users if user["id"] not in clerk_ids]

    def queries(self) -> list[dict[str, str]]:
        """The query of each list that was asked for."""
        return [dict(r.query_params) for r in self.requests if r.url.path == "/v1/users"]

    def asked(self) -> list[str]:
        """The users that were asked for one by one."""
        return [r.url.path.rsplit("/", 1)[1] for r in self.requests if r.url.path.startswith("/v1/users/")]

    def list(self, query: dict[str, str]) -> Response:
        """Answer a page."""
        limit, cursor = int(query.get("limit", 10)), query.get("starting_after")
        self.listing(cursor)
        if self.list_answer is not None:
            return self.list_answer
        if query.get("order_by") != "+created_at" or not 1 <= limit <= 500:
            return failure(422, "form_param_value_invalid")
        if cursor is not None and cursor not in {user["id"] for user in self.users}:
            return Response("[]") if self.lost_cursor == "empty" else failure(404, "resource_not_found")
        start = 0 if cursor is None else self.places[cursor] + 1
        page = [user for user in self.users if self.places[user["id"]] >= start]
        listed = [user for user in page if user["id"] not in self.unlisted]
        return Response(json.dumps(listed[:limit]), media_type="application/json")

    def one(self, clerk_id: str) -> Response:
        """Answer one user."""
        self.asking(clerk_id)
        if self.user_answer is not None:
            return self.user_answer
        found = next((user for user in self.users if user["id"] == clerk_id), None)
        if found is None:
            return failure(404, "resource_not_found")
        return Response(json.dumps(found), media_type="application/json")


def application(clerk: FakeClerk) -> FastAPI:
    """The routes; a wrong key and an absent version are refused."""
    app = FastAPI()

    def answer(request: Request, give: Callable[[], Response]) -> Response:
        clerk.requests.append(request)
        if clerk.faults:
            return clerk.faults.popleft()
        if request.headers.get("authorization") != f"Bearer {SECRET_KEY}":
            return failure(401, "authentication_invalid")
        if not request.headers.get("clerk-api-version"):
            return failure(400, "unsupported_api_version")
        return give()

    @app.get("/v1/users")
    def users(request: Request) -> Response:
        return answer(request, lambda: clerk.list(dict(request.query_params)))

    @app.get("/v1/users/{clerk_id}")
    def user(request: Request, clerk_id: str) -> Response:
        return answer(request, lambda: clerk.one(clerk_id))

    @app.get("/v1/instance")
    def instance(request: Request) -> Response:
        return answer(request, lambda: Response(json.dumps({"object": "instance", "id": INSTANCE})))

    return app


@contextlib.contextmanager
def served() -> Iterator[FakeClerk]:
    """Serve a fake on a free port; the socket listens before the thread starts, so nobody has to wait for it."""
    clerk = FakeClerk()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        clerk.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        server = uvicorn.Server(uvicorn.Config(application(clerk), log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield clerk
        server.should_exit = True
        thread.join()
