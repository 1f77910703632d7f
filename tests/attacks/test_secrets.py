"""What the grader knows, and what others handed in, cannot be read by a student's server."""

from pathlib import Path

import pytest

from grader.sandbox.engine import Engine
from tests.attacks.arena import EX1, ROOT, STUBS, earned, judge, make

ANSWERS_HELLO = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})
def create_app():
    return app
"""


@pytest.mark.parametrize("base", ["stub", "solution"])
def test_neither_answers_nor_other_students_work_nor_memory_can_be_read(
    engine: Engine, tmp_path: Path, base: str
) -> None:
    """Files, /proc, the scratch folders of others, and what the fork server's memory keeps of earlier students."""
    victim = make(
        tmp_path / "victim", attack="import os\nos.environ['NOTE'] = 'VICTIM_MARK'\nMARK = 'VICTIM_MARK'\n"
    )
    assert earned(judge(engine, victim, "ex1.1", student="victim")) == {"ex1.1"}
    folder = make(tmp_path / "s", attack="read_everything.py", **({"base": STUBS} if base == "stub" else {}))
    app = folder / EX1 / "app.py"
    app.write_text(app.read_text(encoding="utf-8").replace("ROOT_FOLDER", str(ROOT)), encoding="utf-8")

    result = judge(engine, folder, "ex1.1", "ex1.2")

    assert earned(result) == (set() if base == "stub" else {"ex1.1", "ex1.2"})
    if base == "stub":
        assert "ATTEMPTED" in result.log
        assert "MANAGED" not in result.log


def test_nothing_of_a_student_can_be_read_while_both_are_graded(engine: Engine, tmp_path: Path) -> None:
    """The other's folders are there, and full, at that very moment."""
    other = engine.workspace()
    (other.code / "app.py").write_text("SECRET = 1\n", encoding="utf-8")
    (other.data / "notes.txt").write_text("SECRET\n", encoding="utf-8")
    attack = f"""
import os, sys
for path in {[str(other.code), str(other.code / "app.py"), str(other.data), str(other.data / "notes.txt")]!r}:
    for action in (os.listdir, open, os.unlink, os.rmdir, lambda p: os.rename(p, p + "2"), lambda p: open(p, "a")):
        try:
            action(path)
            print("MANAGED", action, path, file=sys.stderr)
        except OSError:
            pass
print("ATTEMPTED", file=sys.stderr)
"""
    result = judge(engine, make(tmp_path / "s", base=STUBS, attack=attack))

    assert "ATTEMPTED" in result.log
    assert "MANAGED" not in result.log
    assert (other.data / "notes.txt").read_text(encoding="utf-8") == "SECRET\n"
    engine.discard(other)


def test_no_server_can_touch_the_socket_of_another_or_answer_in_its_place(
    engine: Engine, tmp_path: Path
) -> None:
    """The sockets lie in one folder; a server has inherited its own, and can neither open, move nor make one."""
    other = engine.workspace()
    (other.code / "honest.py").write_text(ANSWERS_HELLO, encoding="utf-8")
    with engine.start(other, "honest:create_app", {}) as server:
        attack = f"""
import os, socket, sys
path = {str(server._socket_path)!r}
attempts = {{
    "connect": lambda: socket.socket(socket.AF_UNIX).connect(path),
    "bind": lambda: socket.socket(socket.AF_UNIX).bind(os.environ["HOME"] + "/s"),
    "unlink": lambda: os.unlink(path),
    "rename": lambda: os.rename(path, os.environ["HOME"] + "/s"),
    "link": lambda: os.link(path, os.environ["HOME"] + "/s"),
    "list": lambda: os.listdir(os.path.dirname(path)),
}}
for name, attempt in attempts.items():
    try:
        attempt()
        print("MANAGED", name, file=sys.stderr)
    except OSError:
        pass
print("ATTEMPTED", file=sys.stderr)
"""
        result = judge(engine, make(tmp_path / "s", base=STUBS, attack=attack))

        assert server.request("GET", "/").body == b"hello"
    assert "ATTEMPTED" in result.log
    assert "MANAGED" not in result.log
    engine.discard(other)


def test_a_secret_of_the_run_shown_by_the_server_is_struck_out_of_the_report(
    engine: Engine, tmp_path: Path
) -> None:
    """So are terminal escapes and characters that reverse the text."""
    attack = """
import os
print("\\x1b]0;title\\x07\\x1b[2J\\u202egnp.exe", os.environ["CLERK_WEBHOOK_SIGNING_SECRET"], file=__import__("sys").stderr)
raise RuntimeError("\\x1b[31m\\u2066 " + os.environ["CLERK_WEBHOOK_SIGNING_SECRET"][6:])
"""
    result = judge(engine, make(tmp_path / "s", base=STUBS, attack=attack))

    text = result.model_dump_json()
    assert "RuntimeError" in text
    assert "«…»" in text
    assert "whsec_" not in text.replace("whsec_…", "")
    for character in ("\x1b", "\\u001b", "\u202e", "\u2066", "\x07"):
        assert character not in text
