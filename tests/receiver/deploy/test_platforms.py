"""What is handed to Vercel, to Railway and to the units exists, and starts from a copy of the receiver alone."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.receiver.deploy.edge import DEPLOY

ROOT = DEPLOY.parents[1]
RAILWAY = sorted((DEPLOY / "railway").glob("*.json"))
COMMAND = re.compile(r"python -m reference_impl (\w+)")
SETTINGS = {
    "APP_ENV": "production",
    "CLERK_INSTANCE_ID": "ins_2aBcDeFgHiJkLmNoPqRsTuVwXyZ",
    "CLERK_WEBHOOK_SIGNING_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "CLERK_JWKS_URL": "https://clerk.example.fr/.well-known/jwks.json",
    "CLERK_AUTHORIZED_PARTIES": "https://app.example.fr",
    "ERASURE_KEY": "5b7e" * 16,
    "ADMIN_TOKEN": "c01a" * 16,
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the READMEs make: the receiver, and nothing else of the project."""
    folder = tmp_path_factory.mktemp("recepteur")
    left_out = shutil.ignore_patterns("solutions", "deploy", "__pycache__")
    shutil.copytree(ROOT / "reference_impl", folder / "reference_impl", ignore=left_out)
    shutil.copy(DEPLOY / "vercel" / "app.py", folder)
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy, with the settings of a production and no other."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = {**kept, **SETTINGS, "DATABASE_URL": f"sqlite:///{folder}/receiver.db", "PYTHONPATH": str(folder)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)


def requirements(lines: list[str]) -> dict[str, Requirement]:
    """Requirements by their canonical name."""
    parsed = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(each.name): each for each in parsed}


def of_the_receiver() -> dict[str, Requirement]:
    """What the deployed receiver installs."""
    return requirements((DEPLOY / "requirements.txt").read_text(encoding="utf-8").splitlines())


def test_the_receiver_s_requirements_are_the_project_s_own():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = requirements(project["dependencies"])
    assert {name: str(each) for name, each in of_the_receiver().items()} == {
        name: str(ours[name]) for name in of_the_receiver()
    }


def test_every_package_the_receiver_imports_is_required():
    distributions, known = packages_distributions(), set(of_the_receiver())
    known |= {
        canonicalize_name(name) for name in ("starlette", "sqlalchemy")
    }  # those of fastapi and of sqlmodel
    missing = set()
    for source in (ROOT / "reference_impl").rglob("*.py"):
        if {"solutions", "deploy"} & set(source.relative_to(ROOT).parts):
            continue
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for top in (
                {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - {"reference_impl"}
            ):
                if not known & {canonicalize_name(each) for each in distributions.get(top, [])}:
                    missing.add(f"{top} ({source.relative_to(ROOT)})")
    assert missing == set()


def test_vercel_s_entry_gives_an_asgi_application(copy):
    done = run(copy, "-c", "import app; print(callable(app.app), type(app.app).__name__)")
    assert done.stdout.splitlines()[-1:] == ["True FastAPI"], done.stderr[-2000:]


def test_vercel_finds_the_entry_without_running_it():
    tree = ast.parse((DEPLOY / "vercel" / "app.py").read_text(encoding="utf-8"))
    assert "app" in [node.targets[0].id for node in tree.body if isinstance(node, ast.Assign)]


@pytest.mark.parametrize("path", RAILWAY, ids=lambda path: path.name)
def test_railway_s_files_hold_numbers_where_numbers_are_wanted(path):
    deploy = json.loads(path.read_text(encoding="utf-8"))["deploy"]
    assert COMMAND.search(deploy["startCommand"])
    seconds = [value for name, value in deploy.items() if name.endswith(("Seconds", "Timeout"))]
    assert all(isinstance(value, int) for value in seconds)  # Railway refuses the text "30"
    assert ("cronSchedule" in deploy) == (deploy["restartPolicyType"] == "NEVER")


def test_railway_migrates_first_and_lets_requests_end():
    deploy = json.loads((DEPLOY / "railway" / "railway.json").read_text(encoding="utf-8"))["deploy"]
    assert deploy["preDeployCommand"] == ["python -m reference_impl migrate"]
    assert deploy["healthcheckPath"] == "/ready"
    assert "--host 0.0.0.0 --port $PORT" in deploy["startCommand"]
    assert "allow-ips" not in deploy["startCommand"]
    assert deploy["drainingSeconds"] > 15  # Svix's patience, in seconds


def named_commands() -> list[str]:
    """Every command of the receiver that a deployment file or its README names."""
    files = [path for path in DEPLOY.rglob("*") if path.suffix in {".json", ".service", ".md"}]
    texts = [path.read_text(encoding="utf-8").replace("\\\n", " ") for path in files]
    return sorted({name for text in texts for name in COMMAND.findall(text)})


@pytest.mark.parametrize("name", named_commands())
def test_every_command_the_files_name_exists(copy, name):
    done = run(copy, "-m", "reference_impl", name, "--help")
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_receiver_s_unit_and_railway_pass_options_that_serve_knows(copy):
    said = run(copy, "-m", "reference_impl", "serve", "--help").stdout
    texts = [(DEPLOY / "vps" / "clerk-receiver.service"), (DEPLOY / "railway" / "railway.json")]
    options = {
        option for path in texts for option in re.findall(r" (--[a-z-]+)", path.read_text(encoding="utf-8"))
    }
    assert options
    assert {option for option in options if option not in said} == set()
