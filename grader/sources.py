"""Reading the files of a submission, from a folder or an archive, under limits: only what is expected, no links."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

from grader.messages import harmless
from grader.submissions import Submission, is_part

MAX_FILE_BYTES = 256 << 10
MAX_FILES = 400
MAX_ENTRIES = 20_000
MAX_DEPTH = 6
NOT_WORK = (".", "__pycache__", "node_modules", "venv", "site-packages")
"""How the names of folders begin that hold nothing a student wrote."""


class UnreadableError(Exception):
    """The submission cannot be read; the French message says why."""


class Source(Protocol):
    """The files of a submission by their path in it; `notices` tell what was left out."""

    notices: list[str]

    def names(self) -> list[PurePosixPath]:
        """Name the regular files, relative to the submission's root."""

    def read(self, name: PurePosixPath) -> bytes | None:
        """Read one file; None if it is too large or cannot be read (a notice says so)."""


def open_source(submission: Submission) -> Source:
    """Open a submission for reading. Raises UnreadableError."""
    if submission.problem:
        raise UnreadableError(submission.problem)
    if submission.path.is_dir():
        return FolderSource(submission.path)
    from grader.archives import ArchiveSource

    return ArchiveSource(submission.path)


class FolderSource:
    """A folder; links are left out wherever they point."""

    def __init__(self, root: Path) -> None:
        """List the files. Raises UnreadableError."""
        self.root = root
        self.notices: list[str] = []
        try:
            self._names = self._list()
        except OSError as error:
            raise UnreadableError(f"Le dossier est illisible ({error.strerror}).") from error

    def names(self) -> list[PurePosixPath]:
        """Name the files of the parts of a submission, and those that stand beside them."""
        return self._names

    def read(self, name: PurePosixPath) -> bytes | None:
        """Read one file that is still no link when it is opened."""
        try:
            fd = os.open(self.root / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            self.notices.append(f"{harmless(str(name))} : illisible ({error.strerror}), ignoré")
            return None
        with open(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                return None
            return bounded(self, name, file.read(MAX_FILE_BYTES + 1))

    def _list(self) -> list[PurePosixPath]:
        names: list[PurePosixPath] = []
        for path in self._walk(self.root, 0):
            names.append(PurePosixPath(path.relative_to(self.root)))
            if len(names) > MAX_ENTRIES:
                raise UnreadableError(f"Le dossier contient plus de fichiers que les {MAX_ENTRIES} admis.")
        return names

    def _walk(self, folder: Path, depth: int) -> Iterator[Path]:
        """Go through a folder without following links; at the top, only the parts of a submission are looked into."""
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            path = folder / entry.name
            if entry.is_symlink():
                self.notices.append(f"{harmless(str(path.relative_to(self.root)))} : lien ignoré")
            elif entry.is_file():
                yield path
            elif entry.is_dir() and depth < MAX_DEPTH and self._may_hold_work(entry.name, depth):
                yield from self._walk_below(path, depth + 1)

    def _walk_below(self, folder: Path, depth: int) -> Iterator[Path]:
        try:
            yield from self._walk(folder, depth)
        except OSError as error:
            self.notices.append(
                f"{harmless(str(folder.relative_to(self.root)))} : illisible ({error.strerror}), ignoré"
            )

    @staticmethod
    def _may_hold_work(name: str, depth: int) -> bool:
        return (is_part(name) or name == "kit") if depth == 0 else not name.startswith(NOT_WORK)


def bounded(source: Source, name: PurePosixPath, data: bytes) -> bytes | None:
    """Give the bytes, unless there are more than a file may have."""
    if len(data) <= MAX_FILE_BYTES:
        return data
    source.notices.append(f"{harmless(str(name))} : plus de {MAX_FILE_BYTES >> 10} Kio, ignoré")
    return None
