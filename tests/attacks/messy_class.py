"""A class folder with everything that has ever been handed in, and what the report must say of each."""

import os
import re
import zipfile
from pathlib import Path

from tests.attacks.arena import EX1, SOLUTIONS, STUBS, make
from tests.attacks.hostile_files import add_link, add_zeros, archive, mark_encrypted

ANSWERING = """
import asyncio, os
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    {answer}
def create_app():
    return app
"""

# Servers by what their `app.py` holds, and what the one reason of their skipped criteria says.
SERVERS: dict[str, tuple[str, str]] = {
    "erreur_de_syntaxe": ("def create_app(:\n", "SyntaxError"),
    "import_inconnu": ("import un_module_absent\n", "ModuleNotFoundError"),
    "import_sans_fin": ("import time\nwhile True: time.sleep(1)\n", "rien dans le temps imparti"),
    "ne_repond_jamais": (ANSWERING.format(answer="await asyncio.sleep(300)"), "rien dans le temps imparti"),
    "goutte_a_goutte": (
        ANSWERING.format(
            answer="await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
            "    while True:\n"
            "        await send({'type': 'http.response.body', 'body': b'x', 'more_body': True})\n"
            "        await asyncio.sleep(0.3)"
        ),
        "rien dans le temps imparti",
    ),
    "en_tetes_enormes": (
        ANSWERING.format(
            answer="await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'x', b'y' * 70000)]})\n"
            "    await send({'type': 'http.response.body', 'body': b''})"
        ),
        "la connexion a été fermée",
    ),
    "bavard": ("while True: print('x' * 1000000)\n", "Mio écrits sur la sortie"),
    "quitte": ("import os\nos._exit(0)\n", "code de sortie 0"),
    "se_tue": ("import os\nos.kill(os.getpid(), 9)\n", "signal 9"),
    "fourche": ("import os\nos.fork()\n", "PermissionError"),
    "gourmand": ("kept = []\nwhile True: kept.append(b'x' * (1 << 24))\n", "MemoryError|Mio de mémoire"),
    "remplit_le_disque": (
        "import os\nn = 0\nwhile True:\n n += 1\n open(os.environ['HOME'] + f'/{n}', 'wb').write(bytes(1 << 23))\n",
        "Mio écrits dans son dossier",
    ),
    "sans_create_app": ("x = 1\n", "AttributeError"),
    "create_app_rend_un_nombre": ("def create_app():\n    return 42\n", "500|TypeError|fermée"),
    "messages_piegees": (
        "raise RuntimeError('\\x1b[2J\\u202e' + __import__('os').environ['CLERK_WEBHOOK_SIGNING_SECRET'])\n",
        "«…»",
    ),
}

HONEST = ("alice", "zoé", "victor")


def write(folder: Path) -> dict[str, str]:
    """Write the class; gives for each submission (by id) what its row must say, as a regular expression."""
    folder.mkdir()
    said = dict.fromkeys(HONEST, "")
    make(
        folder / "alice",
        files={"quiz/webhooks.toml": (SOLUTIONS / "quiz" / "webhooks.toml").read_text(encoding="utf-8")},
    )
    make(folder / "victor", base=STUBS)
    files = {
        f"zoé/{EX1}/{path.name}": path.read_bytes() for path in (SOLUTIONS / EX1).iterdir() if path.is_file()
    }
    archive(folder / "zoé.zip", files)
    for name, (app, reason) in SERVERS.items():
        make(folder / name)
        (folder / name / EX1 / "app.py").write_text(app, encoding="utf-8")
        said[name] = reason
    said |= _archives(folder, files) | _folders(folder) | _answers(folder)
    return said


def _archives(folder: Path, files: dict[str, bytes]) -> dict[str, str]:
    archive(
        folder / "sortie.zip",
        {**files, "zoé/../../planted.py": b"", f"zoé/{EX1}/../../../../planted.py": b""},
    )
    add_link(folder / "sortie.zip", f"zoé/{EX1}/etc.py", "/etc/passwd")
    archive(folder / "bombe.zip", {f"{EX1}/signature.py": b""})
    add_zeros(folder / "bombe.zip", f"{EX1}/app.py", 32, zipfile.ZIP_BZIP2)
    archive(folder / "chiffrée.zip", files)
    mark_encrypted(folder / "chiffrée.zip")
    (folder / "pas_un_zip.zip").write_text("bonjour", encoding="utf-8")
    (folder / "coupé.zip").write_bytes((folder / "zoé.zip").read_bytes()[:300])
    return {
        "sortie": "chemin hors de l'archive",
        "bombe": "compressé autrement",
        "chiffrée": "chiffré",
        "pas_un_zip": "ni un dossier ni une archive",
        "coupé": "ni un dossier ni une archive",
    }


def _folders(folder: Path) -> dict[str, str]:
    (folder / "vide").mkdir()
    (folder / "étranger" / "src").mkdir(parents=True)
    (folder / "fichier.py").write_text("x = 1\n", encoding="utf-8")
    (folder / "lien").symlink_to("/etc")
    os.mkfifo(folder / "tube")
    make(folder / "sans_app")
    (folder / "sans_app" / EX1 / "app.py").unlink()
    make(folder / "un_fichier_pour_dossier")
    (folder / "un_fichier_pour_dossier" / EX1).rename(
        folder / "un_fichier_pour_dossier" / "ex2_upsert_vs_webhook"
    )
    (folder / "un_fichier_pour_dossier" / EX1).write_text("", encoding="utf-8")
    for name in ("=CMD()", "ligne\nligne", "\x1b[31mrouge\u202e", "🦄", "l" * 200, "[red]gras"):
        make(folder / name, base=STUBS)
    return {
        "vide": "Le dossier est vide",
        "étranger": "ne contient ni exercice",
        "fichier.py": "ni un dossier ni une archive",
        "lien": "C'est un lien",
        "tube": "Ce n'est ni un dossier ni un fichier",
        "sans_app": "app.py manque",
        "un_fichier_pour_dossier": re.escape("Le dossier ex1_signature/ manque"),
        "=CMD()": "", "ligne ligne": "", "[31mrouge": "", "🦄": "", "l" * 119 + "…": "", "[red]gras": "",
    }  # fmt: skip


def _answers(folder: Path) -> dict[str, str]:
    bombs = {
        "clé_sans_fin": ".".join(["a"] * 100_000) + " = 1",
        "clés_sans_fin": "a=\n" * 80_000,
        "nombre_sans_fin": "q01 = [\n" + "9" * 490 + "\n]",
        "clés_inconnues": "\n".join(f"k{n} = 1" for n in range(5000)),
    }
    for name, text in bombs.items():
        make(
            folder / name,
            base=STUBS,
            files={"quiz/webhooks.toml": text, "questions_ouvertes.md": "<!--" * 60_000},
        )
    return dict.fromkeys(bombs, "trop long|illisible|inconnue")
