"""Une livraison, une transaction."""

import hashlib
import hmac
import json
import time
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .people import erase
from .tables import Effect, Erased, Login, Member, Received


def now() -> int:
    """L'instant présent, en millisecondes."""
    return time.time_ns() // 1_000_000


async def handle(session: AsyncSession, key: bytes, svix_id: str, event: dict[str, Any]) -> str:
    """Inscrire la livraison, appliquer l'événement, garder son corps s'il est encore permis."""
    row = {"svix_id": svix_id, "type": event["type"], "outcome": "processed", "received_at": now()}
    claim = insert(Received).values(row).on_conflict_do_nothing().returning(Received.svix_id)
    if (await session.execute(claim)).first() is None:
        return "duplicate"
    outcome, body = await apply(session, key, svix_id, event)
    mine = update(Received).where(Received.svix_id == svix_id)
    await session.execute(mine.values(outcome=outcome, payload=body))
    return outcome


async def apply(
    session: AsyncSession, key: bytes, svix_id: str, event: dict[str, Any]
) -> tuple[str, str | None]:
    """Rendre l'issue, et le corps à garder."""
    type_, data = event["type"], event["data"]
    clerk_id = data.get("user_id" if type_ == "session.created" else "id")
    if type_ not in ("user.created", "user.updated", "user.deleted", "session.created"):
        return "ignored", None
    subject = hmac.new(key, clerk_id.encode(), hashlib.sha256).hexdigest()
    if await session.scalar(select(Erased.svix_id).where(Erased.subject == subject).limit(1)):
        return "ignored", None
    if type_ == "user.deleted":
        await erase(session, clerk_id, svix_id)
        session.add(Erased(svix_id=svix_id, subject=subject, erased_at=now()))
        return "processed", None
    body = json.dumps(event, ensure_ascii=False, sort_keys=True)
    if type_ == "session.created":
        return await login(session, svix_id, event), body
    return await save(session, svix_id, data), body


async def save(session: AsyncSession, svix_id: str, data: dict[str, Any]) -> str:
    """Créer la personne, ou la mettre à jour : le verrou est déjà pris, lire avant d'écrire est permis."""
    member = await session.get(Member, data["id"])
    if member is not None and member.clerk_updated_at >= data["updated_at"]:
        return "stale"
    if member is None:
        member = Member(clerk_id=data["id"])
        session.add(member)
        hello = json.dumps({"bonjour": data.get("first_name")}, ensure_ascii=False)
        session.add(Effect(kind="welcome_email", clerk_id=data["id"], svix_id=svix_id, payload=hello))
    designated = [
        address["email_address"]
        for address in data.get("email_addresses") or []
        if address["id"] == data.get("primary_email_address_id")
    ]
    member.email = designated[0] if designated else None
    member.first_name, member.last_name = data.get("first_name"), data.get("last_name")
    member.clerk_updated_at = data["updated_at"]
    return "processed"


async def login(session: AsyncSession, svix_id: str, event: dict[str, Any]) -> str:
    """Inscrire une connexion, et la compter si la personne est connue."""
    data = event["data"]
    request = (event.get("event_attributes") or {}).get("http_request") or {}
    ip_address, user_agent = request.get("client_ip"), request.get("user_agent")
    row = Login(session_id=data["id"], clerk_id=data["user_id"], created_at=data["created_at"])
    row.ip_address, row.user_agent = ip_address, user_agent
    await session.merge(row)
    member = await session.get(Member, data["user_id"])
    if member is not None:
        member.login_count += 1
    notice = json.dumps({"ip": ip_address, "agent": user_agent})
    session.add(Effect(kind="login_notice", clerk_id=data["user_id"], svix_id=svix_id, payload=notice))
    return "processed"
