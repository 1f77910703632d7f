"""Les boîtes de réception des autres expéditeurs : une par sorte, car leurs identifiants n'ont rien en commun."""

from sqlmodel import SQLModel

from reference_impl.tables.columns import key, version


class _Delivery(SQLModel):
    """Une livraison reçue : sa clé d'idempotence, et son issue. Le corps n'est pas gardé."""

    delivery_id: str = key()
    type: str
    outcome: str
    reason: str | None = None
    received_at: int = version()


class StripeInbox(_Delivery, table=True):
    """Les événements de Stripe, par leur identifiant `evt_…`."""

    __tablename__ = "stripe_inbox"


class EmailInbox(_Delivery, table=True):
    """Les événements de Resend, par leur `svix-id`."""

    __tablename__ = "email_inbox"


class ShippingInbox(_Delivery, table=True):
    """Les événements d'EasyPost, par leur identifiant, et ceux de Shippo, par une empreinte : ils n'en portent pas."""

    __tablename__ = "shipping_inbox"
