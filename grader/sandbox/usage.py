"""How much of the machine a server and its folder use: what no kernel limit bounds is looked at now and then."""

import os
import stat
from pathlib import Path

from grader.sandbox.limits import MIB, Limits


def excess(pid: int, folder: Path, limits: Limits) -> str | None:
    """Say (in French) which bound a running server has passed, or None. Takes about 0.1 ms for an honest server."""
    try:
        size, entries = folder_use(folder)
    except OSError:
        return "son dossier ne peut plus être lu"
    threads, resident = process_use(pid)
    if size + nameless_bytes(pid) > limits.folder_bytes:
        return f"plus de {limits.folder_bytes // MIB} Mio écrits dans son dossier"
    if entries > limits.folder_entries:
        return f"plus de {limits.folder_entries} fichiers dans son dossier"
    if threads > limits.threads:
        return f"plus de {limits.threads} fils d'exécution"
    if resident > limits.resident_bytes:
        return f"plus de {limits.resident_bytes // MIB} Mio de mémoire"
    return None


def folder_use(folder: Path) -> tuple[int, int]:
    """Sum the sizes of the files below a folder, in bytes, and count files and folders; what vanishes counts for nothing.

    Raises:
        OSError: something in it cannot be listed: the path has become too long, or its rights were taken away.
    """
    size = entries = 0
    pending = [os.fspath(folder)]
    while pending:
        try:
            with os.scandir(pending.pop()) as found:
                for entry in found:
                    entries += 1
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        size += _size(entry)
        except FileNotFoundError:
            continue
    return size, entries


def process_use(pid: int) -> tuple[int, int]:
    """Count the threads of a process and the bytes of memory that it holds; (0, 0) where nothing tells."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            told = dict(line.split(":", 1) for line in file if ":" in line)
        return int(told.get("Threads", "0")), int(told.get("VmRSS", "0 kB").split()[0]) << 10
    except (OSError, ValueError):
        return 0, 0


def nameless_bytes(pid: int) -> int:
    """Sum the space of the files that a process has removed and still holds open: no folder shows them."""
    total = 0
    try:
        for number in os.listdir(f"/proc/{pid}/fd"):
            total += _space_if_nameless(f"/proc/{pid}/fd/{number}")
    except OSError:
        return total
    return total


def _space_if_nameless(path: str) -> int:
    try:
        status = os.stat(path)
    except OSError:
        return 0
    return status.st_blocks * 512 if stat.S_ISREG(status.st_mode) and status.st_nlink == 0 else 0


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0
