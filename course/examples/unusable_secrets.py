"""Ce que svix accepte comme secret, et ce que le récepteur accepte."""

from svix.webhooks import Webhook

from reference_impl.edge.signature import is_usable

GOOD = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
CANDIDATES = ["", "changeme", "whsec_test", " " + GOOD, f'"{GOOD}"', "whsec_" + GOOD, GOOD]


def judged_by_svix(secret: str) -> str:
    """Construire le vérificateur, comme le ferait un serveur à son démarrage."""
    try:
        Webhook(secret)
    except Exception:  # noqa: BLE001  chaque mauvais secret a sa propre exception
        return "exception"
    return "accepté"


print(f"{'secret':48}{'svix':14}récepteur")
for candidate in CANDIDATES:
    ours = "accepté" if is_usable(candidate) else "refusé"
    print(f"{candidate!r:48}{judged_by_svix(candidate):14}{ours}")
