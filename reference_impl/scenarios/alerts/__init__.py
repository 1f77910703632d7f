"""Scénario 4 : les sessions suspectes. Quatre règles simples, que l'on peut expliquer à qui reçoit l'alerte.

`rules` dit ce que chaque règle compte, `watch` le compte à chaque événement, `route` montre les alertes.
"""

from reference_impl.scenarios.alerts.route import alerts_router
from reference_impl.scenarios.alerts.watch import watch
from reference_impl.tables.alerts import ALERT_TABLES

__all__ = ["ALERT_TABLES", "alerts_router", "watch"]
