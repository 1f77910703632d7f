"""Scénario 2 : plusieurs applications. Une seule reçoit de Clerk ; elle réémet les changements, signés, vers les autres.

Chaque message suit Standard Webhooks : un corps `type`, `timestamp`, `data`, et trois en-têtes dont une signature. Une
application abonnée le reçoit comme ce récepteur reçoit de Clerk :

- elle vérifie la signature sur les octets reçus, avant de rien lire ;
- elle inscrit `webhook-id`, le même à chaque tentative, et répond 2xx sans rien refaire si elle l'a déjà vu ;
- elle écrit de même `created` et `updated`, qui portent tous deux l'état entier ;
- elle n'applique un état que s'il est plus récent que le sien : `version`, et, pour une personne, à égalité,
  `snapshot_version` (une connexion et un webhook tardif peuvent donner la même `version`) ;
- elle tient une suppression pour définitive, et en garde la trace : un état lu juste avant peut arriver juste après ;
- `organization.deleted` et `user.deleted` valent pour les appartenances : leur fin n'est pas annoncée une à une.

L'état est lu au moment d'envoyer. Deux messages peuvent donc porter le même état, et le premier reçu suffit.
"""

from reference_impl.scenarios.relay.due import relay_reactions
from reference_impl.scenarios.relay.sending import relay_lanes

__all__ = ["relay_lanes", "relay_reactions"]
