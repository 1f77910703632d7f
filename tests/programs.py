"""The system's own programs that tests call: servers and checkers of the deployment files, the browser, the grammar."""

import os
import shutil
from typing import NoReturn

import pytest

PACKAGES = {
    "nginx": "nginx-light",
    "caddy": "caddy",
    "systemd-analyze": "systemd",
    "chromium": "chromium",
    "grammalecte-cli": "grammalecte-cli",
}


def need(program: str) -> str:
    """Give the path of a program; where there is none, see `missing`."""
    # Debian keeps nginx in /usr/sbin, which an ordinary user's PATH may leave out.
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    return path or missing(f"{program} is missing: apt-get install -y {PACKAGES[program]}")


def missing(reason: str) -> NoReturn:
    """Fail a check of the whole project; on somebody's machine, skip the test and name the line to type."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
