"""Exercise 1: the signature of a delivery.

Only ex1.1 varies how a body is written. Everything else sends ordinary bodies (compact, pure ASCII), so that
who checks rewritten bytes loses that point and no other.
"""

import base64
import random
from collections.abc import Callable
from dataclasses import replace

from grader.checks import Bench, Check, Failure, Lab, criterion
from grader.sender import BodyStyle, Delivery, SimulatedClerk, SvixSender, faults, new_secret

RESENDINGS = 3
"""How often a delivery that got a 5xx is sent again (rule 3 of the contract)."""


def precondition(bench: Bench, lab: Lab) -> None:
    """An ordinary signed delivery is accepted and leaves its row."""
    accepted(bench, fresh(lab, lab.clerk("precondition")))


def accepted(bench: Bench, delivery: Delivery, sender: SvixSender | None = None) -> None:
    """Demand that the delivery is accepted and recorded, and that the same one wrongly signed was refused."""
    refused(bench, faults.signature_random(delivery))
    bench.accept(delivery, sender=sender)
    row = bench.db.one("SELECT type FROM deliveries WHERE svix_id = ?", delivery.svix_id)
    if row is None:
        raise Failure(
            sent=delivery.label,
            expected="une ligne dans deliveries",
            received="aucune ligne",
            deliveries=[delivery],
        )
    if row["type"] != delivery.type:
        raise Failure(
            sent=delivery.label, expected="le type de l'événement dans deliveries", received="un autre type",
            deliveries=[delivery],
        )  # fmt: skip


def refused(bench: Bench, delivery: Delivery, status: int | None = None) -> None:
    """Demand that the delivery is refused and leaves nothing."""
    before = bench.db.count("deliveries")
    bench.refuse(delivery, status)
    if bench.db.count("deliveries") != before:
        raise Failure(
            sent=delivery.label, expected="aucune ligne dans deliveries", received="une ligne de plus",
            deliveries=[delivery],
        )  # fmt: skip


def fresh(lab: Lab, clerk: SimulatedClerk, offset_s: int = 0, sender: SvixSender | None = None) -> Delivery:
    """Make one more ordinary delivery, of a new user."""
    user = clerk.create_user(first_name="Hugo", last_name="Martin")
    return (sender or lab.sender).deliver(clerk.user_created(user), offset_s, BodyStyle())


