"""The commands and their options; what each does stands in a module of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from grader.cli.typography import typeset

PATH = click.Path(path_type=Path)


def with_json(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the machine's view."""
    return click.option("--json", type=PATH, metavar="FICHIER", help="Écrire aussi le résultat en JSON.")(
        command
    )


def with_seed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the course key."""
    said = "Graine des données envoyées : la même graine donne les mêmes données."
    return click.option("--seed", type=int, metavar="N", help=said)(command)


def with_secret(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the secret to sign with."""
    said = "Secret de signature ; sinon CLERK_WEBHOOK_SIGNING_SECRET, puis les .env du dossier."
    return click.option("--secret", metavar="whsec_…", help=said)(command)


def with_folder(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the workspace, where it is not the current folder."""
    said = "L'espace de travail (par défaut, le dossier courant)."
    return click.option("--dossier", "folder", type=PATH, default=Path(), metavar="DOSSIER", help=said)(
        command
    )


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, subcommand_metavar="COMMANDE …")
def app() -> None:
    """Le correcteur du cours « Webhooks et synchronisation temps réel »."""


@app.command(short_help="Préparer un espace de travail.")
@click.argument("folder", metavar="DOSSIER", type=PATH)
def new(folder: Path) -> None:
    """Préparer un espace de travail : exercices, quiz, questions ouvertes."""
    from grader.cli.new import make_workspace

    make_workspace(folder)


@app.command()
@click.argument("part", metavar="[EXERCICE]", required=False)
@click.option("--hint", is_flag=True, help="Donner l'indice suivant sur le premier échec.")
@with_folder
@with_seed
@with_json
def check(part: str | None, hint: bool, folder: Path, seed: int | None, json: Path | None) -> None:
    """Vérifier votre travail, le premier échec d'abord.

    EXERCICE est ex1 à ex5, un critère comme ex3.2, ou quiz ; sans lui, les exercices sont vérifiés dans l'ordre, jusqu'au
    premier qui échoue.
    """
    from grader.cli.check import check_workspace

    raise SystemExit(check_workspace(folder, part, hint=hint, seed=seed, json=json))


@app.command(short_help="Renvoyer à votre serveur la livraison d'un échec.")
@click.argument("criterion", metavar="[CRITÈRE]", required=False)
@click.option(
    "--to", default="http://127.0.0.1:8000/api/webhooks/clerk", metavar="URL", show_default=True,
    help="L'adresse de votre serveur.",
)  # fmt: skip
@with_secret
@with_folder
def replay(criterion: str | None, to: str, secret: str | None, folder: Path) -> None:
    """Renvoyer à votre serveur la livraison d'un échec, signée de nouveau.

    CRITÈRE s'écrit comme ex1.3 ; sans lui, c'est le premier échec de la dernière vérification.
    """
    from grader.cli.replay import replay_failure

    replay_failure(folder, criterion, to, secret)


@app.command(short_help="Envoyer un événement Clerk réaliste, fraîchement signé.")
@click.argument("type", metavar="TYPE")
@click.option("--to", required=True, metavar="URL", help="L'adresse qui reçoit la livraison.")
@with_secret
@with_seed
def deliver(type: str, to: str, secret: str | None, seed: int | None) -> None:
    """Envoyer à une adresse un événement Clerk réaliste, fraîchement signé.

    TYPE s'écrit comme user.created ou organizationMembership.deleted.
    """
    from grader.cli.deliver import deliver_event

    deliver_event(type, to, secret, seed)


@app.command(short_help="Corriger un rendu ou une classe entière.")
@click.argument("paths", metavar="CHEMIN…", nargs=-1, required=True, type=PATH)
@with_json
@click.option("--csv", type=PATH, metavar="FICHIER", help="Écrire aussi un tableau CSV.")
@with_seed
@click.option(
    "--only",
    multiple=True,
    metavar="PARTIE",
    help="Ne corriger que cela : ex2, ex2.4, webhooks… (répétable).",
)
@click.option("--details", is_flag=True, help="Montrer chaque échec sous le tableau.")
@click.option(
    "--isolation", type=click.Choice(["strict", "process"]), default="strict", show_default=True,
    help="Isolation du code des étudiants ; process : seulement pour du code de confiance.",
)  # fmt: skip
@click.option(
    "--engine", type=click.Choice(["fork", "fresh"]), default="fork", show_default=True,
    help="Comment les serveurs sont démarrés ; fresh : un interpréteur neuf à chaque fois.",
)  # fmt: skip
@click.option("--open-marks", type=PATH, metavar="FICHIER", help="Vos notes aux questions ouvertes (TOML).")
@click.option("--scale", type=PATH, metavar="FICHIER", help="Un autre barème (TOML).")
def score(**options: Any) -> None:
    """Corriger un rendu ou une classe entière : dossiers et archives .zip.

    Un CHEMIN est un rendu s'il contient un dossier exN_… ou quiz/ ; sinon, chacun de ses enfants en est un.
    """
    from grader.cli.score import Request, score_paths

    score_paths(Request(**options))


@app.command()
@with_json
def doctor(json: Path | None) -> None:
    """Dire ce que cette machine permet, et ce qu'il faut installer."""
    from grader.cli.doctor import examine

    examine(json)


for _command in (app, *app.commands.values()):
    _command.help = typeset(_command.help or "")
    for _parameter in _command.params:
        if isinstance(_parameter, click.Option) and _parameter.help:
            _parameter.help = typeset(_parameter.help)
