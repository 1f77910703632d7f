"""Running one suite with pytest, in this process, and taking its criteria."""

import os
import sys
from pathlib import Path

import pytest

from grader.checks.lab import Lab
from grader.checks.plugin import GradingPlugin
from grader.paths import SUITES

# No cache, no terminal, no plugin but ours: nothing of the place where the grader is called has a say.
QUIET = (
    "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging", "-p", "no:capture", "-p", "no:unraisableexception",
    "-p", "no:threadexception", "--assert=plain", "--import-mode=importlib", "--noconftest", "-c", os.devnull,
)  # fmt: skip


def run_suite(lab: Lab, only: frozenset[str] | None = None) -> GradingPlugin:
    """Judge the criteria of the lab's exercise; `only` names those that are wanted."""
    suite = SUITES / f"{lab.exercise.id}.py"
    plugin = GradingPlugin(lab, only)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    pytest.main([*QUIET, f"--rootdir={SUITES}", str(suite)], plugins=[plugin])
    return plugin


__all__ = ["GradingPlugin", "Path", "run_suite", "sys"]
