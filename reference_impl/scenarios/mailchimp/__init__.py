"""Scénario 7, Mailchimp : tenir une liste de diffusion à jour, pour qui y a consenti, et pour personne d'autre.

`due` inscrit ce qui est dû ; `sending` l'envoie, par `audience`, d'après ce que `memory` sait déjà communiqué.
"""

from reference_impl.scenarios.mailchimp.due import keep_subscribed
from reference_impl.scenarios.mailchimp.sending import mailchimp_lane

__all__ = ["keep_subscribed", "mailchimp_lane"]
