"""Après une panne, quand revient la livraison émise à son tout début ? D'après le calendrier que publie Svix."""

from itertools import accumulate

ATTEMPTS_S = list(accumulate([0, 5, 300, 1800, 7200, 18000, 36000, 36000]))
"""Les huit tentatives, en secondes après la première."""

OUTAGES_S = {"10 min": 600, "1 h": 3600, "3 h": 10_800, "10 h": 36_000, "20 h": 72_000, "30 h": 108_000}


def spoken(seconds: int) -> str:
    """Écrire une durée en heures et minutes."""
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02}"


for label, outage_s in OUTAGES_S.items():
    later = [(rank, at_s) for rank, at_s in enumerate(ATTEMPTS_S, start=1) if at_s >= outage_s]
    if later:
        rank, at_s = later[0]
        print(f"panne de {label:<6}  tentative n° {rank}, {spoken(at_s - outage_s)} après le retour")
    else:
        print(f"panne de {label:<6}  plus aucune tentative : « Replay », ou la réconciliation")
