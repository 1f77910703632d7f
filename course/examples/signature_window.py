"""Cinq horodatages pour une même livraison, tous bien signés : lesquels passent la fenêtre de cinq minutes ?"""

import random
import time

from grader.sender import SvixSender
from reference_impl.edge.signature import RawDelivery, Verifier
from reference_impl.errors import InvalidSignatureError

WHSEC = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

sender = SvixSender(WHSEC, random.Random(7), clock=time.time)
verifier = Verifier([WHSEC])


def verdict(offset_s: int) -> str:
    """Signer une livraison datée de `offset_s` secondes plus tard que maintenant, et la vérifier aussitôt."""
    delivery = sender.deliver_bytes(b'{"type":"user.updated"}', offset_s=offset_s)
    try:
        verifier.verify(RawDelivery(delivery.headers, delivery.body))
    except InvalidSignatureError:
        return "refusée"
    return "acceptée"


for offset_s in (-86_400, -360, -240, 0, 240, 360):
    print(f"{offset_s:+7} s  {verdict(offset_s)}")