@criterion(
    "ex1.1",
    anchor="signature-raw-bytes",
    parts=("corps JSON espacé", "clés JSON dans le désordre", "accents et émojis non échappés"),
)
def test_accept(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Une livraison fraîche et bien signée est acceptée et inscrite."""
    rng = lab.rng("ex1.1")
    styles = {
        "corps JSON espacé": BodyStyle(indent=rng.choice((None, 2)), separators=(" , ", " : ")),
        "clés JSON dans le désordre": BodyStyle(shuffle=rng.getrandbits(32)),
        "accents et émojis non échappés": BodyStyle(escape=False),
    }
    for title, style in styles.items():
        with check.part(title):
            user = clerk.create_user(metadata=True, first_name=rng.choice(("Zoé", "Noël", "Gaëlle", "美咲")))
            accepted(bench, lab.sender.deliver(clerk.user_created(user), style=style))


@criterion(
    "ex1.2",
    anchor="signature-verification",
    parts=(
        "corps changé d'un octet",
        "signature faite avec un autre secret",
        "signature coupée",
        "signature d'un autre identifiant",
        "signature d'un autre instant",
    ),
)
def test_refuse(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Une livraison falsifiée est refusée et n'inscrit rien."""
    forgeries: tuple[Callable[[Delivery], Delivery], ...] = (
        faults.body_changed,
        faults.other_secret,
        faults.signature_cut,
        faults.signature_of_other_id,
        faults.signature_of_other_instant,
    )
    for title, forge in zip(check.parts, forgeries, strict=True):
        with check.part(title):
            good = fresh(lab, clerk)
            forged = forge(good)
            refused(bench, forged)
            accepted(bench, good)
            # Once more: an id or a signature that was good a moment ago proves nothing about these bytes.
            refused(bench, replace(forged, label=f"{forged.label}, après la livraison valable"))


@criterion(
    "ex1.3",
    anchor="signature-malformed",
    parts=(
        "en-tête absent",
        "en-tête vide",
        "signature sans virgule",
        "signature en base64 invalide",
        "horodatage en toutes lettres",
        "corps qui n'est pas en UTF-8, mal signé",
    ),
)
def test_malformed(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Un en-tête absent ou mal formé reçoit 400, jamais une erreur 5xx."""
    good = fresh(lab, clerk)
    accepted(bench, good)
    good = fresh(lab, clerk)
    headers = ("svix-id", "svix-timestamp", "svix-signature")
    with check.part("en-tête absent"):
        for name in headers:
            refused(bench, faults.header_removed(good, name), 400)
    with check.part("en-tête vide"):
        for name in headers:
            refused(bench, faults.header_emptied(good, name), 400)
    with check.part("signature sans virgule"):
        refused(bench, faults.header_replaced(good, "svix-signature", "garbage"), 400)
    with check.part("signature en base64 invalide"):
        refused(bench, faults.header_replaced(good, "svix-signature", "v1,a@"), 400)
    with check.part("horodatage en toutes lettres"):
        refused(bench, faults.header_replaced(good, "svix-timestamp", "hier"), 400)
    with check.part("corps qui n'est pas en UTF-8, mal signé"):
        latin = replace(
            good, body=good.body.rstrip() + b'\xe9\xff"', label="un corps qui n'est pas de l'UTF-8"
        )
        refused(bench, faults.signature_random(latin), 400)


@criterion(
    "ex1.4",
    anchor="signature-window",
    parts=(
        "livraison vieille de 240 s, acceptée",
        "livraison en avance de 240 s, acceptée",
        "livraison vieille de 360 s, refusée",
        "livraison en avance de 360 s, refusée",
    ),
)
def test_window(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """L'horodatage est accepté à 240 s d'écart, refusé à 360 s."""
    for title, offset_s in zip(check.parts, (-240, 240, -360, 360), strict=True):
        with check.part(title):
            delivery = fresh(lab, clerk, offset_s)
            if abs(offset_s) < 300:
                accepted(bench, delivery)
            else:
                accepted(bench, fresh(lab, clerk))
                refused(bench, delivery)


@criterion(
    "ex1.5",
    anchor="secret-rotation",
    parts=(
        "bonne signature parmi des leurres, à toute place",
        "bonne signature sous la seule version « v2 », refusée",
        "deux secrets configurés, chacun accepté",
        "secret qui n'est pas configuré, refusé",
    ),
)
def test_rotation(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Une rotation de secret ne perd aucune livraison."""
    with check.part("bonne signature parmi des leurres, à toute place"):
        for position in range(3):
            accepted_among_decoys(bench, lab.sender, fresh(lab, clerk), position)
    with check.part("bonne signature sous la seule version « v2 », refusée"):
        good = fresh(lab, clerk)
        refused(bench, faults.other_version(good))
        accepted(bench, good)
    rng = lab.rng("ex1.5 secrets")
    senders = [lab.sender_for(new_secret(rng)) for _ in range(3)]
    rotating = lab.bench(CLERK_WEBHOOK_SIGNING_SECRET=f"{senders[0].secret} {senders[1].secret}")
    with check.part("deux secrets configurés, chacun accepté"):
        for sender in senders[:2]:
            accepted(rotating, fresh(lab, clerk, sender=sender), sender)
    with check.part("secret qui n'est pas configuré, refusé"):
        accepted(rotating, fresh(lab, clerk, sender=senders[0]), senders[0])
        stranger = fresh(lab, clerk, sender=senders[2])
        refused(rotating, replace(stranger, label=f"{stranger.subject}, signée par un troisième secret"))


def accepted_among_decoys(bench: Bench, sender: SvixSender, good: Delivery, position: int) -> None:
    """Demand the acceptance of a delivery whose good signature stands among others, at `position`."""
    refused(bench, faults.signature_random(good))
    for _ in range(1 + RESENDINGS):
        delivery = faults.several_signatures(good, position=position)
        response = bench.send(delivery)
        if response.status < 500:
            break
        good = sender.resend(good)
    recorded = bench.db.count("deliveries", "svix_id = ?", delivery.svix_id) > 0
    if not response.accepted or not recorded:
        raise Failure(
            sent=delivery.label,
            expected="une réponse 2xx et une ligne dans deliveries",
            received=f"une réponse {response.status} et {'une' if recorded else 'aucune'} ligne",
            deliveries=[delivery],
        )


def unusable_secrets(rng: random.Random, good: str) -> dict[str, tuple[str | None, ...]]:
    """Give the values that must keep the server from starting, by the part that they belong to."""
    short = "whsec_" + base64.b64encode(rng.randbytes(8)).decode()
    # Without its foreign characters it would be base64 again, of a key that is long enough.
    strange = new_secret(rng)[:-4] + "@@@@"
    return {
        "variable absente": (None,),
        "variable vide": ("",),
        # The first lacks the length alone, the second the prefix alone.
        "valeur factice": ("whsec_changeme", "changeme" * 4),
        "base64 invalide": (strange,),
        "clé de moins de 16 octets": (short,),
        "un secret inutilisable parmi plusieurs": (f"{good} {short}",),
    }


@criterion(
    "ex1.6",
    anchor="fail-closed",
    parts=(
        "variable absente",
        "variable vide",
        "valeur factice",
        "base64 invalide",
        "clé de moins de 16 octets",
        "un secret inutilisable parmi plusieurs",
        "clés de 24 à 64 octets acceptées",
    ),
)
def test_fail_closed(lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Le serveur refuse de démarrer sans secret utilisable."""
    rng = lab.rng("ex1.6")
    for title, values in unusable_secrets(rng, lab.secret).items():
        with check.part(title):
            for value in values:
                delivery = fresh(lab, clerk)
                shown = f" « {value} »" if title == "valeur factice" else ""
                sent = f"démarrage avec CLERK_WEBHOOK_SIGNING_SECRET : {title}{shown}"
                lab.refuse_to_start(delivery, sent, CLERK_WEBHOOK_SIGNING_SECRET=value)
    with check.part("clés de 24 à 64 octets acceptées"):
        for size in (24, 64):
            sender = lab.sender_for(new_secret(rng, size))
            with lab.bench(CLERK_WEBHOOK_SIGNING_SECRET=sender.secret) as bench:
                accepted(bench, fresh(lab, clerk, sender=sender), sender)
