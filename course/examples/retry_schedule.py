"""Le calendrier des tentatives de Svix, et ce qu'il fait d'un événement survenu au début d'une panne."""

from itertools import accumulate

DELAYS_S = [0, 5, 300, 1800, 7200, 18000, 36000, 36000]
"""Le délai avant chaque tentative, en secondes, compté depuis l'échec de la précédente."""

ELAPSED_S = list(accumulate(DELAYS_S))

OUTAGES_S = [3, 240, 3600, 12 * 3600, 30 * 3600]


def duration(seconds: int) -> str:
    """Écrire une durée : heures, minutes, secondes."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60:2} h {minutes % 60:02} min {rest:02} s"


def delivered(outage: int) -> str:
    """Dire quelle tentative réussit, et combien de temps elle vient après le retour du service."""
    for rank, elapsed in enumerate(ELAPSED_S, start=1):
        if elapsed >= outage:
            return f"tentative {rank}, {duration(elapsed - outage).strip()} après le retour"
    return "échec définitif"


print("tentative              délai   depuis la première")
for rank, (delay, elapsed) in enumerate(zip(DELAYS_S, ELAPSED_S, strict=True), start=1):
    print(f"{rank:9}   {duration(delay)}   {duration(elapsed):>18}")

print("\n            panne   l'événement survenu à son début")
for outage in OUTAGES_S:
    print(f"{duration(outage)}   {delivered(outage)}")
