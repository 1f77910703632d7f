"""Les personnes qu'un corps cite, où que ce soit : le sujet, l'auteur d'une invitation, l'acteur d'une session."""

import re

# Une valeur, et non un nom de champ comme "user_agent" : seul un nom est suivi d'un deux-points.
_USER_ID = re.compile(rb'"(user_[^"\\\s]{1,250})"(?!\s*:)')


def people_in(body: bytes) -> frozenset[str]:
    """Rendre les identifiants de personnes que contient le corps, sans avoir à savoir où les chercher.

    Clerk les écrit `user_…` ; ceux d'un champ encore inconnu sont trouvés comme les autres.
    """
    return frozenset(found.decode("utf-8", "replace") for found in _USER_ID.findall(body))
