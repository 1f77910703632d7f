"""The commands of the pages: which there are, which cannot be run and why, and what their end should be."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

from tests.course.pages import PAGES, page
from tests.course.terminal import Terminal, opened_terminal

RULES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "commands.toml").read_text(encoding="utf-8"))


def commands(name: str) -> list[str]:
    """The commands of a page, in order; what follows two spaces and a hash is a remark."""
    lines = [
        line.strip() for fence in page(name).fences if fence.language == "console" for line in fence.lines
    ]
    return [line.split("  # ")[0].strip() for line in lines if line]


def excused(command: str) -> bool:
    """Whether a rule says why the command is not run."""
    return any(command.startswith(start) for rule in RULES["elsewhere"] for start in rule["starts_with"])


def expected_status(command: str, terminal: Terminal) -> int:
    """0 for a command that did its work; 1 for a check, since nothing is green in an untouched workspace."""
    if " replay" in command and not terminal.servers:
        return 2  # « Rien n'écoute » : a page may show the command before its reader starts a server
    return 1 if "grader check" in command else 0


def expected_answer(command: str, terminal: Terminal) -> str:
    """What `deliver` tells of the reference receiver's answer.

    Refused, where a page shows that: another secret signed, the address is not exact, the receiver waits for another
    instance of Clerk.
    """
    if " deliver " not in command or not terminal.last or "reference_impl" not in terminal.last[0]:
        return ""
    elsewhere = "CLERK_INSTANCE_ID" in terminal.last[1]
    return "réponse 4" if "--secret" in command or command.endswith("/") or elsewhere else "réponse 204"


WITH_COMMANDS = [name for name in PAGES if any(not excused(command) for command in commands(name))]


def run_page(name: str, folder: Path) -> None:
    """Type the commands of a page in their order, after what the page takes as done; each must end as it should."""
    with opened_terminal(folder) as terminal:
        prepare(name, terminal)
        for command in [*RULES["prepare"].get(name, []), *commands(name)]:
            done = None if excused(command) else terminal.type(command)
            if done is not None:
                said = f"{command}\n{done.stdout}{done.stderr}"
                assert done.returncode == expected_status(command, terminal), said
                assert expected_answer(command, terminal) in done.stdout, said


def prepare(name: str, terminal: Terminal) -> None:
    """Give a page what no command of its readers makes: the class that an instructor has received."""
    if name == "guide-enseignant.md":
        shutil.copytree(
            terminal.folder / "reference_impl/solutions", terminal.folder / "rendus/benoit-gagnon"
        )
        shutil.copytree(terminal.folder / "exercises", terminal.folder / "rendus/alice-tremblay")
        (terminal.folder / "notes-ouvertes.toml").write_text("[benoit-gagnon]\nq1 = 4.5\n", encoding="utf-8")
