"""Quatorze jours de la vie de Noël : quels jours la copie est-elle fausse, selon le chemin qui la tient à jour ?"""

DAYS = range(14)
# --8<-- [start:life]
CHANGES = {0: "inscrit", 2: "nouvelle adresse", 5: "banni", 10: "supprimé"}  # ce qui arrive chez Clerk
LOGINS = {0, 3}  # ensuite, Noël ne revient plus
LATE = {0: 1}  # la livraison du jour 0 arrive le lendemain
LOST = {5}  # celle du jour 5, jamais
RECONCILED = {7}
# --8<-- [end:life]


def truth(day: int) -> str:
    """Rendre le dernier changement, chez Clerk, ce jour-là."""
    return CHANGES[max(changed for changed in CHANGES if changed <= day)]


def wrong_days(logins: set[int], delivered: dict[int, int], reconciled: set[int]) -> list[bool]:
    """Dérouler les jours ; rendre, pour chacun, si la copie diffère de Clerk."""
    copy, wrong = "", []
    for day in DAYS:
        arrived = [changed for changed, at in delivered.items() if at == day]
        if arrived:
            copy = CHANGES[max(arrived)]
        if day in logins or day in reconciled:
            copy = truth(day)
        wrong.append(copy != truth(day))
    return wrong


delivered = {day: day + LATE.get(day, 0) for day in CHANGES if day not in LOST}
paths = {
    "connexion seule": (LOGINS, {}, set()),
    "webhooks seuls": (set(), delivered, set()),
    "connexion et webhooks": (LOGINS, delivered, set()),
    "et réconciliation": (LOGINS, delivered, RECONCILED),
}
print(f"{'jour':<22}" + "".join(f"{day:>3}" for day in DAYS) + "   faux")
for name, given in paths.items():
    days = wrong_days(*given)
    print(f"{name:<22}" + "".join("  x" if one else "  ." for one in days) + f"{sum(days):>7}")
