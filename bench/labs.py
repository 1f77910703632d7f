"""How long each lab takes, executed as the site and the tests do it.

    uv run --group notebooks python -m bench.labs

Each runs alone, one after the other; the site executes two at a time.
"""

import tempfile
import time
from pathlib import Path

from course_site.labs.execution import execute
from course_site.paths import NOTEBOOKS


def main() -> None:
    """Execute every lab once, and print its seconds."""
    whole = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
            began = time.monotonic()
            execute(notebook, Path(folder) / notebook.name)
            taken = time.monotonic() - began
            whole += taken
            print(f"{notebook.stem:<14} {taken:5.1f} s", flush=True)
    print(f"{'together':<14} {whole:5.1f} s")


if __name__ == "__main__":
    main()
