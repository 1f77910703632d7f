"""The execution of a lab, bounded in time, in a process of its own (`kernel`), which the site never imports."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from course_site.errors import CourseError
from course_site.paths import ROOT

TIMEOUT_S = 120


def execute(notebook: Path, executed: Path, *, timeout_s: float = TIMEOUT_S) -> None:
    """Execute a lab and write it with its outputs. Raises CourseError, which names the cell that failed."""
    with tempfile.TemporaryDirectory(prefix="ipython") as profile:
        # Of the user's own settings of IPython and Jupyter, none may change a result.
        env = {**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": profile, "JUPYTER_CONFIG_DIR": profile}
        command = [sys.executable, "-m", "course_site.labs.kernel", str(notebook), str(executed)]
        try:
            done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            raise CourseError(f"{notebook.name} takes more than {timeout_s} s") from None
    if done.returncode:
        raise CourseError(done.stdout.strip() or done.stderr.strip())
