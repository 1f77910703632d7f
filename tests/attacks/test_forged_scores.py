"""A score is made by the grader's process alone: nothing that a student writes, shadows or patches changes it."""

from pathlib import Path

import pytest

from grader.sandbox.engine import Engine
from tests.attacks.arena import EX1, STUBS, earned, everything, faults_of_the_grader, judge, make

HOOK = """
import sys
print("MANAGED", __name__, file=sys.stderr)
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().outcome = "passed"
"""
IMPORTED = "import sys\nprint('MANAGED', __name__, file=sys.stderr)\n"

PATCHES = {
    "pytest and unittest": """
import sys, unittest
import pytest, _pytest.unittest, _pytest.runner, _pytest.python
for name in dir(unittest.TestCase):
    if name.startswith("assert"):
        setattr(unittest.TestCase, name, lambda *a, **k: None)
_pytest.unittest.TestCaseFunction.runtest = lambda self: None
_pytest.python.Function.runtest = lambda self: None
_pytest.runner.call_runtest_hook = lambda *a, **k: None
pytest.main = lambda *a, **k: 0
""",
    "svix": """
import svix.webhooks
svix.webhooks.Webhook.verify = lambda self, *a, **k: None
""",
    "fastapi and uvicorn": """
import fastapi, starlette.responses, uvicorn
fastapi.Response.__init__.__globals__["Response"] = starlette.responses.Response
uvicorn.Server.handle_exit = lambda *a: None
""",
}


def test_code_that_looks_for_the_grader_finds_neither_file_nor_object_nor_descriptor(
    engine: Engine, tmp_path: Path, canary: Path
) -> None:
    """The forged results lie in the student's own folder, where nobody reads them."""
    folder = make(tmp_path / "s", base=STUBS, attack="forge_score.py")
    app = folder / EX1 / "app.py"
    app.write_text(app.read_text(encoding="utf-8").replace("CANARY", str(canary)), encoding="utf-8")

    result = judge(engine, folder)

    assert earned(result) == set()
    assert "ATTEMPTED" in result.log
    assert "MANAGED" not in result.log


@pytest.mark.parametrize("base", ["stub", "solution"])
def test_files_that_a_test_runner_or_python_would_load_are_never_loaded(
    engine: Engine, tmp_path: Path, base: str
) -> None:
    """conftest, plugins, sitecustomize, .pth, settings of pytest, modules that bear the name of a library."""
    names = (
        "conftest.py",
        "sitecustomize.py",
        "usercustomize.py",
        "json.py",
        "pytest.py",
        "uvicorn.py",
        "sqlite3.py",
    )
    files = {f"{folder}{name}": HOOK for folder in ("", f"{EX1}/") for name in names}
    files |= {
        f"{folder}/__init__.py": IMPORTED
        for folder in ("svix", f"{EX1}/svix", "kit", "kit/kit", "sandlock", "child")
    }
    files |= {"evil.pth": "import os; os._exit(0)", f"{EX1}/evil.pth": "import os; os._exit(0)"}
    files |= {
        "pytest.ini": "[pytest]\naddopts = -p evil",
        f"{EX1}/pyproject.toml": "[tool.pytest.ini_options]\naddopts='-k no'",
    }
    files |= {"results.json": '{"points": 6}', f"{EX1}/results.json": '{"points": 6}'}
    from_base = {"base": STUBS} if base == "stub" else {}
    folder = make(tmp_path / "s", files=files, **from_base)

    result = judge(engine, folder, "ex1.1", "ex1.2")

    assert earned(result) == (set() if base == "stub" else {"ex1.1", "ex1.2"})
    assert "MANAGED" not in result.log


def test_what_the_caller_set_for_tests_of_his_own_has_no_say(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option of pytest in the environment is neither refused nor followed, and no plugin named there is loaded."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option -k ex1_2")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")

    assert earned(judge(engine, make(tmp_path / "s"))) == everything()


@pytest.mark.parametrize("library", PATCHES)
def test_patching_a_library_in_ones_own_process_earns_nothing(
    engine: Engine, tmp_path: Path, library: str
) -> None:
    """The checks run elsewhere, on libraries of their own."""
    result = judge(engine, make(tmp_path / "s", base=STUBS, attack=PATCHES[library]))

    assert earned(result) == set()


def test_a_library_patched_to_believe_everything_loses_its_user_the_points(
    engine: Engine, tmp_path: Path
) -> None:
    """The solution, whose svix was made to accept: nothing is earned without a refusal."""
    result = judge(engine, make(tmp_path / "s", attack=PATCHES["svix"]))

    assert earned(result) == set()


def test_points_printed_or_answered_are_only_text(engine: Engine, tmp_path: Path) -> None:
    """Whatever claims to be a result, on the output or in an answer, is not read as one."""
    attack = """
import json, os
def create_app():
    print(json.dumps({"id": "ex1.1", "status": "passed", "points": 1}), flush=True)
    async def app(scope, receive, send):
        if scope["type"] == "http":
            body = json.dumps({"exercises": [{"id": "ex1_signature", "points": 6}]}).encode()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"x-points", b"6")]})
            await send({"type": "http.response.body", "body": body})
    return app
"""
    folder = make(tmp_path / "s", base=STUBS)
    (folder / EX1 / "app.py").write_text(attack, encoding="utf-8")

    result = judge(engine, folder)

    assert result.points == 0
    assert not faults_of_the_grader(result)
