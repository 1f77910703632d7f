"""Le processus est tué entre ses deux gestes, puis la livraison revient : combien de messages Zoé reçoit-elle ?"""

import sqlite3

TABLES = "CREATE TABLE users (id); CREATE TABLE outbox (key); CREATE TABLE mailbox (key)"
KNOWN, WRITE = "SELECT 1 FROM users", "INSERT INTO users VALUES ('zoe')"
SEND, OWE = "INSERT INTO mailbox VALUES ('welcome/zoe')", "INSERT INTO outbox VALUES ('welcome/zoe')"
COUNTS = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM mailbox)"


def send_then_write(base: sqlite3.Connection, *, killed: bool) -> None:
    """Envoyer d'abord : si l'écriture manque, rien ne se souvient de l'envoi."""
    if not base.execute(KNOWN).fetchone():
        base.execute(SEND)
        if not killed:
            base.execute(WRITE)


def write_then_send(base: sqlite3.Connection, *, killed: bool) -> None:
    """Écrire d'abord : si l'envoi manque, la livraison suivante passe pour un doublon."""
    if not base.execute(KNOWN).fetchone():
        base.execute(WRITE)
        if not killed:
            base.execute(SEND)


def outbox(base: sqlite3.Connection, *, killed: bool) -> None:
    """Écrire la personne et l'effet ensemble ; envoyer ensuite ce qui est dû, et le rayer."""
    if not base.execute(KNOWN).fetchone():
        base.executescript(f"BEGIN; {WRITE}; {OWE}; COMMIT")
    if base.execute("SELECT 1 FROM outbox").fetchone():
        base.execute(SEND)
        if not killed:
            base.execute("DELETE FROM outbox")


for handle in (send_then_write, write_then_send, outbox):
    base = sqlite3.connect(":memory:", isolation_level=None)  # chaque ordre est validé aussitôt
    base.executescript(TABLES)
    for delivery, killed in (("tuée", True), ("revenue", False)):
        handle(base, killed=killed)
        told = "personnes {}, messages {}".format(*base.execute(COUNTS).fetchone())
        print(f"{handle.__name__:<16} {delivery:<8} {told}")
