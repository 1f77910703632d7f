"""D'une livraison vérifiée à son issue, dans la transaction de l'appelant."""

import json
import time
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .events import Envelope, Person
from .guard import Signed
from .settings import Settings
from .tables import Dead, Effect, Member, Received


class Line(NamedTuple):
    """Ce que le journal dira."""

    type: str | None
    outcome: str
    person: str | None = None


def now() -> int:
    """L'instant présent, en millisecondes."""
    return time.time_ns() // 1_000_000


async def handle(session: AsyncSession, settings: Settings, signed: Signed) -> Line:
    """Lire, écarter ce qui n'est pas à nous, inscrire, appliquer."""
    try:
        event = Envelope.model_validate(json.loads(signed.body))
    except (ValueError, RecursionError):
        # Pas du JSON, ou pas un objet. Le détail de l'erreur cite le corps : il ne sort pas d'ici.
        return await bury(session, signed.svix_id, None, "unreadable")
    if event.type is None:
        return await bury(session, signed.svix_id, None, "untyped")
    if not settings.accepts(event.instance_id):
        return Line(event.type, "rejected")
    if event.is_known and event.person is None:
        return await bury(session, signed.svix_id, event.type, "nobody")
    if not await claim(session, signed.svix_id, event.type):
        return Line(event.type, "duplicate")
    outcome = await apply(session, signed.svix_id, event)
    mine = update(Received).where(Received.svix_id == signed.svix_id)
    await session.execute(mine.values(outcome=outcome))
    return Line(event.type, outcome, event.person if event.is_known else None)


async def claim(session: AsyncSession, svix_id: str, type_: str | None, outcome: str = "processed") -> bool:
    """Inscrire la livraison, si elle est nouvelle."""
    row = {"svix_id": svix_id, "type": type_, "outcome": outcome, "received_at": now()}
    statement = insert(Received).values(row).on_conflict_do_nothing().returning(Received.svix_id)
    return (await session.execute(statement)).first() is not None


async def bury(session: AsyncSession, svix_id: str, type_: str | None, reason: str) -> Line:
    """Inscrire une lettre morte, une fois."""
    if not await claim(session, svix_id, type_, "dead"):
        return Line(type_, "duplicate")
    session.add(Dead(svix_id=svix_id, type=type_, reason=reason, received_at=now()))
    return Line(type_, "dead")


async def apply(session: AsyncSession, svix_id: str, event: Envelope) -> str:
    """Aiguiller selon le type ; la réservation a pris le verrou, lire avant d'écrire est permis."""
    if not event.is_known or event.person is None:
        return "ignored"
    at = event.timestamp or now()
    member = await session.get(Member, event.person)
    if event.type == "user.deleted":
        return delete(session, member, event.person, at)
    if event.type == "session.created":
        if member is None or member.deleted_at is not None:
            return "ignored"
        member.login_count += 1
        session.add(Effect(kind="login_notice", clerk_id=event.person, svix_id=svix_id, payload="{}"))
        return "processed"
    return save(session, svix_id, member, event, at)


def delete(session: AsyncSession, member: Member | None, clerk_id: str, at: int) -> str:
    """Poser la pierre tombale."""
    if member is None:
        session.add(Member(clerk_id=clerk_id, clerk_updated_at=at, deleted_at=at))
    elif member.deleted_at is None:
        member.email = member.first_name = member.last_name = None
        member.deleted_at = at
    else:
        return "stale"
    return "processed"


def save(session: AsyncSession, svix_id: str, member: Member | None, event: Envelope, at: int) -> str:
    """Créer l'utilisateur, ou le mettre à jour si la version est plus récente."""
    person = Person.model_validate(event.data)
    version = person.updated_at or at
    if member is not None and (member.deleted_at is not None or member.clerk_updated_at >= version):
        return "stale"
    values: dict[str, Any] = {"email": person.email, "clerk_updated_at": version}
    values |= {"first_name": person.first_name, "last_name": person.last_name}
    if member is None:
        session.add(Member(clerk_id=event.person, **values))
        session.add(Effect(kind="welcome_email", clerk_id=event.person, svix_id=svix_id))
        return "processed"
    for name, value in values.items():
        setattr(member, name, value)
    return "processed"
