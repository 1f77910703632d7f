"""The two engines behind one interface: start a student's server with an environment, in a folder of its own."""

import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from grader.sandbox import scratch
from grader.sandbox.limits import Limits
from grader.sandbox.process import ForkLauncher, FreshLauncher, Launcher
from grader.sandbox.runtime import Runtime, prepare
from grader.sandbox.server import Server, listen

EngineName = Literal["fork", "fresh"]
Isolation = Literal["strict", "process"]

# What every server gets besides the variables of the contract; the time zone is always the same, so is the result.
COMMON_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Workspace:
    """The folders of one exercise of one submission: code (read-only for the server) and data (its own)."""

    code: Path
    data: Path

    @property
    def made(self) -> Path:
        """Where the grader makes what it will move into `data`: no server can read or write there."""
        return self.data.with_name("made")


class Engine:
    """Starts servers. A context manager: leaving it ends whatever still runs and removes its folders.

    Its folder is made below `parent`, which whoever made that one can remove should this process be killed.
    """

    def __init__(
        self,
        name: EngineName = "fork",
        isolation: Isolation = "strict",
        limits: Limits | None = None,
        parent: Path | None = None,
    ) -> None:
        self.name = name
        self.isolation = isolation
        self.limits = limits or Limits()
        self.folder = scratch.make(parent)
        self._runtime: Runtime = prepare(self.folder / "lib")
        path = [str(self._runtime.path)]
        self._launcher: Launcher = ForkLauncher(path) if name == "fork" else FreshLauncher()
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every server and remove every folder."""
        self._launcher.close()
        scratch.remove(self.folder)

    @property
    def alive(self) -> bool:
        """Tell whether it can still start servers."""
        return self._launcher.alive

    def workspace(self) -> Workspace:
        """Make a new pair of empty folders."""
        root = self.folder / f"w{next(self._numbers)}"
        space = Workspace(root / "code", root / "data")
        space.code.mkdir(parents=True)
        space.data.mkdir()
        return space

    def discard(self, space: Workspace) -> None:
        """Remove a pair of folders whose servers have ended: what one exercise wrote takes no room from the next."""
        scratch.remove(space.data.parent)

    def start(self, space: Workspace, factory: str, environ: Mapping[str, str]) -> Server:
        """Start the ASGI application that `module:attribute` makes, with this environment and no other.

        Raises:
            EngineError: the engine itself failed.
        """
        number = next(self._numbers)
        socket_path = self.folder / f"s{number}"
        strict = self.isolation == "strict"
        order = {
            "factory": factory,
            "cwd": str(space.code),
            "environ": {**COMMON_ENVIRONMENT, "HOME": str(space.data), "TMPDIR": str(space.data), **environ},
            "path": [str(self._runtime.path)],
            "pycache": str(space.data / "pycache"),
            "limits": self.limits.for_kernel() if strict else {},
            "readable": [*self._runtime.readable, str(space.code)] if strict else None,
            "writable": [str(space.data)],
        }
        out, out_writer = os.pipe()
        err, err_writer = os.pipe()
        with listen(socket_path) as listener:
            try:
                process = self._launcher.start(order, [listener.fileno(), out_writer, err_writer])
            finally:
                os.close(out_writer)
                os.close(err_writer)
        return Server(process, socket_path, (out, err), self.limits, space.data)
