"""Les personnes qu'un corps cite, où que ce soit : sujet, inviteur, acteur d'une session empruntée."""

import re

# Une valeur, et non un nom de champ comme "user_agent": — le deux-points les distingue.
_USER_ID = re.compile(rb'"(user_[^"\\\s]{1,250})"(?!\s*:)')


def people_in(body: bytes) -> frozenset[str]:
    """Rendre les identifiants de personnes que contient le corps, sans avoir à savoir où les chercher.

    Clerk les écrit `user_…` ; un champ que personne n'a encore vu en livre autant qu'un champ connu.
    """
    return frozenset(found.decode("utf-8", "replace") for found in _USER_ID.findall(body))
