"""Taking the machine: memory, threads, files, disk. Each greedy server is stopped, and its neighbour notices nothing."""

import os
from pathlib import Path

import pytest

from grader.sandbox import scratch
from grader.sandbox.engine import Engine, Workspace
from grader.sandbox.server import Server
from tests.attacks.arena import earned, judge, make, wait_until

# What each server does when it is imported, and what the report says of it; None: the kernel refuses, and it goes on.
GREEDY = {
    "threads": (
        "import threading, time\nthreading.stack_size(32768)\n"
        "while True:\n try: threading.Thread(target=time.sleep, args=(300,), daemon=True).start()\n"
        " except RuntimeError: pass\n",
        "plus de 200 fils d'exécution",
    ),
    "memory that is used": (
        "kept = []\nwhile True:\n try: kept.append(b'x' * (16 << 20))\n except MemoryError: pass\n",
        "plus de 512 Mio de mémoire",
    ),
    "files": (
        "import os\nos.chdir(os.environ['HOME'])\nn = 0\nwhile True:\n n += 1\n open(str(n), 'w').close()\n",
        "plus de 5000 fichiers dans son dossier",
    ),
    "bytes in files": (
        "import os\nos.chdir(os.environ['HOME'])\nn = 0\nwhile True:\n n += 1\n"
        " with open(str(n), 'wb') as f:\n  [f.write(bytes(1 << 20)) for _ in range(15)]\n",
        "plus de 128 Mio écrits dans son dossier",
    ),
    "bytes in files that have no name any more": (
        "import os, time\nos.chdir(os.environ['HOME'])\nkept = []\nwhile True:\n"
        " try: f = open('x', 'wb')\n except OSError: time.sleep(1); continue\n"
        " os.unlink('x'); kept.append(f); [f.write(bytes(1 << 20)) for _ in range(15)]\n",
        "plus de 128 Mio écrits dans son dossier",
    ),
    "folders in one another": (
        "import os\nos.chdir(os.environ['HOME'])\nwhile True:\n os.mkdir('d' * 200); os.chdir('d' * 200)\n",
        None,
    ),
    "descriptors": (
        "import os, time\nkept = []\nwhile True:\n try: kept.append(os.dup(1))\n except OSError: time.sleep(0.05)\n",
        None,
    ),
    "processor": ("while True: pass\n", None),
    "one file without end": (
        "import os\nf = open(os.environ['HOME'] + '/x', 'wb')\nwhile True:\n"
        " try: f.write(bytes(1 << 20))\n except OSError: pass\n",
        None,
    ),
}


def start(engine: Engine, source: str) -> tuple[Workspace, Server]:
    """Start a server made of this source alone."""
    space = engine.workspace()
    (space.code / "greedy.py").write_text(source, encoding="utf-8")
    return space, engine.start(space, "greedy:create_app", {})


@pytest.mark.parametrize("what", GREEDY)
def test_a_greedy_server_is_bounded_and_its_neighbour_keeps_its_points(
    engine: Engine, tmp_path: Path, what: str
) -> None:
    """The neighbour is graded while the other is at it; afterwards its folder can be removed whole."""
    source, reason = GREEDY[what]
    neighbour = make(tmp_path / "neighbour")
    space, server = start(engine, source)

    with server:
        assert earned(judge(engine, neighbour, "ex1.1", "ex1.2", student="neighbour")) == {"ex1.1", "ex1.2"}
        if reason:
            wait_until(lambda: server.exit_code() is not None)

    assert reason is None or server.stopped_because == reason
    engine.discard(space)
    assert not space.data.parent.exists()


FORBIDDEN = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
here = os.environ["HOME"]
f = open(here + "/x", "wb")
attempts = {
    "memory without a name": lambda: os.memfd_create("x"),
    "space taken without writing": lambda: libc.fallocate(f.fileno(), 0, ctypes.c_long(0), ctypes.c_long(1 << 20)) == -1,
    "a file of 1 TB": lambda: os.truncate(f.fileno(), 1 << 40),
    "shared memory": lambda: libc.shmget(0, 1 << 20, 0o1600) == -1,
    "watching folders": lambda: libc.inotify_init1(0) == -1,
    "stopping the disks": lambda: libc.syscall(162) == -1 if os.uname().machine == "x86_64" else True,
    "a thread with descriptors of its own": lambda: libc.syscall(56, 0x10900, 0, 0, 0, 0) == -1,
    "a table of descriptors of its own": lambda: libc.syscall(436, 900, 901, 2) == -1,
    "a priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, 5),
    "links": lambda: os.symlink("/etc", here + "/l"),
    "a pipe in its folder": lambda: os.mkfifo(here + "/p"),
}
for name, attempt in attempts.items():
    try:
        refused = attempt() is True
    except OSError:
        refused = True
    if not refused:
        print("MANAGED", name, file=sys.stderr)
print("ATTEMPTED", file=sys.stderr, flush=True)
"""


def test_what_no_limit_would_count_is_forbidden(engine: Engine) -> None:
    """Memory and disk that neither the quota of the folder nor the limit on memory would see."""
    space, server = start(engine, FORBIDDEN)

    with server:
        wait_until(lambda: "ATTEMPTED" in server.stderr.text())

    assert "MANAGED" not in server.stderr.text()
    engine.discard(space)


def test_a_folder_whose_rights_were_taken_away_stops_the_server(engine: Engine) -> None:
    """A grader that is not root could not count what lies in it."""
    space, server = start(
        engine, "import os, time\nos.mkdir(os.environ['HOME'] + '/d', 0o300)\ntime.sleep(60)\n"
    )

    with server:
        wait_until(lambda: (space.data / "d").exists())
        if os.geteuid():
            wait_until(lambda: server.stopped_because == "son dossier ne peut plus être lu")

    engine.discard(space)
    assert not space.data.parent.exists()


def test_a_scratch_folder_is_removed_however_deep_and_closed_it_is(tmp_path: Path) -> None:
    """Deeper than recursion goes, longer than a path may be, with folders that cannot be entered."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    before = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(1500):
            os.mkdir("d" * 100)
            os.chdir("d" * 100)
        Path("file").write_text("x", encoding="utf-8")
    finally:
        os.chdir(before)
    closed = folder / "closed"
    (closed / "below").mkdir(parents=True)
    closed.chmod(0)

    scratch.remove(folder)

    assert not folder.exists()


def test_what_one_exercise_wrote_is_gone_before_the_next_is_graded(engine: Engine, tmp_path: Path) -> None:
    """A hundred students who fill their folders take the room of one."""
    attack = "import os\nopen(os.environ['HOME'] + '/x', 'wb').write(bytes(10 << 20))\n"
    before = sorted(engine.folder.iterdir())

    assert earned(judge(engine, make(tmp_path / "s", attack=attack), "ex1.1")) == {"ex1.1"}

    assert sorted(engine.folder.iterdir()) == before
