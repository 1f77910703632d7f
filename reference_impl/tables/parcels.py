"""Le suivi des colis : où en est chacun, et rien de la personne qui l'attend."""

from sqlmodel import Field, SQLModel

from reference_impl.tables.columns import instant, key, version


class Parcel(SQLModel, table=True):
    """Un colis, et son état le plus sûr. Ni adresse, ni ville, ni nom de la personne qui a signé.

    `status_at` est l'instant de la nouvelle dont vient la ligne ; `eta`, celui de l'arrivée prévue. `order_id` reste
    vide : votre application l'écrit si elle veut retrouver la commande, et aucune livraison ne l'efface.

    Un transporteur peut réemployer un numéro : un colis arrivé depuis longtemps cacherait alors le nouveau. Retirez les
    lignes anciennes quand votre application n'en a plus l'usage.
    """

    __tablename__ = "parcels"

    carrier: str = key()
    tracking_number: str = key()
    status: str
    status_detail: str | None = None
    status_at: int = version()
    eta: int | None = instant()
    order_id: str | None = Field(default=None, index=True)
    provider: str
