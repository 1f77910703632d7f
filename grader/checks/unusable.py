"""Deliveries that are signed and of no use: types that nobody treats, bodies that no retry will mend."""

from random import Random

from grader.checks.lab import Lab
from grader.sender import BodyStyle, Delivery, SimulatedClerk

MINUTE_MS = 60_000


def unknown_types(lab: Lab, clerk: SimulatedClerk, rng: Random) -> list[Delivery]:
    """Make a delivery of a real type that the exercise does not treat, and one of an invented type."""
    user = clerk.create_user()
    clerk.advance(MINUTE_MS)
    invented = f"user.{rng.choice(('merged', 'archived', 'renewed'))}V{rng.randint(2, 9)}"
    events = (
        clerk.organization_created(clerk.create_organization(created_by=user)),
        clerk.user_updated(user).replace(type=invented),
    )
    return [lab.sender.deliver(event) for event in events]


def cut_short(lab: Lab, clerk: SimulatedClerk, rng: Random) -> Delivery:
    """Make a signed body that ends too soon to be JSON."""
    body = BodyStyle().write(clerk.user_created(clerk.create_user()).envelope())
    text = body.decode()
    cut = text[: rng.randint(len(text) // 3, len(text) - 2)].encode()
    return lab.sender.deliver_bytes(cut, label="livraison d'un corps JSON coupé")


def not_json(lab: Lab, clerk: SimulatedClerk, rng: Random) -> list[Delivery]:
    """Make bodies in UTF-8 that are no JSON."""
    words = f"Bonjour de {clerk.identities.company()} !".encode()
    return [
        cut_short(lab, clerk, rng),
        lab.sender.deliver_bytes(words, label="livraison d'un texte ordinaire"),
    ]


def not_an_object(lab: Lab, clerk: SimulatedClerk, rng: Random) -> list[Delivery]:
    """Make bodies that are JSON, but no object."""
    listed = BodyStyle.draw(rng).write([clerk.user_created(clerk.create_user()).envelope()])
    return [
        lab.sender.deliver_bytes(listed, label="livraison d'une liste JSON"),
        lab.sender.deliver_bytes(b'"user.created"', label="livraison d'une chaîne JSON"),
        lab.sender.deliver_bytes(b"null", label="livraison du corps « null »"),
    ]


def without_id(lab: Lab, clerk: SimulatedClerk) -> list[Delivery]:
    """Make events of treated types that do not say whom they are about."""
    created = clerk.user_created(clerk.create_user())
    session = clerk.session_created(clerk.open_session(clerk.create_user()))
    bodies = {
        "user.created sans id": created.without_data("id"),
        "user.created dont l'id est null": created.with_data(id=None),
        "session.created sans user_id": session.without_data("user_id"),
    }
    return [
        lab.sender.deliver_bytes(BodyStyle().write(event.envelope()), event.type, label=label)
        for label, event in bodies.items()
    ]
