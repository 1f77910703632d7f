"""Running one suite with pytest, in this process, and taking its criteria."""

import os

import pytest

from grader.checks.lab import Lab
from grader.checks.plugin import GradingPlugin
from grader.paths import SUITES

# No cache, no terminal, no plugin but ours: nothing of the place where the grader is called has a say.
NOT_WANTED = (
    "cacheprovider", "terminal", "logging", "capture", "unraisableexception", "threadexception", "doctest", "junitxml",
    "faulthandler",
)  # fmt: skip
QUIET = (
    *(option for name in NOT_WANTED for option in ("-p", f"no:{name}")),
    "--assert=plain",
    "--import-mode=importlib",
    "--noconftest",
    "-c",
    os.devnull,
)
# What pytest takes from the environment beside its command line: options and plugins of somebody else's tests.
NOT_HEARD = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")


def run_suite(lab: Lab, only: frozenset[str] | None = None) -> GradingPlugin:
    """Judge the criteria of the lab's exercise; `only` names those that are wanted."""
    suite = SUITES / f"{lab.exercise.id}.py"
    plugin = GradingPlugin(lab, only)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in NOT_HEARD:
        os.environ.pop(name, None)
    pytest.main([*QUIET, f"--rootdir={SUITES}", str(suite)], plugins=[plugin])
    return plugin
