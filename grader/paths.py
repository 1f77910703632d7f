"""Where the course's data lie: inside the package once installed, at the top of the repository in a clone."""

from pathlib import Path

_PACKAGED = Path(__file__).parent / "_data"
_TOP = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parent.parent

EXERCISES = _TOP / "exercises"
COURSE = _TOP / "course"
SUITES = Path(__file__).parent / "suites"
