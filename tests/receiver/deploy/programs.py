"""The system's own programs that check the deployment files: nginx, caddy, systemd-analyze."""

import os
import shutil

import pytest

PACKAGES = {"nginx": "nginx-light", "caddy": "caddy", "systemd-analyze": "systemd"}


def need(program: str) -> str:
    """Give the path of a program.

    Where it is missing, a check of the whole project fails; on somebody's machine the test is
    skipped and names the line to type.
    """
    # Debian keeps nginx in /usr/sbin, which an ordinary user's PATH may leave out.
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path:
        return path
    reason = f"{program} is missing: apt-get install -y {PACKAGES[program]}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
