"""Le catalogue : ce que chaque type d'événement de Clerk change dans la base.

Un type absent du catalogue est compté et ignoré, et la livraison reçoit un 2xx : Clerk ajoute des types, et des refus
répétés feraient désactiver l'endpoint par Svix.
"""

from reference_impl.catalogue.entries import CATALOGUE, Entry

__all__ = ["CATALOGUE", "Entry"]
