"""Le suivi des messages : ce qu'il est advenu de chacun, et les adresses où il ne faut plus écrire.

Ni adresse, ni objet, ni lien, ni adresse IP, ni navigateur.
"""

from sqlmodel import Field, SQLModel

from reference_impl.tables.columns import instant, key, version


class Email(SQLModel, table=True):
    """Un message. Une colonne par fait, vide ou à l'instant le plus ancien que Resend en ait donné.

    L'état n'est pas gardé : il se lit dans les faits (`providers.resend.states.STATE`), qui arrivent sans ordre. `kind`
    est l'étiquette du message, donnée à l'envoi.
    """

    __tablename__ = "emails"

    email_id: str = key()
    kind: str | None = None
    scheduled_at: int | None = instant()
    sent_at: int | None = instant()
    delayed_at: int | None = instant()
    delivered_at: int | None = instant()
    opened_at: int | None = instant()
    clicked_at: int | None = instant()
    failed_at: int | None = instant()
    suppressed_at: int | None = instant()
    bounced_at: int | None = instant()
    complained_at: int | None = instant()


class UnusableAddress(SQLModel, table=True):
    """Une adresse où ne plus écrire : son empreinte, calculée avec une clé secrète, et non l'adresse elle-même.

    Sans la clé, la table ne dit pas de qui elle parle. Un effacement la laisse : si la personne revenait avec la même
    adresse, il ne faudrait toujours pas lui écrire. `since` est l'instant du fait le plus ancien.
    """

    __tablename__ = "unusable_addresses"

    fingerprint: str = Field(primary_key=True)
    reason: str
    since: int = version()
