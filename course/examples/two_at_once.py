"""Deux exemplaires d'une livraison, reçus par deux fils qui avancent du même pas."""

import sqlite3
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

STEP = Barrier(2)
CLAIM = "INSERT INTO inbox VALUES ('msg_1') ON CONFLICT DO NOTHING RETURNING svix_id"
COUNT = "UPDATE users SET logins = logins + 1"


def look_then_write(base: sqlite3.Connection) -> None:
    """Chercher la livraison ; inconnue, l'inscrire et compter la connexion."""
    known = base.execute("SELECT 1 FROM inbox WHERE svix_id = 'msg_1'").fetchone()
    STEP.wait()  # les deux fils ont lu, aucun n'a encore écrit
    if not known:
        base.executescript(f"BEGIN IMMEDIATE; {CLAIM}; {COUNT}; COMMIT")


def claim_first(base: sqlite3.Connection) -> None:
    """Inscrire la livraison ; compter la connexion si l'inscription a rendu une ligne."""
    STEP.wait()
    base.execute("BEGIN IMMEDIATE")  # le second attend ici le COMMIT du premier
    if base.execute(CLAIM).fetchone():
        base.execute(COUNT)
    base.execute("COMMIT")


def counted(receive: Callable[[sqlite3.Connection], None]) -> int:
    """Recevoir les deux exemplaires ensemble, et rendre le nombre de connexions comptées."""
    with tempfile.NamedTemporaryFile(suffix=".db") as file, ThreadPoolExecutor(2) as threads:
        two = [sqlite3.connect(file.name, isolation_level=None, check_same_thread=False) for _ in "12"]
        two[0].executescript("CREATE TABLE inbox (svix_id UNIQUE); CREATE TABLE users AS SELECT 0 logins")
        list(threads.map(receive, two))
        return int(two[0].execute("SELECT logins FROM users").fetchone()[0])


print("lire puis écrire :", counted(look_then_write), "| écrire d'abord :", counted(claim_first))
