"""`grader doctor`: what this machine can do, and what to install."""

import json as json_format
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from grader.cli.console import out
from grader.sandbox.isolation import DESCRIPTIONS, Report, probe_machine

LIBRARIES = ("fastapi", "svix", "sqlmodel", "uvicorn", "pytest")


def examine(json: Path | None) -> None:
    """Probe the machine and say what was found."""
    report = probe_machine()
    out.print(
        f"Python {platform.python_version()} · {platform.system()} {platform.release()} · {platform.machine()}"
    )
    out.print(" · ".join(f"{name} {version(name)}" for name in LIBRARIES))
    out.print(f"uv : {'présent' if shutil.which('uv') else 'absent ; installez-le : pip install uv'}")
    out.print("\nLe serveur d'un étudiant peut-il…")
    for name, description in DESCRIPTIONS.items():
        out.print(f"  {_verdict(report, name)}  {description}")
    out.print()
    if report.strict:
        out.print("[bold green]Isolation stricte : assurée.[/] La sonde n'a rien pu faire de tout cela.")
    else:
        out.print(f"[bold yellow]Isolation stricte : non assurée.[/] {advice(report)}")
    if json:
        found = {
            "python": platform.python_version(),
            "strict": report.strict,
            "managed": report.managed,
            "failure": report.failure,
        }
        json.write_text(json_format.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _verdict(report: Report, name: str) -> str:
    if name not in report.managed:
        return "[yellow]?  [/]"
    return "[red]oui[/]" if report.managed[name] else "[green]non[/]"


def advice(report: Report) -> str:
    """Say what to do about a level that is not held."""
    if sys.platform != "linux":
        return "Elle demande Linux ; sous Windows, WSL 2 convient. « grader check » marche partout."
    reason = f" ({report.failure})" if report.failure else ""
    return f"Il faut un noyau Linux 5.13 ou plus récent, avec Landlock et seccomp{reason}."
