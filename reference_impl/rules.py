"""Ce qu'un réglage doit être. Chaque règle lève `ValueError` avec une phrase, qui ne cite jamais la valeur reçue."""

import re
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from reference_impl.edge.session_token import unfolded
from reference_impl.edge.signature import parse_secrets
from reference_impl.errors import InvalidSettingError

MINIMUM_SECRET_CHARACTERS = 16

PUBLIC_EXAMPLES = ("a-remplacer", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
"""Les secrets de `deploy/env.example` : ils conviennent à un essai, et tout le monde les connaît."""

_LOCAL = {"localhost", "127.0.0.1", "::1"}


def long_secret(secret: SecretStr) -> SecretStr:
    """Un secret assez long pour ne pas se deviner, copié sans espace ni retour à la ligne."""
    value = secret.get_secret_value()
    if len(value) < MINIMUM_SECRET_CHARACTERS:
        raise ValueError(
            f"moins de {MINIMUM_SECRET_CHARACTERS} caractères. Tirez-en un au hasard :"
            " python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    if not re.fullmatch(r"[!-~]+", value):
        raise ValueError(
            "il contient une espace, un accent ou un retour à la ligne : ASCII visible seulement."
        )
    return secret


def signing_secrets(value: SecretStr) -> SecretStr:
    """Un ou plusieurs secrets `whsec_…`."""
    try:
        parse_secrets(value.get_secret_value())
    except InvalidSettingError as error:
        raise ValueError(str(error)) from None
    return value


def database_address(value: SecretStr) -> SecretStr:
    """Une base SQLite dans un fichier, ou PostgreSQL. En mémoire, chaque connexion aurait sa propre base, vide."""
    try:
        url = make_url(value.get_secret_value())
    except (ArgumentError, ValueError):
        url = None
    scheme = url.drivername if url else ""
    if scheme == "sqlite" and url and url.database and ":memory:" not in url.database:
        return value
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        return value
    raise ValueError("attendu : sqlite:///chemin/du/fichier.db, ou postgresql://utilisateur@serveur/base.")


def instance(value: str) -> str:
    """Un identifiant d'instance de Clerk."""
    if not re.fullmatch(r"ins_[0-9A-Za-z_]{1,100}", value):
        raise ValueError("attendu : l'identifiant ins_… de l'instance (champ instance_id de vos événements).")
    return value


def public_key(value: str) -> str:
    """Une clé publique RSA au format PEM : une clé illisible se voit au démarrage, et non à la première connexion."""
    try:
        key = load_pem_public_key(unfolded(value).encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise ValueError(
            "attendu : la clé publique PEM de l'instance (Clerk, page API keys, JWKS Public Key)."
        )
    return value


def web_address(value: str) -> str:
    """Une adresse http ou https."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        raise ValueError("attendu : une adresse, https://serveur/chemin.")
    return value


def sure_address(value: str) -> str:
    """Une adresse https : qui pourrait modifier les réponses se ferait passer pour Clerk."""
    parts = urlsplit(web_address(value))
    if parts.scheme != "https" and parts.hostname not in _LOCAL:
        raise ValueError("attendu : une adresse https:// (http:// n'est admis que sur cette machine).")
    return value


def origins(values: tuple[str, ...]) -> tuple[str, ...]:
    """Des origines, telles que le claim `azp` les écrit : sans chemin ni barre finale."""
    if not all(re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/?#]+", value) for value in values):
        raise ValueError(
            "attendu : des origines séparées par des espaces, https://app.exemple.fr, sans barre finale."
        )
    return values
