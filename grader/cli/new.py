"""`grader new`: a workspace with the stubs, the quizzes, the open questions, and settings to run them."""

import random
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from grader.cli.console import out
from grader.errors import UsageError
from grader.exercises import IDS, load
from grader.paths import EXERCISES
from grader.sender import new_secret
from grader.workspace import SECRET_NAME, copy_exercises

GITIGNORE = ".env\n.grader/\n__pycache__/\n*.sqlite*\n"


def make_workspace(folder: Path) -> None:
    """Create the workspace. Raises UsageError rather than touch a folder that holds something."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} existe déjà et n'est pas vide. Si c'est votre espace de travail, continuez-y (cd {folder}) ; "
            "sinon, donnez le nom d'un nouveau dossier."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copy_exercises(EXERCISES, folder)
        (folder / ".gitignore").write_text(GITIGNORE, encoding="utf-8")
        values = drawn_values()
        for identifier in IDS:
            write_settings(folder / identifier, load(identifier).environment, values)
    except OSError as error:
        raise UsageError(f"Impossible de créer {folder} : {error.strerror}.") from error
    out.print(f"Espace de travail créé : [bold]{folder}[/]")
    out.print("Commencez par lire ex1_signature/README.md, puis :")
    out.print(f"  cd {folder}")
    out.print("  uv run grader check ex1")


def drawn_values() -> dict[str, str]:
    """Draw secrets that are good for this workspace alone."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
    return {
        SECRET_NAME: new_secret(random.SystemRandom()),
        "CLERK_JWT_KEY": '"' + pem.strip() + '"',
        "CLERK_AUTHORIZED_PARTIES": "http://localhost:3000",
        "ERASURE_KEY": secrets.token_hex(24),
        "ADMIN_TOKEN": secrets.token_hex(24),
        "APP_ENV": "development",
        "CLERK_INSTANCE_ID": "",
    }


def write_settings(folder: Path, names: tuple[str, ...], values: dict[str, str]) -> None:
    """Write the `.env` of one exercise: a database of its own, and the variables that its statement lists."""
    lines = [f"DATABASE_URL=sqlite:///{(folder / 'base.sqlite').resolve()}"]
    lines += [f"{name}={values[name]}" for name in names if name in values]
    (folder / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")
