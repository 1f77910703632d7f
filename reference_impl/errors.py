"""Les erreurs du récepteur, en un arbre.

    ReceiverError
    ├── InvalidSettingError      le serveur refuse de démarrer
    ├── RefusedRequestError      la requête reçoit un 4xx, rien n'est écrit
    │   ├── BodyTooLargeError        413
    │   ├── BodyTooSlowError         408
    │   ├── BodyCutShortError        400
    │   ├── InvalidSignatureError    400
    │   ├── WrongInstanceError       400
    │   └── InvalidTokenError        401
    ├── KeysUnavailableError     les clés publiques de Clerk sont injoignables ou illisibles : 503
    ├── ClerkApiError            l'API de Clerk ne répond pas, ou sa réponse est illisible
    ├── TooManyErasuresError     trop de comptes semblent avoir disparu d'un coup : rien n'est effacé
    └── UnusableEventError       l'événement est authentique, mais inutilisable : lettre morte, et 2xx

Une panne passagère (base injoignable, verrou trop long à obtenir) garde l'exception de SQLAlchemy : elle devient un
503, et Svix enverra la livraison de nouveau.
"""


class ReceiverError(Exception):
    """La classe mère des erreurs propres au récepteur."""


class InvalidSettingError(ReceiverError):
    """Une variable d'environnement manque ou ne convient pas ; le message dit laquelle, et quelle valeur lui donner."""


class RefusedRequestError(ReceiverError):
    """Une requête refusée avant toute écriture. `reason` dit pourquoi, en un mot, au journal et aux mesures."""

    status = 400
    reason = "refused"


class BodyTooLargeError(RefusedRequestError):
    """Le corps dépasse la taille admise."""

    status = 413
    reason = "too_large"


class BodyTooSlowError(RefusedRequestError):
    """Le corps met trop longtemps à arriver."""

    status = 408
    reason = "too_slow"


class BodyCutShortError(RefusedRequestError):
    """La connexion s'est fermée avant la fin du corps ; personne ne lira la réponse."""

    reason = "cut_short"


class InvalidSignatureError(RefusedRequestError):
    """La signature est absente ou fausse, ou l'horodatage est trop loin de l'heure du serveur."""

    reason = "invalid_signature"


class WrongInstanceError(RefusedRequestError):
    """L'événement, bien signé, ne vient pas de l'instance de Clerk attendue."""

    reason = "wrong_instance"


class InvalidTokenError(RefusedRequestError):
    """Le jeton de session est absent, mal signé, expiré, ou destiné à une autre application."""

    status = 401
    reason = "invalid_token"


class KeysUnavailableError(ReceiverError):
    """L'adresse JWKS ne répond pas, ou ne rend pas de clés : le jeton n'est pas en cause."""


class ClerkApiError(ReceiverError):
    """L'API de Clerk ne répond pas, ou sa réponse est illisible ; le message n'en cite rien."""


class TooManyErasuresError(ReceiverError):
    """Trop de comptes semblent avoir disparu de chez Clerk : quelqu'un doit vérifier avant d'effacer."""


class UnusableEventError(ReceiverError):
    """Un événement authentique dont on ne peut rien faire ; `reason` dit pourquoi, sans rien citer du corps."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
