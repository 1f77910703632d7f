"""Le journal : une ligne JSON par livraison, de quoi enquêter sans rien savoir de personne."""

import json
import re
import sys
from dataclasses import dataclass

PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""Ce qui peut être recopié : assez pour `msg_…`, `user_…` et un type ; ni espace, ni « @ »."""


@dataclass(frozen=True)
class Report:
    """Ce qu'une livraison est devenue. Sans signature vérifiée, seul `svix_id` est connu, sans garantie."""

    svix_id: str | None
    outcome: str
    type: str | None = None
    clerk_id: str | None = None


def write_line(report: Report) -> None:
    """Écrire la livraison sur la sortie standard : un objet JSON, sur une ligne, émise aussitôt.

    Jamais le corps, la signature, le secret ni l'adresse : le journal est lu et gardé ailleurs que la base.
    """
    # BEGIN SOLUTION: choisissez les champs un à un et écrivez la ligne d'un seul tenant
    line = {
        "svix_id": plain(report.svix_id),
        "type": plain(report.type),
        "outcome": report.outcome,
        "clerk_id": plain(report.clerk_id),
    }
    # Un seul write, fin de ligne comprise : deux fils d'exécution ne doivent pas mêler leurs lignes.
    sys.stdout.write(json.dumps(line) + "\n")
    # Sans flush, un processus tué emporte ses dernières lignes, celles qu'on cherchera.
    sys.stdout.flush()
    # END SOLUTION


# BEGIN SOLUTION (silent): une fonction à part pour ne recopier que des identifiants
def plain(text: str | None) -> str | None:
    """Rendre le texte s'il a l'air d'un identifiant, sinon `None` : un en-tête peut dire n'importe quoi."""
    return text if text is not None and PLAIN.fullmatch(text) else None


# END SOLUTION
