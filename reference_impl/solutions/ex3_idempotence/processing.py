"""Le traitement d'une livraison : inscription, événement, effets dus. C'est ici que vous écrivez."""

from sqlalchemy import Engine, text
from sqlmodel import Session

from kit.clock import now_ms
from kit.deliveries import VerifiedDelivery
from kit.events import Event, parse
from kit.users import Change, delete_user, read_user, upsert_user


def process(engine: Engine, delivery: VerifiedDelivery) -> str:
    """Traiter une livraison vérifiée, et rendre son issue : `processed`, `stale`, `ignored` ou `duplicate`.

    Tout s'écrit, ou rien : l'inscription, la ligne de l'utilisateur et les effets. Une panne de la base
    se propage, pour que la réponse soit 5xx et que Svix envoie la livraison de nouveau.
    """
    # BEGIN SOLUTION: ouvrez la transaction, inscrivez la livraison, appliquez l'événement
    event = parse(delivery)
    with Session(engine) as session, session.begin():
        if not claim(session, delivery.svix_id, event.type):
            return "duplicate"
        outcome = apply(session, event, delivery.svix_id)
        settle(session, delivery.svix_id, outcome)
    # Le COMMIT a eu lieu à la sortie du bloc. La réponse 2xx part après lui : avant, elle pourrait mentir.
    return outcome
    # END SOLUTION


def claim(session: Session, svix_id: str, event_type: str) -> bool:
    """Inscrire la livraison dans `inbox`, et dire si c'était la première fois."""
    # BEGIN SOLUTION: inscrivez la livraison en un seul ordre, qui dit s'il a écrit
    # La clé primaire tranche entre deux processus : le second attend la fin du premier, puis trouve la ligne.
    # RETURNING plutôt que rowcount, qui vaut -1 sur PostgreSQL.
    statement = text(
        "INSERT INTO inbox (svix_id, type, outcome, received_at)"
        " VALUES (:svix_id, :type, 'processed', :received_at)"
        " ON CONFLICT (svix_id) DO NOTHING RETURNING svix_id"
    )
    row = {"svix_id": svix_id, "type": event_type, "received_at": now_ms()}
    return session.connection().execute(statement, row).first() is not None
    # END SOLUTION


# BEGIN SOLUTION (silent): l'issue se note à part, une fois connue
def settle(session: Session, svix_id: str, outcome: str) -> None:
    """Noter l'issue d'une livraison déjà inscrite."""
    statement = text("UPDATE inbox SET outcome = :outcome WHERE svix_id = :svix_id")
    session.connection().execute(statement, {"svix_id": svix_id, "outcome": outcome})


# END SOLUTION


def add_effect(session: Session, kind: str, clerk_id: str, svix_id: str) -> None:
    """Inscrire dans `outbox` un effet de la sorte `kind`, causé par la livraison `svix_id`."""
    # BEGIN SOLUTION: écrivez la ligne, dans la transaction qui cause l'effet
    # Pas d'adresse ici : elle se lira dans `users` à l'envoi, à jour, et s'effacera avec l'utilisateur.
    statement = text("INSERT INTO outbox (kind, clerk_id, svix_id) VALUES (:kind, :clerk_id, :svix_id)")
    session.connection().execute(statement, {"kind": kind, "clerk_id": clerk_id, "svix_id": svix_id})
    # END SOLUTION


def apply(session: Session, event: Event, svix_id: str) -> str:
    """Appliquer l'événement avec ses effets, et rendre l'issue : `processed`, `stale` ou `ignored`."""
    # BEGIN SOLUTION: distinguez les types, écrivez l'utilisateur, inscrivez les effets dus
    match event.type:
        case "user.created" | "user.updated":
            user = read_user(event.data)
            change = upsert_user(session, user)
            # La bienvenue suit la naissance de la ligne, non le type : l'ordre d'arrivée n'est pas garanti.
            if change is Change.CREATED:
                add_effect(session, "welcome_email", user.clerk_id, svix_id)
        case "user.deleted":
            change = delete_user(session, event.data["id"], event.timestamp)
        case "session.created":
            return count_login(session, event.data["user_id"], svix_id)
        case _:
            return "ignored"
    return "stale" if change is Change.STALE else "processed"
    # END SOLUTION


# BEGIN SOLUTION (silent): une connexion se compte à part
def count_login(session: Session, clerk_id: str, svix_id: str) -> str:
    """Compter la connexion d'un utilisateur vivant, avec son avis ; inconnu ou supprimé : `ignored`."""
    # L'addition est faite par la base : lue puis réécrite ici, elle perdrait une connexion simultanée.
    statement = text(
        "UPDATE users SET login_count = login_count + 1"
        " WHERE clerk_id = :clerk_id AND deleted_at IS NULL RETURNING clerk_id"
    )
    if session.connection().execute(statement, {"clerk_id": clerk_id}).first() is None:
        return "ignored"
    add_effect(session, "login_notice", clerk_id, svix_id)
    return "processed"


# END SOLUTION
