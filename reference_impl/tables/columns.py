"""Les colonnes qui reviennent dans plusieurs tables."""

from typing import Any

from sqlalchemy import BigInteger, text
from sqlmodel import JSON, Field

_JSON: Any = JSON(none_as_null=True)  # sans cela, None deviendrait le document JSON `null`


def key() -> Any:
    """Un identifiant donné par Clerk ou par Svix : du texte, clé primaire."""
    return Field(primary_key=True)


def version() -> Any:
    """La version de l'instantané, en millisecondes : une écriture plus ancienne ou égale ne change rien."""
    return Field(sa_type=BigInteger)


def instant(*, index: bool = False) -> Any:
    """Un instant, en millisecondes, ou `None` s'il n'est pas connu."""
    return Field(default=None, sa_type=BigInteger, index=index)


def flag() -> Any:
    """Un booléen, faux par défaut."""
    return Field(default=False, sa_column_kwargs={"server_default": text("false")})


def document() -> Any:
    """Un objet ou une liste JSON, ou `None`."""
    return Field(default=None, sa_type=_JSON)
