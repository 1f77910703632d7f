"""The end of a student's process is never a pass, whatever its exit code."""

from pathlib import Path

import pytest

from grader.sandbox.engine import Engine
from tests.attacks.arena import BOUNDED_S, STUBS, earned, judge, make

EXITS = {
    "at import": "import os\nos._exit(0)\n",
    "at import, politely": "import sys\nsys.exit(0)\n",
    "in create_app": """
import os
def create_app():
    os._exit(0)
raise_on_import = None
""",
    "in a request": """
import os
async def app(scope, receive, send):
    if scope["type"] == "http":
        os._exit(0)
""",
    "by a signal of its own": "import os\nos.kill(os.getpid(), 9)\n",
    "by a fault of memory": "import ctypes\nctypes.string_at(0)\n",
    "by exhausting the stack": "import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()\n",
}

AFTER_FIRST_ANSWER = """
import os
from starlette.middleware.base import BaseHTTPMiddleware  # noqa
def exit_after_first_2xx(app):
    async def wrapped(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)
        seen = []
        async def watch(message):
            seen.append(message.get("status", 0))
            await send(message)
        await app(scope, receive, watch)
        if 200 <= max(seen) < 300:
            os._exit(0)
    return wrapped
"""


@pytest.mark.parametrize("when", EXITS)
def test_a_process_that_ends_with_status_0_earns_nothing(engine: Engine, tmp_path: Path, when: str) -> None:
    """No answer, no point."""
    folder = make(tmp_path / "s", base=STUBS)
    app = folder / "ex1_signature" / "app.py"
    tail = "\ndef create_app():\n    return app\n" if "in a request" in when else ""
    original = "" if when.startswith("in ") else app.read_text(encoding="utf-8")
    app.write_text(EXITS[when] + original + tail, encoding="utf-8")

    result = judge(engine, folder)

    assert earned(result) == set()
    assert result.seconds < BOUNDED_S


def test_a_server_that_ends_after_its_first_success_keeps_only_what_it_showed(
    engine: Engine, tmp_path: Path
) -> None:
    """The precondition is met, and the shared server is gone; only the checks that start their own can be passed."""
    folder = make(tmp_path / "s", attack=AFTER_FIRST_ANSWER)
    app = folder / "ex1_signature" / "app.py"
    text = app.read_text(encoding="utf-8").replace(
        "    return app\n", "    return exit_after_first_2xx(app)\n"
    )
    app.write_text(text, encoding="utf-8")

    result = judge(engine, folder)

    assert earned(result) <= {"ex1.6"}
    reasons = {c.failure.received for c in result.criteria if c.failure}
    assert any("code de sortie 0" in reason for reason in reasons)
