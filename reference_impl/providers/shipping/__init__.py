"""Le suivi des colis, que deux expéditeurs annoncent à la même adresse : EasyPost et Shippo.

Les noms `package.in_transit`, `package.delivered` et `package.exception`, donnés par la première version du cours,
n'existent chez aucun d'eux. Les deux n'envoient qu'un type d'événement, où l'état est un champ :

- EasyPost : `tracker.updated` (le premier est `tracker.created`), et l'état dans `result.status` ;
- Shippo : `track_updated`, et l'état dans `data.tracking_status.status`.

Ce qu'il faut lire à la place de ces noms, et la nouvelle qui est annoncée :

- `package.in_transit` : `in_transit` ou `TRANSIT`, annoncé `parcel.in_transit` ;
- `package.delivered` : `delivered` ou `DELIVERED`, annoncé `parcel.delivered` ;
- `package.exception` : `failure`, `error` ou `FAILURE`, annoncé `parcel.exception` ; `return_to_sender` ou `RETURNED`,
  annoncé `parcel.returned`.
"""
