"""Une rotation : deux endpoints sur la même URL, chacun avec son secret. Quelles livraisons sont acceptées ?"""

import random
import time

from grader.sender import SimulatedClerk, SvixSender, new_secret
from reference_impl.edge.signature import RawDelivery, Verifier
from reference_impl.errors import InvalidSignatureError

rng = random.Random(18)
OLD, NEW = new_secret(rng), new_secret(rng)
ENDPOINTS = {"ancien": SvixSender(OLD, rng, time.time), "nouveau": SvixSender(NEW, rng, time.time)}
CLERK = SimulatedClerk(rng, now_ms=int(time.time() * 1000))
EVENT = CLERK.user_created(CLERK.create_user())

STEPS = [
    ("avant la rotation", [OLD], ["ancien"]),
    ("nouvel endpoint, sans son secret", [OLD], ["ancien", "nouveau"]),
    ("secret remplacé trop tôt", [NEW], ["ancien", "nouveau"]),
    ("les deux secrets", [OLD, NEW], ["ancien", "nouveau"]),
    ("ancien endpoint supprimé", [OLD, NEW], ["nouveau"]),
    ("ancien secret retiré", [NEW], ["nouveau"]),
]


def answer(secrets: list[str], name: str) -> str:
    """Livrer le même message par cet endpoint, et dire la réponse du récepteur."""
    delivery = ENDPOINTS[name].deliver(EVENT, svix_id="msg_2rotation")
    try:
        verified = Verifier(secrets).verify(RawDelivery(delivery.headers, delivery.body))
    except InvalidSignatureError:
        return "400"
    return f"204 (secret n° {verified.secret_index})"


for label, secrets, names in STEPS:
    print(f"{label:<34}", ", ".join(f"{name} : {answer(secrets, name)}" for name in names))
