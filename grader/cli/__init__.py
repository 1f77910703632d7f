"""The `grader` command. Its help and messages are French; what is heavy is imported by the command that needs it."""

import sys

from grader.errors import UsageError


def main() -> None:
    """Run the command line. A UsageError ends with status 2 and the next thing to type."""
    from grader.cli import french

    french.install()
    from grader.cli.app import app
    from grader.cli.console import errors

    try:
        app()
    except UsageError as error:
        errors.print(f"[bold red]Erreur :[/] {error}", highlight=False)
        sys.exit(2)
    except KeyboardInterrupt:
        errors.print("Interrompu : rien n'a été enregistré.")
        sys.exit(130)
