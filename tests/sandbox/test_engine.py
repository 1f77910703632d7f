"""Both engines start, watch and end servers in the same way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox.engine import Engine, EngineName, Workspace
from grader.sandbox.http import NoAnswerError
from grader.sandbox.limits import Limits
from grader.sandbox.server import Server
from grader.sandbox.usage import folder_use

HELLO = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        {in_request}
        await send({{"type": "http.response.start", "status": 200, "headers": [(b"x-kept", b"1")]}})
        await send({{"type": "http.response.body", "body": scope["path"].encode()}})

def create_app():
    {at_start}
    return app
"""


@pytest.fixture(params=["fork", "fresh"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn, with a small allowance of output."""
    name: EngineName = request.param
    with Engine(name, "strict", Limits(output_bytes=1 << 20, lifetime_s=20)) as engine:
        yield engine


def start(
    engine: Engine, *, at_start: str = "pass", in_request: str = "pass", **environ: str
) -> tuple[Workspace, Server]:
    """Start a little server with some code in it."""
    space = engine.workspace()
    (space.code / "hello.py").write_text(
        HELLO.format(at_start=at_start, in_request=in_request), encoding="utf-8"
    )
    return space, engine.start(space, "hello:create_app", environ)


def test_a_server_answers_over_its_socket(engine: Engine) -> None:
    """Status, headers and body come through as they are."""
    _, server = start(engine)

    with server:
        response = server.request("GET", "/here")

    assert (response.status, response.headers["x-kept"], response.body) == (200, "1", b"/here")


def test_a_server_has_the_environment_it_was_given_and_no_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the grader's own environment is passed on."""
    monkeypatch.setenv("GRADER_OWN_SECRET", "seen")
    _, server = start(engine, at_start="import os; print(sorted(os.environ), flush=True)", GIVEN="1")

    with server:
        server.request("GET", "/")

    assert "'GIVEN'" in server.stdout.text()
    assert "GRADER_OWN_SECRET" not in server.stdout.text()


def test_a_server_that_raises_ends_with_an_error_and_answers_nothing(engine: Engine) -> None:
    """The traceback is on its error stream."""
    _, server = start(engine, at_start="raise RuntimeError('no secret')")

    with pytest.raises(NoAnswerError):
        server.request("GET", "/")

    assert server.exit_code(5) == 1
    server.kill()
    assert "RuntimeError: no secret" in server.stderr.text()


def test_a_killed_server_ends_at_once_and_keeps_its_output(engine: Engine) -> None:
    """As `kill -9` does; what it printed is kept."""
    _, server = start(
        engine, at_start="import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up')"
    )
    server.request("GET", "/")

    server.kill()

    assert server.exit_code() == -9
    assert "up" in server.stdout.text()


def test_endless_output_stops_the_server_and_is_not_kept(engine: Engine) -> None:
    """A hundred megabytes cost the server its life, and the grader one."""
    _, server = start(engine, in_request="print('x' * 100_000_000)")

    with server, pytest.raises(NoAnswerError):
        server.request("GET", "/")

    assert server.stopped_because == "plus de 1 Mio écrits sur la sortie"
    assert len(server.stdout.text()) <= 1 << 20


def test_leaving_the_engine_leaves_nothing_behind() -> None:
    """No folder, no process."""
    with Engine("fork", "strict") as engine:
        _, server = start(engine)
        server.request("GET", "/")
        folder = engine.folder
        pid = server._process.pid

    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_the_use_of_a_folder_counts_all_that_is_below(tmp_path: Path) -> None:
    """The quota of a scratch folder counts the bytes of every file in it, and the files themselves."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"12345")
    (tmp_path / "c").write_bytes(b"123")

    assert folder_use(tmp_path) == (8, 3)
