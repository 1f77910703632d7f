"""One lab in a clean kernel, bounded in memory.

    python -m course_site.labs.kernel notebooks/1_signature.ipynb executed.ipynb

It needs the packages of the group `notebooks`.
"""

import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

CELL_TIMEOUT_S = 60
MEMORY_BYTES = 2 * 1024**3
"""For the data of each process that a lab starts, the kernel first."""

COLORS = re.compile(r"\x1b\[[\d;]*m")


class BrokenCellError(Exception):
    """A cell failed, printed a warning, or never ended; the message names it."""


def run(notebook: Path) -> Any:
    """Execute the cells in order in a new kernel; give the notebook with its outputs. Raises BrokenCellError."""
    document = nbformat.read(notebook, as_version=4)
    running = ["before the first cell"]
    client = NotebookClient(
        document,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(notebook.parent)}},
        on_cell_start=lambda cell, cell_index: running.append(f"cell « {cell['id']} » (no {cell_index + 1})"),
    )
    began = time.monotonic()
    try:
        client.execute()
    except CellExecutionError as error:
        said = COLORS.sub("", error.traceback)
        raise BrokenCellError(
            f"{notebook.name}, {running[-1]}: {error.ename}: {error.evalue}\n{said}"
        ) from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise BrokenCellError(f"{notebook.name}, {running[-1]}: {error}") from None
    refuse_warnings(notebook.name, document)
    document.metadata["seconds"] = round(time.monotonic() - began, 1)
    return document


def refuse_warnings(name: str, document: Any) -> None:
    """Raise BrokenCellError where a cell wrote to its standard error: readers would see it on the page."""
    for cell in document.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise BrokenCellError(f"{name}, cell « {cell['id']} » warns: {output['text']}")


def limit_memory() -> None:
    """Bound this process and those that it will start, where the system can."""
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))


def main(notebook: str, executed: str) -> None:
    """Execute one lab and write it."""
    limit_memory()
    try:
        document = run(Path(notebook))
    except BrokenCellError as error:
        # Not to the standard error, where the kernel itself has things to say.
        print(error)
        sys.exit(1)
    nbformat.write(document, executed)


if __name__ == "__main__":
    main(*sys.argv[1:])
