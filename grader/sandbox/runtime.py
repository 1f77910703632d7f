"""What a student's server may read: Python, the system's libraries, and the course's libraries, one by one.

The libraries are offered through a folder of links, so that `grader`, `reference_impl` and `course` are not on the
path of a student's server even where they are installed beside FastAPI.
"""

import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

OURS = ("grader", "reference_impl", "course", "clerk_webhooks_course", "__editable__")
HIDDEN_SUFFIXES = (".pth", ".egg-link")

SYSTEM_READABLE = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime",
    "/usr/share/zoneinfo", "/dev/null", "/dev/urandom",
)  # fmt: skip


@dataclass(frozen=True)
class Runtime:
    """The folder of links (first on the path of a student's server) and the paths that it may read."""

    path: Path
    readable: tuple[str, ...]


def prepare(folder: Path) -> Runtime:
    """Fill `folder` with links to the installed libraries, and list what a server may read.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    readable = [str(folder), *_python(), *(p for p in SYSTEM_READABLE if Path(p).exists())]
    for entry in sorted(Path(sysconfig.get_path("purelib")).iterdir()):
        if entry.name.startswith(OURS) or entry.name.endswith(HIDDEN_SUFFIXES):
            continue
        (folder / entry.name).symlink_to(entry)
        readable.append(str(entry.resolve()))
    return Runtime(folder, tuple(readable))


def _python() -> list[str]:
    """Name the folders of the interpreter itself: its standard library and its shared library."""
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    folders = {sysconfig.get_path(name, vars=base) for name in ("stdlib", "platstdlib")}
    library = sysconfig.get_config_var("LIBDIR")
    shared = Path(library or "/nonexistent").glob("libpython*") if library else []
    return sorted(folders) + [str(path) for path in shared]
