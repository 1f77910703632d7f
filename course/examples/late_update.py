"""Camille est supprimée ; deux mises à jour arrivent ensuite, dont une datée d'après la suppression."""

import json

from sqlalchemy import func, select
from sqlmodel import SQLModel

from reference_impl.edge.signature import VerifiedDelivery
from reference_impl.privacy.register import REGISTER, Subjects
from reference_impl.receiving.receive import Receiver
from reference_impl.store.engine import open_engine
from reference_impl.store.inbox import INBOX
from reference_impl.store.users import USERS

receiver = Receiver(open_engine("sqlite://"), Subjects("une clé d'essai"), clock=lambda: 1_700_000_000_000)
SQLModel.metadata.create_all(receiver.engine)


def deliver(kind: str, at: int) -> None:
    """Livrer un événement daté, en millisecondes ; compter ensuite ce qui reste de Camille."""
    data = {"id": "user_camille", "first_name": "Camille", "updated_at": at}
    if kind == "user.deleted":
        data = {"id": "user_camille", "object": "user", "deleted": True}
    body = json.dumps({"type": kind, "data": data, "timestamp": at}).encode()
    receipt = receiver.receive(VerifiedDelivery(f"msg_{kind}_{at}", body, 0))
    with receiver.engine.connect() as connection:
        columns = (USERS.c.clerk_id, INBOX.c.body, REGISTER.c.subject)
        people, bodies, erased = (connection.scalar(select(func.count(column))) for column in columns)
    print(f"{kind:<13} {receipt.outcome:<10} users {people}, corps gardés {bodies}, registre {erased}")


deliver("user.created", 1_600_000_000_100)
deliver("user.deleted", 1_600_000_000_300)
deliver("user.updated", 1_600_000_000_200)
deliver("user.updated", 1_600_000_000_400)
deliver("user.deleted", 1_600_000_000_500)
