"""The commands and their options; what they do stands in a module of its own for each."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Le correcteur du cours « Webhooks et synchronisation temps réel ».",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


class EngineChoice(StrEnum):
    """The engines."""

    fork = "fork"
    fresh = "fresh"


class IsolationChoice(StrEnum):
    """The levels of isolation."""

    strict = "strict"
    process = "process"


Json = Annotated[Path | None, typer.Option("--json", metavar="FICHIER", help="Écrire aussi le résultat en JSON.")]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", min=0, help="Graine des données envoyées : la même redonne la même correction.")]
Secret = Annotated[str | None, typer.Option("--secret", metavar="whsec_…", help="Secret de signature ; sinon la variable CLERK_WEBHOOK_SIGNING_SECRET, puis les fichiers .env du dossier.")]


@app.command()
def new(dossier: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Le dossier à créer.")]) -> None:
    """Préparer un espace de travail : exercices, quiz, questions ouvertes."""
    from grader.cli.new import make_workspace

    make_workspace(dossier)


@app.command()
def check(
    exercice: Annotated[str | None, typer.Argument(metavar="[EXERCICE]", help="ex1 à ex5, ou un critère comme ex3.2 ; tout si rien n'est donné.")] = None,
    hint: Annotated[bool, typer.Option("--hint", help="Donner l'indice suivant sur le premier échec.")] = False,
    folder: Annotated[Path, typer.Option("--dossier", metavar="DOSSIER", help="L'espace de travail.")] = Path(),
    seed: Seed = None,
    json: Json = None,
) -> None:
    """Vérifier votre travail, le premier échec d'abord."""
    from grader.cli.check import check_workspace

    raise typer.Exit(check_workspace(folder, exercice, hint=hint, seed=seed, json=json))


@app.command()
def replay(
    critere: Annotated[str | None, typer.Argument(metavar="[CRITÈRE]", help="Comme ex1.3 ; le dernier échec si rien n'est donné.")] = None,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="L'adresse de votre serveur.")] = "http://127.0.0.1:8000/api/webhooks/clerk",
    secret: Secret = None,
    folder: Annotated[Path, typer.Option("--dossier", metavar="DOSSIER", help="L'espace de travail.")] = Path(),
) -> None:
    """Renvoyer à votre serveur la livraison d'un échec, signée de nouveau."""
    from grader.cli.replay import replay_failure

    replay_failure(folder, critere, to, secret)


@app.command()
def deliver(
    type: Annotated[str, typer.Argument(metavar="TYPE", help="Le type d'événement, comme user.created.")],
    to: Annotated[str, typer.Option("--to", metavar="URL", help="L'adresse qui reçoit la livraison.")],
    secret: Secret = None,
    seed: Seed = None,
) -> None:
    """Envoyer à une adresse un événement Clerk réaliste, fraîchement signé."""
    from grader.cli.deliver import deliver_event

    deliver_event(type, to, secret, seed)


@app.command()
def score(
    chemins: Annotated[list[Path], typer.Argument(metavar="CHEMIN…", help="Rendus, ou dossiers de rendus : dossiers et archives .zip.")],
    json: Json = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FICHIER", help="Écrire aussi un tableau CSV.")] = None,
    seed: Seed = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="PARTIE", help="Ne corriger que cela : ex2, ex2.4, webhooks… (répétable).")] = None,
    details: Annotated[bool, typer.Option("--details", help="Montrer chaque échec sous le tableau.")] = False,
    isolation: Annotated[IsolationChoice, typer.Option(help="Ce que les serveurs des étudiants ne peuvent pas faire.")] = IsolationChoice.strict,
    engine: Annotated[EngineChoice, typer.Option(help="Comment leurs serveurs sont démarrés.")] = EngineChoice.fork,
    open_marks: Annotated[Path | None, typer.Option("--open-marks", metavar="FICHIER", help="Vos notes aux questions ouvertes (TOML).")] = None,
    scale: Annotated[Path | None, typer.Option("--scale", metavar="FICHIER", help="Un autre barème (TOML).")] = None,
) -> None:
    """Corriger un rendu ou une classe entière."""
    from grader.cli.score import Request, score_paths

    request = Request(
        paths=chemins, json=json, csv=csv, seed=seed, only=only, details=details,
        isolation=isolation.value, engine=engine.value, open_marks=open_marks, scale=scale,
    )  # fmt: skip
    score_paths(request)


@app.command()
def doctor(json: Json = None) -> None:
    """Dire ce que cette machine permet, et quoi installer."""
    from grader.cli.doctor import examine

    examine(json)
