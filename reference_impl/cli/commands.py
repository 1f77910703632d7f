"""Les commandes. Chacune lit les réglages du serveur, et n'importe ses modules qu'une fois appelée."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy.exc import SQLAlchemyError

from reference_impl.errors import ReceiverError

if TYPE_CHECKING:
    from reference_impl.receiving.receive import Receiver
    from reference_impl.settings import Settings


class Commands(click.Group):
    """Le groupe des commandes : une erreur prévue devient une phrase et le code de sortie 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Exécuter la commande demandée."""
        try:
            return super().invoke(ctx)
        except (ReceiverError, ValueError) as error:
            click.echo(f"Erreur : {error}", err=True)
        except OSError as error:
            click.echo(
                f"Erreur : {error.filename or 'fichier'} ne peut être ni lu ni écrit ({type(error).__name__}).",
                err=True,
            )
        except SQLAlchemyError as error:
            # Ni le message ni la trace : le pilote y cite des valeurs, et l'adresse de la base son mot de passe.
            cause = type(getattr(error, "orig", None) or error).__name__
            click.echo(f"Erreur : la base ne répond pas, ou n'est pas à jour ({cause}).", err=True)
            click.echo("Vérifiez DATABASE_URL, puis lancez : python -m reference_impl migrate", err=True)
        return ctx.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Le récepteur des webhooks de Clerk. Les réglages viennent de l'environnement."""


def settings_and_receiver() -> tuple[Settings, Receiver]:
    """Lire les réglages, régler le journal, ouvrir la base."""
    from reference_impl.app import build_receiver
    from reference_impl.operations.logs import configure_logs
    from reference_impl.settings import load_settings

    settings = load_settings()
    configure_logs()
    receiver = build_receiver(settings)
    click.get_current_context().call_on_close(receiver.engine.dispose)
    return settings, receiver


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d'écoute.")
@click.option("--port", default=8000, show_default=True, help="Port d'écoute.")
@click.option("--workers", default=1, show_default=True, help="Nombre de processus.")
@click.option(
    "--forwarded-allow-ips",
    default="127.0.0.1",
    show_default=True,
    help="Mandataires dont X-Forwarded-For est cru ; jamais « * » si le port est joignable par d'autres.",
)
def serve(host: str, port: int, workers: int, forwarded_allow_ips: str) -> None:
    """Servir l'application jusqu'à SIGTERM ; les requêtes en cours se terminent."""
    from reference_impl.operations.serving import serve as run

    run(host=host, port=port, workers=workers, forwarded_allow_ips=forwarded_allow_ips)


@main.command()
def migrate() -> None:
    """Créer les tables, ou les mettre à jour."""
    from reference_impl.migrations.run import upgrade
    from reference_impl.settings import load_settings

    upgrade(load_settings().database_url.get_secret_value())
    click.echo("La base est à jour.")


@main.command()
@click.option(
    "--once", is_flag=True, help="Exécuter ce qui est dû, puis s'arrêter ; pour une tâche planifiée."
)
@click.option("--retry-failed", is_flag=True, help="D'abord, rendre dus les effets abandonnés.")
def dispatch(once: bool, retry_failed: bool) -> None:
    """Exécuter les effets dus : messages, nouvelles aux applications abonnées, avis d'effacement."""
    from reference_impl.assembly import lanes
    from reference_impl.effects.dispatch import retry_failed as retry
    from reference_impl.effects.loop import run_dispatch

    settings, receiver = settings_and_receiver()
    if retry_failed:
        click.echo(f"{retry(receiver.engine, receiver.clock())} effet(s) de nouveau dû(s).")
    run_dispatch(receiver, tuple(lanes(settings, receiver)), once=once)


@main.command()
def features() -> None:
    """Lister les fonctions qui s'ajoutent au récepteur : allumées, éteintes, et les variables qui les allument."""
    from reference_impl.features import features as listed
    from reference_impl.settings import load_settings

    for feature in listed(load_settings()):
        click.echo(f"{'allumée' if feature.on else 'éteinte'}  {feature.name:<12} {feature.variables}")


