"""Exercise 1: the signature of a delivery."""

import base64
from dataclasses import replace

from grader.checks import Bench, Check, Failure, Lab, criterion
from grader.sender import BodyStyle, Delivery, SimulatedClerk, SvixSender, faults, new_secret


def precondition(bench: Bench, lab: Lab) -> None:
    """An ordinary signed delivery is accepted and leaves its row."""
    clerk = lab.clerk("precondition")
    accepted(bench, lab.sender.deliver(clerk.user_created(clerk.create_user())))


def accepted(bench: Bench, delivery: Delivery, sender: SvixSender | None = None) -> None:
    """Demand that the delivery is accepted and recorded, and that the same one wrongly signed was refused."""
    refused(bench, faults.signature_random(delivery))
    bench.accept(delivery, sender=sender)
    row = bench.db.one("SELECT type FROM deliveries WHERE svix_id = ?", delivery.svix_id)
    if row is None:
        raise Failure(
            sent=delivery.label, expected="une ligne dans deliveries", received="aucune ligne", deliveries=[delivery]
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


def fresh(lab: Lab, clerk: SimulatedClerk, offset_s: int = 0) -> Delivery:
    """Make one more delivery of a new user."""
    return lab.sender.deliver(clerk.user_created(clerk.create_user()), offset_s=offset_s)


@criterion(
    "ex1.1",
    anchor="signature-raw-bytes",
    parts=("corps JSON espacé", "clés JSON sans ordre", "accents et emoji non échappés"),
)
def test_accept(bench: Bench, lab: Lab, clerk: SimulatedClerk, check: Check) -> None:
    """Une livraison fraîche et bien signée est acceptée et inscrite."""
    rng = lab.rng("ex1.1")
    styles = {
        "corps JSON espacé": BodyStyle(indent=rng.choice((None, 2)), separators=(" , ", " : ")),
        "clés JSON sans ordre": BodyStyle(shuffle=rng.getrandbits(32)),
        "accents et emoji non échappés": BodyStyle(escape=False),
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
    forgeries = (
        faults.body_changed,
        faults.other_secret,
        faults.signature_cut,
        faults.signature_of_other_id,
        faults.signature_of_other_instant,
    )
    good = fresh(lab, clerk)
    for title, forge in zip(check.parts, forgeries, strict=True):
        with check.part(title):
            refused(bench, forge(good))
            accepted(bench, good)
            good = fresh(lab, clerk)


@criterion(
    "ex1.3",
    anchor="signature-malformed",
    parts=(
        "en-tête absent",
        "en-tête vide",
        "signature sans virgule",
        "signature en base64 invalide",
        "horodatage en toutes lettres",
        "corps hors d'UTF-8, mal signé",
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
        refused(bench, faults.header_replaced(good, "svix-signature", "v1,a"), 400)
    with check.part("horodatage en toutes lettres"):
        refused(bench, faults.header_replaced(good, "svix-timestamp", "hier"), 400)
    with check.part("corps hors d'UTF-8, mal signé"):
        latin = replace(good, body=good.body.rstrip() + b'\xe9\xff"', label="un corps qui n'est pas de l'UTF-8")
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
            good = fresh(lab, clerk)
            accepted_as(bench, faults.several_signatures(good, position=position), good)
    with check.part("bonne signature sous la seule version « v2 », refusée"):
        good = fresh(lab, clerk)
        refused(bench, faults.other_version(good))
        accepted(bench, good)
    rng = lab.rng("ex1.5 secrets")
    senders = [lab.sender_for(new_secret(rng)) for _ in range(3)]
    rotating = lab.bench(CLERK_WEBHOOK_SIGNING_SECRET=f"{senders[0].secret} {senders[1].secret}")
    with check.part("deux secrets configurés, chacun accepté"):
        for sender in senders[:2]:
            accepted(rotating, sender.deliver(clerk.user_created(clerk.create_user())), sender)
    with check.part("secret qui n'est pas configuré, refusé"):
        accepted(rotating, senders[0].deliver(clerk.user_created(clerk.create_user())), senders[0])
        stranger = senders[2].deliver(clerk.user_created(clerk.create_user()))
        refused(rotating, replace(stranger, label=f"{stranger.subject}, signée par un troisième secret"))


def accepted_as(bench: Bench, delivery: Delivery, good: Delivery) -> None:
    """Demand the acceptance of a delivery whose headers must be sent as they are, never signed afresh."""
    refused(bench, faults.signature_random(good))
    response = bench.send(delivery)
    if not response.accepted or not bench.db.count("deliveries", "svix_id = ?", delivery.svix_id):
        raise Failure(
            sent=delivery.label,
            expected="une réponse 2xx et une ligne dans deliveries",
            received=f"une réponse {response.status}",
            deliveries=[delivery],
        )


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
    short = "whsec_" + base64.b64encode(rng.randbytes(8)).decode()
    broken = new_secret(rng).replace("=", "")[:-3] + "@@@"
    refusals: dict[str, tuple[str | None, ...]] = {
        "variable absente": (None,),
        "variable vide": ("",),
        "valeur factice": ("changeme", "whsec_changeme"),
        "base64 invalide": (broken,),
        "clé de moins de 16 octets": (short,),
        "un secret inutilisable parmi plusieurs": (f"{lab.secret} {short}",),
    }
    for title, values in refusals.items():
        with check.part(title):
            for value in values:
                delivery = fresh(lab, clerk)
                sent = f"démarrage avec CLERK_WEBHOOK_SIGNING_SECRET : {title}"
                lab.refuse_to_start(delivery, sent, CLERK_WEBHOOK_SIGNING_SECRET=value)
    with check.part("clés de 24 à 64 octets acceptées"):
        for size in (24, 64):
            sender = lab.sender_for(new_secret(rng, size))
            with lab.bench(CLERK_WEBHOOK_SIGNING_SECRET=sender.secret) as bench:
                accepted(bench, sender.deliver(clerk.user_created(clerk.create_user())), sender)
