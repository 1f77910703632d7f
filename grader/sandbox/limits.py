"""How much of the machine one student's server may use, and for how long."""

from dataclasses import asdict, dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds of one server. The kernel holds those of `for_kernel`; the engine watches the others."""

    memory_bytes: int = 2048 * MIB  # address space: forty threads reserve far more than they use
    cpu_s: int = 20
    file_bytes: int = 16 * MIB
    open_files: int = 256
    output_bytes: int = 4 * MIB
    folder_bytes: int = 128 * MIB
    folder_entries: int = 5000
    threads: int = 200
    resident_bytes: int = 512 * MIB
    lifetime_s: float = 60.0
    start_s: float = 10.0

    def for_kernel(self) -> dict[str, int]:
        """Name the limits that the process sets on itself before any code of the student runs."""
        kept = ("memory_bytes", "cpu_s", "file_bytes", "open_files")
        return {name: value for name, value in asdict(self).items() if name in kept}
