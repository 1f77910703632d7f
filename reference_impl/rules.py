"""Ce qu'un réglage doit être. Chaque règle lève `ValueError` avec une phrase, qui ne cite jamais la valeur reçue."""

import re
from email.utils import getaddresses
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from reference_impl.edge.session_token import unfolded
from reference_impl.edge.signature import is_usable, parse_secrets
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
    """Une adresse https : en clair, on pourrait lire ce qui passe, ou répondre à la place du service."""
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


def one_line(value: str) -> str:
    """Un texte d'une ligne, sans caractère de commande : il ira dans un en-tête de message."""
    if not value.isprintable() or not 0 < len(value) <= 100:
        raise ValueError("attendu : un texte d'une seule ligne, 100 caractères au plus.")
    return value


def short_name(value: str) -> str:
    """Le nom d'une application abonnée, qui sert d'identifiant."""
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", value):
        raise ValueError(
            "attendu : un nom de 40 caractères au plus : une lettre, puis des lettres, des chiffres ou des tirets,"
            " en minuscules et sans accent."
        )
    return value


RELAYED = (
    *("user.created", "user.updated", "user.deleted"),
    *("organization.created", "organization.updated", "organization.deleted"),
    *(f"organizationMembership.{verb}" for verb in ("created", "updated", "deleted")),
    *("payment.succeeded", "payment.failed", "payment.canceled", "invoice.paid", "subscription.activated"),
    *("parcel.in_transit", "parcel.delivered", "parcel.exception", "parcel.returned", "email.unusable"),
)
"""Les types qui peuvent être réémis à une application abonnée."""


def matches(types: tuple[str, ...], kind: str) -> bool:
    """Dire si `kind` est l'un de ces types, où une étoile vaut pour tout ce qui suit."""
    return any(re.fullmatch(re.escape(wanted).replace(r"\*", ".*"), kind) for wanted in types)


def relayed_types(values: tuple[str, ...]) -> tuple[str, ...]:
    """Des types qui existent : un autre n'annoncerait jamais rien, et laisserait croire le contraire."""
    unknown = [value for value in values if not any(matches((value,), kind) for kind in RELAYED)]
    if unknown or not values:
        raise ValueError(
            f"types n'admet que « * », ou : {', '.join(RELAYED)} (« user.* » : tous ceux qui commencent ainsi)."
        )
    return values


SHAREABLE = ("email", "first_name", "last_name", "username", "image_url", "external_id", "locale", "banned")
"""Les colonnes de `users` qu'une application abonnée peut recevoir."""


def shared_fields(values: tuple[str, ...]) -> tuple[str, ...]:
    """Des colonnes que l'on peut communiquer."""
    if not set(values) <= set(SHAREABLE):
        raise ValueError(f"fields n'admet que : {', '.join(SHAREABLE)}.")
    return values


def one_signing_secret(value: SecretStr) -> SecretStr:
    """Un seul secret `whsec_…`, avec lequel signer."""
    if not is_usable(value.get_secret_value()):
        raise ValueError("secret : attendu whsec_ suivi d'une clé en base64 d'au moins 24 octets.")
    return value


def resend_secrets(value: SecretStr) -> SecretStr:
    """Les secrets `whsec_…` de l'endpoint chez Resend, qui emploie Svix."""
    secrets = value.get_secret_value().split()
    if not secrets or not all(is_usable(secret) for secret in secrets):
        raise ValueError(
            "attendu : le secret whsec_… de l'endpoint chez Resend, ou plusieurs séparés par des espaces."
        )
    return value


def stripe_secrets(value: SecretStr) -> SecretStr:
    """Les secrets `whsec_…` de l'endpoint chez Stripe. Même préfixe que Svix, mais ce n'est pas du base64."""
    secrets = value.get_secret_value().split()
    if not secrets or not all(
        re.fullmatch(r"whsec_(?!whsec_)[\w-]{16,}", secret, re.ASCII) for secret in secrets
    ):
        raise ValueError(
            "attendu : le secret whsec_… de l'endpoint chez Stripe, ou plusieurs séparés par des espaces."
        )
    return value


def shipping_secret(value: SecretStr) -> SecretStr:
    """Le secret qui signe le suivi des colis : vous l'avez donné à EasyPost, ou reçu de Shippo."""
    secret = value.get_secret_value()
    if len(secret) < MINIMUM_SECRET_CHARACTERS:
        raise ValueError(f"moins de {MINIMUM_SECRET_CHARACTERS} caractères : un secret court se devine.")
    if secret.strip() != secret:
        raise ValueError(
            "il commence ou finit par une espace ou un retour à la ligne : recopiez-le sans elle."
        )
    return value


def address_token(value: SecretStr) -> SecretStr:
    """Un jeton qui ira dans une adresse, tel quel : sans caractère qu'il faudrait y coder."""
    if not re.fullmatch(r"[A-Za-z0-9._~-]{16,}", value.get_secret_value()):
        raise ValueError("attendu : 16 lettres, chiffres ou tirets au moins, car il figure dans une adresse.")
    return value


def visible_secret(value: SecretStr) -> SecretStr:
    """Un secret qui ira dans un en-tête : de l'ASCII visible."""
    if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise ValueError("il contient une espace, un accent ou un retour à la ligne : recopiez-le.")
    return value


def smtp_address(value: SecretStr) -> SecretStr:
    """Un serveur de messages. `smtps` chiffre d'emblée ; `smtp` passe en TLS avant de s'identifier."""
    try:
        parts = urlsplit(value.get_secret_value())
        known = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise ValueError(
            "attendu : smtp://utilisateur:motdepasse@serveur:587, ou smtps://… pour le port 465."
        )
    return value


def mailbox(value: str) -> str:
    """Une adresse d'expédition, avec ou sans nom."""
    written = getaddresses([value])
    address = written[0][1] if len(written) == 1 else ""
    if not value.isprintable() or not _MAILBOX.fullmatch(address):
        raise ValueError("attendu : une seule adresse, ou Nom <adresse@exemple.fr>.")
    return value


_MAILBOX = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[\w-]+(\.[\w-]+)*", re.ASCII)
"""Une adresse d'expédition que tout serveur comprend. Écrivez un domaine accentué sous sa forme ASCII (`xn--…`)."""


def mailchimp_key(value: SecretStr) -> SecretStr:
    """Une clé de Mailchimp, qui finit par son centre de données."""
    if not re.fullmatch(r"[!-~]+-[a-z]{2,3}[0-9]+", value.get_secret_value()):
        raise ValueError("attendu : une clé d'API de Mailchimp, qui finit par -us6 ou semblable.")
    return value


def slack_channel(value: str) -> str:
    """L'identifiant d'un canal de Slack, et non son nom : relire un canal demande l'identifiant."""
    if not re.fullmatch(r"[CG][A-Z0-9]{2,}", value):
        raise ValueError("attendu : l'identifiant du canal (C…), que donne la fiche du canal dans Slack.")
    return value
