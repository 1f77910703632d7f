"""Every command that the README shows works as it is shown."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.gate.mutants import ROOT, SOLUTIONS

BIN = Path(sys.executable).parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ANYWHERE = "http://127.0.0.1:8000/api/webhooks/clerk"

# The two first commands are run by .ci/run itself, this suite being the second.
RUN_BY_CI = {
    "uv run grader score reference_impl/solutions exercises",
    "uv run pytest",
    "uv run --group notebooks mkdocs build --strict",
    "uv run --group notebooks python scripts/make_archive.py",
}
RUN_HERE = {
    "uv run grader new travail",
    "cd travail",
    "uv run grader check",
    "uv run grader replay",
    f"uv run grader deliver user.created --to {ANYWHERE}",
    "uv run grader score rendus/ --json notes.json --csv notes.csv",
    "uv run grader doctor",
}
RUN_BY_OTHER_TESTS = {
    "uv run --group notebooks mkdocs serve",  # tests/course/test_serving.py
    "uv run --group notebooks jupyter lab notebooks",  # tests/labs/test_jupyter.py
}
RECEIVER = "uv run --env-file .env python -m reference_impl"
RUN_BY_THE_RECEIVER_TEST = {
    "cp reference_impl/deploy/env.example .env",
    *(f"{RECEIVER} {command}" for command in ("migrate", "serve", "dispatch", "features")),
}


def shown() -> set[str]:
    """Read the commands of the README's blocks, without the remarks behind them."""
    blocks = re.findall(r"```\n(.*?)```", README, re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return {line for line in lines if line.startswith(("uv ", "cd ", "bash ", "cp "))}


def grader(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a folder."""
    return subprocess.run(
        [BIN / "grader", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


def wait_until_it_listens(url: str) -> None:
    """Return once something answers there, whatever it answers."""
    for _ in range(200):
        try:
            httpx.get(url)
            return
        except httpx.ConnectError:
            time.sleep(0.1)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`grader new travail`."""
    folder = tmp_path_factory.mktemp("student")
    made = grader("new", "travail", cwd=folder)
    assert made.returncode == 0, made.stderr
    return folder / "travail"


@pytest.fixture(scope="module")
def server(workspace: Path) -> Iterator[str]:
    """The first exercise, solved, under uvicorn as its statement says, on a free port."""
    shutil.copy(SOLUTIONS / "ex1_signature" / "signature.py", workspace / "ex1_signature")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        BIN / "uvicorn",
        "--env-file",
        "ex1_signature/.env",
        "--factory",
        "ex1_signature.app:create_app",
    ]
    process = subprocess.Popen(
        [*command, "--port", str(port)], cwd=workspace, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}/api/webhooks/clerk"
    wait_until_it_listens(url)
    yield url
    process.kill()
    process.wait()


def test_every_command_shown_is_run() -> None:
    """A command that the README gains must be run here or by .ci/run."""
    assert shown() == RUN_BY_CI | RUN_HERE | RUN_BY_THE_RECEIVER_TEST | RUN_BY_OTHER_TESTS
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert all(command in ci for command in RUN_BY_CI)


def test_a_new_workspace_is_a_valid_submission_worth_nothing(workspace: Path) -> None:
    """`grader check` shows the first thing to do, and ends with status 1."""
    done = grader("check", cwd=workspace)

    assert done.returncode == 1
    assert "ex1_signature" in done.stdout
    assert "TODO" in done.stdout


def test_a_failure_can_be_replayed(workspace: Path, server: str) -> None:
    """`grader replay` sends the failing delivery to the student's own server."""
    shutil.copy(ROOT / "exercises" / "ex1_signature" / "signature.py", workspace / "ex1_signature")
    assert grader("check", cwd=workspace).returncode == 1

    done = grader("replay", "--to", server, cwd=workspace)

    assert done.returncode == 0, done.stderr
    assert "réponse" in done.stdout


def test_an_event_can_be_delivered(workspace: Path, server: str) -> None:
    """`grader deliver` signs with the workspace's secret, and the solved server accepts."""
    done = grader("deliver", "user.created", "--to", server, cwd=workspace)

    assert done.returncode == 0, done.stderr
    assert "réponse 204" in done.stdout


def test_a_class_is_scored_into_both_files(tmp_path: Path) -> None:
    """`grader score rendus/ --json notes.json --csv notes.csv`."""
    shutil.copytree(ROOT / "exercises" / "ex1_signature", tmp_path / "rendus" / "alice" / "ex1_signature")
    shutil.make_archive(str(tmp_path / "rendus" / "bob"), "zip", SOLUTIONS, "quiz")

    done = grader("score", "rendus/", "--json", "notes.json", "--csv", "notes.csv", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "notes.json").stat().st_size > 0
    lines = (tmp_path / "notes.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in lines] == ["id", "alice", "bob"]


def test_the_doctor_examines(tmp_path: Path) -> None:
    """`grader doctor` says what the machine isolates."""
    done = grader("doctor", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "Isolation stricte" in done.stdout


def test_the_receiver_is_tried_as_shown(tmp_path: Path) -> None:
    """The example settings are enough to migrate, to receive a delivery, and to execute the effect that it makes due."""
    lines = (ROOT / "reference_impl" / "deploy" / "env.example").read_text(encoding="utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}

    def receiver(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "reference_impl", *arguments]
        return subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)

    migrating = receiver("migrate")
    assert "à jour" in migrating.communicate(timeout=60)[0]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serving = receiver("serve", "--port", str(port))
    try:
        wait_until_it_listens(f"http://127.0.0.1:{port}/ready")
        endpoint = f"http://127.0.0.1:{port}/api/webhooks/clerk"
        secret = settings["CLERK_WEBHOOK_SIGNING_SECRET"]
        sent = grader("deliver", "user.created", "--to", endpoint, "--secret", secret, cwd=tmp_path)
        assert "réponse 204" in sent.stdout, sent.stdout + sent.stderr
        told = receiver("dispatch", "--once").communicate(timeout=60)[0]
        listed = receiver("features").communicate(timeout=60)[0]
    finally:
        serving.terminate()
        serving.communicate(timeout=60)

    assert '"welcome_email"' in told
    assert "éteinte  stripe" in listed
    assert serving.returncode in (0, -signal.SIGTERM)  # uvicorn drains, then ends by the signal it received


def test_every_line_of_the_example_settings_can_be_uncommented(tmp_path: Path) -> None:
    """`uv run --env-file` leaves out what follows a value that it cannot read, and says so on its error output only."""
    lines = (ROOT / "reference_impl" / "deploy" / "env.example").read_text(encoding="utf-8").splitlines()
    settings = [re.sub(r"^# (?=[A-Z_]+=)", "", line) for line in lines]
    (tmp_path / ".env").write_text("\n".join(settings), encoding="utf-8")

    command = ["uv", "run", "--no-sync", "--project", ROOT, "--env-file", tmp_path / ".env"]
    told = subprocess.run(
        [*command, "python", "-m", "reference_impl", "features"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert told.returncode == 0, told.stderr
    assert "environment file" not in told.stderr
    assert "allumée  applications" in told.stdout


def test_help_is_french_and_needs_no_heavy_library() -> None:
    """What is imported late is not imported for the help."""
    code = "import sys; sys.argv = ['grader', '--help']\nfrom grader.cli import main\ntry:\n    main()\nfinally:\n"
    code += "    print(sorted(set(sys.modules) & {'fastapi', 'svix', 'sqlmodel', 'pytest', 'pydantic'}))"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )

    assert "Usage\u00a0:" in done.stdout or "Usage :" in done.stdout
    assert done.stdout.strip().endswith("[]")
