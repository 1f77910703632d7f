"""Les états d'un colis : un seul vocabulaire pour les deux expéditeurs, et ce qui l'emporte sur quoi.

Les livraisons arrivent sans ordre. Deux nouvelles du même colis se comparent toujours, et la plus forte reste :

1. un état final l'emporte pour toujours : un `in_transit` en retard ne défait pas `delivered` ;
2. sinon, la nouvelle la plus récente l'emporte. Un incident n'est donc pas final : une nouvelle tentative peut le
   suivre, puis une remise. Mais une nouvelle plus ancienne que lui ne l'efface pas ;
3. au même instant, l'état le plus avancé l'emporte ;
4. `unknown` ne remplace rien : ne pas savoir n'annule pas ce que l'on sait.
"""

from typing import Any

from sqlalchemy import case, func, tuple_

UNKNOWN = "unknown"

EASYPOST = {
    "unknown": UNKNOWN,
    "pre_transit": "pre_transit",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "available_for_pickup": "available_for_pickup",
    "failure": "exception",
    "error": "exception",
    "return_to_sender": "returned",
    "delivered": "delivered",
    "cancelled": "cancelled",
}

SHIPPO = {
    "UNKNOWN": UNKNOWN,
    "PRE_TRANSIT": "pre_transit",
    "TRANSIT": "in_transit",
    "FAILURE": "exception",
    "RETURNED": "returned",
    "DELIVERED": "delivered",
}

FINAL = {"cancelled": 1, "delivered": 2, "returned": 3}
"""Les états dont un colis ne sort pas, du plus faible au plus fort.

Un colis remis a bien voyagé, même si son étiquette a été annulée. Un colis peut être remis, puis renvoyé ; et celui que
l'on renvoie est à la fin remis, mais à celui qui l'avait expédié. Dans les deux cas, le client ne l'a plus : `returned`
l'emporte, quel que soit l'ordre des dates. L'erreur inverse, croire remis un colis qui est revenu, passerait inaperçue.
"""

PROGRESS = {
    "pre_transit": 1,
    "in_transit": 2,
    "out_for_delivery": 3,
    "exception": 4,
    "available_for_pickup": 5,
}
"""Les autres états, dans l'ordre qui départage deux nouvelles du même instant.

Un incident suit la tournée où il survient ; il précède le dépôt du colis en point de retrait, qui en est souvent la
suite.
"""


def state(words: dict[str, str], word: str | None) -> str | None:
    """Traduire le mot d'un expéditeur. Un mot nouveau donne `unknown` : la ligne existe, et ne change pas d'état."""
    return None if word is None else words.get(word, UNKNOWN)


def precedence(row: Any) -> Any:
    """Ordonner deux nouvelles d'un colis, en SQL. Seules deux lignes identiques sont égales.

    Les trois dernières valeurs ne disent pas laquelle est vraie. Elles font que la ligne ne dépend pas de l'ordre
    d'arrivée quand deux nouvelles donnent le même état au même instant.
    """
    final = case({UNKNOWN: -1, **FINAL}, value=row.status, else_=0)
    progress = case(PROGRESS, value=row.status, else_=0)
    rest = (func.coalesce(row.eta, -1), func.coalesce(row.status_detail, ""), row.provider)
    return tuple_(final, row.status_at, progress, *rest)
