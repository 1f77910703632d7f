"""D'une livraison vérifiée à son issue."""

import time
from typing import Any

from sqlalchemy import Connection, insert, select, update

from .base import Base
from .reading import Event, instant, text
from .settings import World


def now() -> int:
    """L'instant présent, en millisecondes."""
    return int(time.time() * 1000)


class Receiver:
    """Reçoit les livraisons vérifiées."""

    def __init__(self, base: Base, world: World) -> None:
        self.base, self.world = base, world

    def receive(self, svix_id: str, body: bytes) -> tuple[str | None, str]:
        """Rendre le type et l'issue."""
        event = Event(body)
        if event.problem is None and not self.world.knows(event.envelope.get("instance_id")):
            return event.type, "rejected"
        with self.base.engine.begin() as connection:
            return event.type, Work(self.base, connection, svix_id).run(event)


class Work:
    """Une transaction, dont le verrou est déjà pris."""

    def __init__(self, base: Base, connection: Connection, svix_id: str) -> None:
        self.tables, self.connection, self.svix_id = base.tables, connection, svix_id

    def run(self, event: Event) -> str:
        """Traiter la livraison si elle est nouvelle, et l'inscrire."""
        inbox = self.tables["inbox"]
        if self.connection.execute(select(inbox).where(inbox.c.svix_id == self.svix_id)).first():
            return "duplicate"
        outcome = self.bury(event) if event.problem else self.apply(event)
        self.add("inbox", type=event.type, outcome=outcome, received_at=now())
        return outcome

    def add(self, table: str, **values: Any) -> None:
        """Ajouter une ligne à l'une des tables qui nomment la livraison."""
        self.connection.execute(insert(self.tables[table]).values(svix_id=self.svix_id, **values))

    def bury(self, event: Event) -> str:
        """Inscrire une lettre morte."""
        self.add("dead_letters", type=event.type, reason=event.problem, received_at=now())
        return "dead"

    def apply(self, event: Event) -> str:
        """Aiguiller selon le type."""
        if event.person is None:
            return "ignored"
        users = self.tables["users"]
        known = self.connection.execute(select(users).where(users.c.clerk_id == event.person)).first()
        if event.type == "session.created":
            return self.login(event.person, known)
        if known is not None and known.deleted_at is not None:
            return "stale"
        at = event.at or now()
        if event.type == "user.deleted":
            gone = {"email": None, "first_name": None, "last_name": None}
            self.write(event.person, known, {**gone, "deleted_at": at}, at)
            return "processed"
        return self.save(event, known, instant(event.data.get("updated_at")) or at)

    def save(self, event: Event, known: Any, version: int) -> str:
        """Créer l'utilisateur, ou le mettre à jour si la version est plus récente."""
        if known is not None and known.clerk_updated_at >= version:
            return "stale"
        names = {name: text(event.data.get(name)) for name in ("first_name", "last_name")}
        self.write(str(event.person), known, {**names, "email": event.email}, version)
        if known is None:
            self.add("outbox", kind="welcome_email", clerk_id=event.person)
        return "processed"

    def write(self, clerk_id: str, known: Any, values: dict[str, Any], version: int) -> None:
        """Écrire une ligne, neuve ou connue."""
        users = self.tables["users"]
        values = {**values, "clerk_updated_at": version}
        if known is None:
            self.connection.execute(insert(users).values(clerk_id=clerk_id, **values))
        else:
            self.connection.execute(update(users).where(users.c.clerk_id == clerk_id).values(values))

    def login(self, clerk_id: str, known: Any) -> str:
        """Compter une connexion."""
        if known is None or known.deleted_at is not None:
            return "ignored"
        users = self.tables["users"]
        more = update(users).where(users.c.clerk_id == clerk_id).values(login_count=users.c.login_count + 1)
        self.connection.execute(more)
        self.add("outbox", kind="login_notice", clerk_id=clerk_id)
        return "processed"
