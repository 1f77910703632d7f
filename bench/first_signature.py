"""From nothing to the first verified signature: the home page's own commands, in a fresh clone, timed.

    uv run python -m bench.first_signature             with an empty package cache: everything is downloaded
    uv run python -m bench.first_signature --warm      with this machine's cache

Wall-clock seconds of each command; how long downloads take says more of the network than of the course.
"""

import argparse
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "course" / "index.md"
COMMANDS = re.compile(r"```console\n(.*?)\n```", re.DOTALL)
PORT = 8000


def commands() -> list[str]:
    """The commands of the home page, in order."""
    blocks = COMMANDS.findall(HOME.read_text(encoding="utf-8"))
    return [line for block in blocks for line in block.split("\n")]


def run(command: str, folder: Path, env: dict[str, str]) -> tuple[float, str]:
    """Run one command to its end, or until the server that it starts listens; seconds and last line of output."""
    began = time.perf_counter()
    if command.endswith(" serve"):
        server = subprocess.Popen(shlex.split(command), cwd=folder, env=env, stdout=subprocess.DEVNULL)
        SERVERS.append(server)
        while not listens() and server.poll() is None:
            time.sleep(0.02)
        return time.perf_counter() - began, "listens" if server.poll() is None else "ended"
    done = subprocess.run(shlex.split(command), cwd=folder, env=env, capture_output=True, text=True)
    lines = (done.stdout or done.stderr).strip().splitlines()
    return time.perf_counter() - began, lines[-1].strip() if lines else f"exit {done.returncode}"


SERVERS: list[subprocess.Popen[bytes]] = []


def listens() -> bool:
    """Whether somebody listens on the page's port."""
    try:
        with socket.create_connection(("127.0.0.1", PORT), 0.2):
            return True
    except OSError:
        return False


def main() -> int:
    """Clone, run, print; the exit status is 1 where the port is taken."""
    parser = argparse.ArgumentParser(description="Time the way to the first verified signature.")
    parser.add_argument("--warm", action="store_true", help="use this machine's package cache")
    warm = parser.parse_args().warm
    if listens():
        print(f"port {PORT} is taken: stop what listens there", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        clone = Path(temporary) / "cours"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        env |= {} if warm else {"UV_CACHE_DIR": str(Path(temporary) / "cache")}
        total = 0.0
        try:
            for command in commands():
                seconds, said = run(command, clone, env)
                total += seconds
                print(f"{seconds:7.1f} s  {command}\n           {said}")
        finally:
            for server in SERVERS:
                server.terminate()
                server.wait()
    print(f"{total:7.1f} s  in all, {len(commands())} commands, {'warm' if warm else 'empty'} cache")
    return 0


if __name__ == "__main__":
    sys.exit(main())
