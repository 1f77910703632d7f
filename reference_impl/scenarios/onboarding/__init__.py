"""Scénario 5 : l'accueil progressif, par étapes. L'avancement n'est inscrit nulle part : il se lit dans les lignes.

Il est donc juste quel que soit l'ordre d'arrivée des événements. `steps` le calcule, `route` le montre, `reminder`
rappelle, une fois, ce qui reste à faire.
"""

from reference_impl.scenarios.onboarding.reminder import compose_reminder, remind
from reference_impl.scenarios.onboarding.route import onboarding_router

__all__ = ["compose_reminder", "onboarding_router", "remind"]
