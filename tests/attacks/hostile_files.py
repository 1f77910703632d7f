"""Files made to harm whoever reads them: archives, TOML, Markdown, SQLite journals."""

import io
import sqlite3
import stat
import struct
import zipfile
from contextlib import closing
from pathlib import Path


def archive(path: Path, entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a zip; a name may be one that no honest tool would write."""
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in entries.items():
            info = zipfile.ZipInfo("x")
            info.filename = name  # the constructor would mend it
            info.compress_type = compression
            file.writestr(info, data)
    return path


def add_link(path: Path, name: str, target: str) -> None:
    """Add a symbolic link to an archive."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(info, target)


def add_zeros(path: Path, name: str, megabytes: int, compression: int) -> None:
    """Add an entry of zeros, a thousandth or a millionth of its size in the archive."""
    zeros = bytes(1 << 20)
    with zipfile.ZipFile(path, "a", compression) as file, file.open(name, "w", force_zip64=True) as entry:
        for _ in range(megabytes):
            entry.write(zeros)


def mark_encrypted(path: Path) -> None:
    """Set the flag of encryption on every entry of an archive."""
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    path.write_bytes(data)


def many_entries(count: int) -> bytes:
    """Make an archive of so many empty entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for number in range(count):
            file.writestr(zipfile.ZipInfo(f"ex1_signature/n{number}.py"), b"")
    return buffer.getvalue()


def long_directory(path: Path, entries: int) -> Path:
    """Write an archive that is hardly more than the list of its entries, one and the same so many times."""
    archive(path, {"ex1_signature/app.py": b""})
    data = path.read_bytes()
    begin, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    listed = data[begin:end] * entries
    # Beyond 65 535 entries their number does not fit; who reads believes the size.
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFE, 0xFFFE, len(listed), begin, 0)
    path.write_bytes(data[:begin] + listed + tail)
    return path


def hot_journal(database: Path, victim: Path) -> None:
    """Leave beside a database what a crash would, naming `victim` as the super-journal that SQLite then removes."""
    page = 4096
    pages = database.stat().st_size // page
    magic = bytes.fromhex("d9d505f920a163d7")
    name = str(victim).encode()
    header = (magic + struct.pack(">IIIII", 0, 0x1234, pages, 512, page)).ljust(512, b"\0")
    trailer = (
        struct.pack(">I", 0x40000000 // page + 1) + name + struct.pack(">II", len(name), sum(name)) + magic
    )
    database.with_name(database.name + "-journal").write_bytes(header + trailer)


def sql(database: Path, script: str) -> None:
    """Run statements on a database, its schema open to any change."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.executescript(script)
