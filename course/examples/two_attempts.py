"""Les en-têtes de deux tentatives d'un même message, la seconde cinq secondes après l'échec de la première."""

import random
from pathlib import Path

from grader.sender import SvixSender

BODY = Path(__file__).with_name("clerk_user_updated.json").read_bytes()

instants = iter([1764669600, 1764669605])
sender = SvixSender("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", random.Random(7), clock=lambda: next(instants))

first = sender.deliver_bytes(BODY)
second = sender.resend(first)

for rank, attempt in enumerate((first, second), start=1):
    print(f"tentative {rank}")
    for name, value in attempt.headers.items():
        print(f"  {name}: {value}")
