"""Le catalogue : ce que chaque type d'événement de Clerk change dans la base.

Un type absent d'ici reçoit un 2xx, est compté, et ignoré : Clerk en ajoute, et les refuser arrêterait l'endpoint.
"""

from reference_impl.catalogue.entries import CATALOGUE, Entry

__all__ = ["CATALOGUE", "Entry"]
