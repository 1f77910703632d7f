"""Build the site to be read without a server, and put it into one archive: dist/cours-hors-ligne.zip.

    uv run --group notebooks python scripts/make_archive.py

Unzip it anywhere and open `cours/index.html`: pages, search and quizzes work from the folder.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ARCHIVE = ROOT / "dist" / "cours-hors-ligne"


def main() -> int:
    """Build, pack, and say where the archive lies; the exit status."""
    with tempfile.TemporaryDirectory() as temporary:
        site = Path(temporary) / "cours"
        env = {**os.environ, "OFFLINE": "true", "NO_MKDOCS_2_WARNING": "1"}
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
        status = subprocess.run(command, cwd=ROOT, env=env).returncode
        if status:
            return status
        for path in (site / "404.html", *site.glob("sitemap.xml*")):  # what only a server has a use for
            path.unlink()
        ARCHIVE.parent.mkdir(exist_ok=True)
        archive = Path(shutil.make_archive(str(ARCHIVE), "zip", temporary, "cours"))
    print(f"{archive.relative_to(ROOT)} : {archive.stat().st_size / 1e6:.1f} Mo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
