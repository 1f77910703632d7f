"""systemd accepts the units as they will be installed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.programs import need
from tests.receiver.deploy.edge import DEPLOY

VPS = DEPLOY / "vps"
PYTHON = "/opt/clerk-receiver/.venv/bin/python"
UNITS = sorted(path.name for path in VPS.glob("clerk-*") if path.suffix in {".service", ".timer"})
SERVICES = [name for name in UNITS if name.endswith(".service")]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of units in which the interpreter exists."""
    for source in VPS.glob("clerk-*"):
        if source.is_dir():
            shutil.copytree(source, tmp_path / source.name)
        else:
            text = source.read_text(encoding="utf-8")
            (tmp_path / source.name).write_text(text.replace(PYTHON, "/bin/true"), encoding="utf-8")
    return tmp_path


def analyze(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze with our folder first among those it looks into."""
    command = [need("systemd-analyze"), *arguments]
    env = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=60)


def verify(folder: Path, name: str) -> tuple[int, str]:
    """Give the status and what is said of our own units: an unknown key is told, but is no failure."""
    done = analyze(folder, "verify", str(folder / name))
    return done.returncode, "\n".join(line for line in done.stderr.splitlines() if "clerk-" in line)


def test_all_the_services_and_timers_are_there():
    assert {name.partition(".")[0] for name in SERVICES} == {
        "clerk-receiver", "clerk-dispatch", "clerk-purge", "clerk-reconcile",
    }  # fmt: skip
    assert {"clerk-purge.timer", "clerk-reconcile.timer"} <= set(UNITS)


@pytest.mark.parametrize("name", UNITS)
def test_systemd_accepts_the_unit(installed, name):
    assert verify(installed, name) == (0, "")


def test_a_misspelt_key_would_be_seen(installed):
    unit = installed / "clerk-receiver.service"
    unit.write_text(unit.read_text(encoding="utf-8").replace("Restart=", "Restrat="), encoding="utf-8")
    assert "Restrat" in verify(installed, unit.name)[1]


def test_a_misspelt_key_in_the_shared_hardening_would_be_seen(installed):
    shared = installed / "clerk-.service.d" / "hardening.conf"
    shared.write_text(
        shared.read_text(encoding="utf-8").replace("ProtectHome", "ProtectHone"), encoding="utf-8"
    )
    assert "ProtectHone" in verify(installed, "clerk-purge.service")[1]


@pytest.mark.parametrize("name", SERVICES)
def test_the_shared_hardening_reaches_the_service(installed, name):
    done = analyze(installed, "security", "--offline=true", "--threshold=25", str(installed / name))
    assert done.returncode == 0, done.stdout[-2000:]  # an exposure over 2.5 out of 10


def test_without_the_shared_hardening_the_exposure_is_refused(installed):
    shutil.rmtree(installed / "clerk-.service.d")
    arguments = ["security", "--offline=true", "--threshold=25", str(installed / "clerk-receiver.service")]
    assert analyze(installed, *arguments).returncode != 0


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".timer")])
def test_a_timer_has_a_service_and_a_next_time(installed, name):
    assert (installed / name).with_suffix(".service").exists()
    calendar = re.search(r"^OnCalendar=(.+)$", (installed / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert calendar
    done = analyze(installed, "calendar", calendar[1])
    assert done.returncode == 0
    assert "Next elapse" in done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_only_the_reconciliation_holds_the_key_to_the_whole_api(name):
    holds = "reconcile.env" in (VPS / name).read_text(encoding="utf-8")
    assert holds == (name == "clerk-reconcile.service")
