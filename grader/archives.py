"""Reading a zip archive that may have been made to harm: entry by entry, under limits, never unpacked."""

import io
import os
import stat
import struct
import weakref
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from grader.messages import harmless
from grader.sources import MAX_ENTRIES, MAX_FILE_BYTES, UnreadableError, bounded
from grader.submissions import is_part

MAX_READ_BYTES = 8 << 20
"""More than the list of 20 000 entries takes; `zipfile` reads that list at once, however long it says to be."""

# Python gives out what these two decompress piece by piece; of bzip2 or LZMA, 1 kB can become 10 GB in one go.
KNOWN_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
SPOILT = (
    zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError, IndexError, OverflowError,
)  # fmt: skip
"""What `zipfile` raises, as fuzzing found it, for an archive that is none or was tampered with."""


class _BoundedFile(io.FileIO):
    """A file that is never read in one large piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = os.fstat(self.fileno()).st_size - self.tell() if size is None or size < 0 else size
        if wanted > MAX_READ_BYTES:
            raise UnreadableError(f"L'archive contient plus de fichiers que les {MAX_ENTRIES} admis.")
        return super().read(size) or b""


class ArchiveSource:
    """A zip archive: a path in it leads nowhere, and no entry is larger than a file may be."""

    def __init__(self, path: Path) -> None:
        """List the entries. Raises UnreadableError."""
        self.notices: list[str] = []
        try:
            file = _BoundedFile(path)
            weakref.finalize(self, file.close)
            self._archive = zipfile.ZipFile(file)
            entries = self._archive.infolist()
        except SPOILT as error:
            raise UnreadableError(f"L'archive est illisible : {harmless(str(error), 100)}.") from error
        if len(entries) > MAX_ENTRIES:
            raise UnreadableError(
                f"L'archive contient {len(entries)} fichiers ; {MAX_ENTRIES} au plus sont admis."
            )
        self._entries = {name: entry for entry in entries if (name := self._name(entry)) is not None}
        self._root = self._find_root()

    def names(self) -> list[PurePosixPath]:
        """Name the files below the folder that holds the exercises."""
        return sorted(
            name.relative_to(self._root) for name in self._entries if name.is_relative_to(self._root)
        )

    def read(self, name: PurePosixPath) -> bytes | None:
        """Read one entry, and not a byte more than a file may have, whatever the archive announces."""
        entry = self._entries[self._root / name]
        try:
            _demand_simple(entry)
            with self._archive.open(entry) as file:
                return bounded(self, name, file.read(MAX_FILE_BYTES + 1))
        except SPOILT as error:
            self.notices.append(f"{harmless(str(name))} : illisible ({harmless(str(error), 60)}), ignoré")
            return None

    def _name(self, entry: zipfile.ZipInfo) -> PurePosixPath | None:
        """Give the path of a regular entry, None for what is left out."""
        shown = harmless(entry.filename, 80)
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if not name.parts or entry.is_dir() or "__MACOSX" in name.parts:
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


def _demand_simple(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & ENCRYPTED:
        raise zipfile.BadZipFile("chiffré")
    if entry.compress_type not in KNOWN_COMPRESSIONS:
        raise zipfile.BadZipFile("compressé autrement que par « deflate »")
