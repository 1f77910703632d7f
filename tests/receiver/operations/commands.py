"""Running `python -m reference_impl` as an operator would: a process, an environment, an exit code."""

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

from click.testing import CliRunner, Result

from reference_impl.cli.commands import main
from tests.receiver.signing import SECRET

ROOT = Path(__file__).parents[3]

ADMIN_TOKEN = "an-admin-token-of-the-tests"
ERASURE_KEY = "an-erasure-key-of-the-tests"


def environment(database_url: str, **others: str) -> dict[str, str]:
    """The settings of a receiver in development, and nothing else of ours."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONWARNINGS": "error",
        "PYTHONDONTWRITEBYTECODE": "1",
        "APP_ENV": "development",
        "DATABASE_URL": database_url,
        "CLERK_WEBHOOK_SIGNING_SECRET": SECRET,
        "ERASURE_KEY": ERASURE_KEY,
        "ADMIN_TOKEN": ADMIN_TOKEN,
        **others,
    }


def start(*arguments: str, env: dict[str, str], output: Path | None = None) -> "subprocess.Popen[str]":
    """Start a command; its output goes to `output`, or to pipes."""
    with nullcontext(subprocess.PIPE) if output is None else output.open("w") as to:
        return subprocess.Popen(
            [sys.executable, "-m", "reference_impl", *arguments],
            env=env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=to,
            stderr=subprocess.PIPE if output is None else subprocess.STDOUT,
            cwd=ROOT,
        )


def run(*arguments: str, env: dict[str, str], given: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "reference_impl", *arguments],
        env=env,
        text=True,
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )


def invoke(*arguments: str, env: dict[str, str], given: str = "") -> Result:
    """Run a command in this process: as `run`, but for the words of click itself."""
    # What is not set must not come from the environment of the tests.
    absent = dict.fromkeys(("CLERK_INSTANCE_ID", "CLERK_SECRET_KEY", "EMAIL_FROM"))
    return CliRunner().invoke(main, arguments, env={**absent, **env}, input=given)
