"""Reading the files of a submission, from a folder or an archive, under limits: only what is expected, no links."""

import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from grader.messages import harmless
from grader.submissions import Submission, is_part

MAX_FILE_BYTES = 256 << 10
MAX_FILES = 400
MAX_ENTRIES = 20_000
MAX_DEPTH = 6


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
    return ArchiveSource(submission.path)


@dataclass
class FolderSource:
    """A folder; links are left out wherever they point."""

    root: Path
    notices: list[str] = field(default_factory=list)

    def names(self) -> list[PurePosixPath]:
        """Walk the folder without following links."""
        return [PurePosixPath(path.relative_to(self.root)) for path in self._walk(self.root, 0)]

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
            return _bounded(self, name, file.read(MAX_FILE_BYTES + 1))

    def _walk(self, folder: Path, depth: int) -> Iterator[Path]:
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            path = folder / entry.name
            if entry.is_symlink():
                self.notices.append(f"{harmless(str(path.relative_to(self.root)))} : lien ignoré")
            elif entry.is_dir() and depth < MAX_DEPTH and not entry.name.startswith((".", "__pycache__", "node_modules")):
                yield from self._walk(path, depth + 1)
            elif entry.is_file():
                yield path


class ArchiveSource:
    """A zip archive, read entry by entry and never unpacked: a path in it leads nowhere."""

    def __init__(self, path: Path) -> None:
        self.notices: list[str] = []
        try:
            self._archive = zipfile.ZipFile(path)
            entries = self._archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
            raise UnreadableError(f"L'archive est illisible : {harmless(str(error), 100)}.") from error
        if len(entries) > MAX_ENTRIES:
            raise UnreadableError(f"L'archive contient {len(entries)} fichiers, plus que les {MAX_ENTRIES} admis.")
        self._entries = {name: entry for entry in entries if (name := self._name(entry)) is not None}
        self._root = self._find_root()

    def names(self) -> list[PurePosixPath]:
        """Name the files below the folder that holds the exercises."""
        return sorted(name.relative_to(self._root) for name in self._entries if name.is_relative_to(self._root))

    def read(self, name: PurePosixPath) -> bytes | None:
        """Read one entry, and not a byte more than a file may have, whatever the archive announces."""
        try:
            with self._archive.open(self._entries[self._root / name]) as file:
                return _bounded(self, name, file.read(MAX_FILE_BYTES + 1))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
            self.notices.append(f"{harmless(str(name))} : illisible dans l'archive ({harmless(str(error), 60)}), ignoré")
            return None

    def _name(self, entry: zipfile.ZipInfo) -> PurePosixPath | None:
        """Give the path of a regular entry, None for what is left out."""
        shown = harmless(entry.filename, 80)
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if entry.is_dir() or "__MACOSX" in name.parts:
            return None
        if name.is_absolute() or ".." in name.parts:
            self.notices.append(f"{shown} : chemin hors de l'archive, ignoré")
            return None
        mode = entry.external_attr >> 16
        if mode and not (stat.S_ISREG(mode) or stat.S_IFMT(mode) == 0):
            self.notices.append(f"{shown} : lien ou fichier spécial, ignoré")
            return None
        return name

    def _find_root(self) -> PurePosixPath:
        """Find the folder that holds `exN_…` or `quiz`: the top, or the folder that was zipped."""
        for name in sorted(self._entries, key=lambda name: len(name.parts)):
            for depth, part in enumerate(name.parts[:-1]):
                if is_part(part):
                    return PurePosixPath(*name.parts[:depth])
        raise UnreadableError("L'archive ne contient ni exercice (ex1_signature/…) ni quiz/.")


def _bounded(source: Source, name: PurePosixPath, data: bytes) -> bytes | None:
    if len(data) <= MAX_FILE_BYTES:
        return data
    source.notices.append(f"{harmless(str(name))} : plus de {MAX_FILE_BYTES >> 10} Kio, ignoré")
    return None