@main.command()
@click.option(
    "--allow-erasures", is_flag=True, help="Effacer même si beaucoup de comptes ont disparu de chez Clerk."
)
def reconcile(allow_erasures: bool) -> None:
    """Réconcilier les comptes avec ceux de Clerk : l'API rend ce qu'aucun webhook n'a apporté."""
    from reference_impl.reconciliation.run import run_reconciliation

    settings, receiver = settings_and_receiver()
    click.echo(run_reconciliation(settings, receiver, allow_erasures=allow_erasures).sentence())


@main.command()
def purge() -> None:
    """Appliquer les durées de conservation : vider les corps gardés, oublier les vieilles livraisons."""
    from reference_impl.privacy.purge import Retention
    from reference_impl.privacy.purge import purge as run

    settings, receiver = settings_and_receiver()
    kept = Retention(
        settings.body_retention_days, settings.inbox_retention_days, settings.session_retention_days
    )
    for table, count in run(receiver.engine, kept, receiver.clock()).items():
        click.echo(f"{table} : {count}")


@main.command()
@click.argument("clerk_ids", metavar="CLERK_ID…", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Ne pas demander de confirmation.")
def erase(clerk_ids: tuple[str, ...], *, yes: bool) -> None:
    """Effacer des personnes, connues ou non, sans attendre de webhook."""
    from reference_impl.privacy.erasure import erase_now

    _, receiver = settings_and_receiver()
    question = "L'effacement est définitif. Tapez oui pour continuer"
    if not yes and click.prompt(question, default="non", show_default=False) != "oui":
        raise click.Abort
    for clerk_id in clerk_ids:
        first = erase_now(receiver, clerk_id, cause="request")
        click.echo("Effacée." if first else "Déjà effacée ; ce qui en restait est parti.")


@main.command()
@click.argument("svix_ids", metavar="SVIX_ID…", nargs=-1)
@click.option("--list", "listing", is_flag=True, help="Lister les lettres mortes.")
def reprocess(svix_ids: tuple[str, ...], listing: bool) -> None:
    """Rejouer des livraisons gardées, une fois la cause corrigée."""
    from reference_impl.receiving.reprocess import reprocess as run
    from reference_impl.store.dead_letters import listed
    from reference_impl.store.engine import reading

    _, receiver = settings_and_receiver()
    if listing or not svix_ids:
        with reading(receiver.engine).connect() as connection:
            letters = listed(connection)
        for letter in letters:
            click.echo(f"{letter['svix_id']}  {letter['type'] or '?'}  {letter['reason']}")
        click.echo(f"{len(letters)} lettre(s) morte(s).")
    for svix_id in svix_ids:
        click.echo(f"{svix_id} : {run(receiver, svix_id)}")


@main.group()
def register() -> None:
    """Le registre d'effacement : le copier hors de la base, et l'appliquer après une restauration."""


@register.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def register_export(file: Path) -> None:
    """Écrire le registre dans FILE ; il ne contient que des empreintes. L'ancienne copie reste jusqu'à la fin."""
    from reference_impl.privacy.restore import export_register

    _, receiver = settings_and_receiver()
    partial = file.with_name(file.name + ".part")
    with partial.open("w", encoding="utf-8") as written:
        count = export_register(receiver.engine, written)
    partial.replace(file)
    click.echo(f"{count} entrée(s).")


@register.command("apply")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def register_apply(file: Path) -> None:
    """Compléter le registre par FILE, et effacer de nouveau les personnes qu'une sauvegarde a ramenées."""
    from reference_impl.privacy.restore import apply_register, read_register

    _, receiver = settings_and_receiver()
    with file.open(encoding="utf-8", errors="replace") as lines:
        again = apply_register(receiver.engine, receiver.subjects, read_register(lines), receiver.clock())
    click.echo(f"{again} personne(s) effacée(s) de nouveau.")
