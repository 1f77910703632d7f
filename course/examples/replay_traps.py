"""Quatre façons de renvoyer une livraison vieille de six minutes, et ce qu'en dit la vérification."""

import random
import time

from grader.sender import SimulatedClerk, SvixSender, new_secret
from reference_impl.edge.signature import RawDelivery, Verifier
from reference_impl.errors import InvalidSignatureError

rng = random.Random(14)
secret = new_secret(rng)
sender, verifier = SvixSender(secret, rng, time.time), Verifier([secret])
clerk = SimulatedClerk(rng, now_ms=int(time.time() * 1000))

event = clerk.user_created(clerk.create_user())
captured = sender.deliver(event, offset_s=-360, svix_id="msg_2capture")
now = str(int(time.time()))
again = sender.deliver_bytes(captured.body, svix_id=captured.svix_id)

ATTEMPTS = {
    "rejouée par l'inspecteur": (captured.headers, captured.body),
    "l'horodatage mis à jour": ({**captured.headers, "svix-timestamp": now}, captured.body),
    "le corps modifié": (again.headers, again.body + b" "),
    "« Replay » de Clerk": (again.headers, again.body),
}

seen: set[str] = {captured.svix_id}
for label, (headers, body) in ATTEMPTS.items():
    try:
        verified = verifier.verify(RawDelivery(headers, body))
    except InvalidSignatureError:
        print(f"{label:<26} 400")
    else:
        print(f"{label:<26} vérifiée ; svix-id déjà reçu : {verified.svix_id in seen}")
