"""Une livraison telle qu'elle arrive : une requête HTTP ordinaire, que personne n'a demandée."""

import random

from grader.sender import SimulatedClerk, SvixSender, new_secret
from grader.sender.styles import BodyStyle

rng = random.Random(7)
clerk = SimulatedClerk(rng, now_ms=1_764_583_200_000)
event = clerk.user_deleted(clerk.create_user())
sender = SvixSender(new_secret(rng), rng, clock=lambda: 1_764_583_202)
delivery = sender.deliver(event, style=BodyStyle(indent=2, separators=(",", ": ")))

print("POST /api/webhooks/clerk HTTP/1.1")
for name, value in delivery.headers.items():
    print(f"{name}: {value}")
print()
print(delivery.body.decode())
