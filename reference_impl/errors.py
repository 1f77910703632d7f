"""L'arbre des erreurs du récepteur, dessiné une fois.

    ReceiverError
    ├── InvalidSettingError      le serveur refuse de démarrer
    ├── RefusedRequestError      la requête reçoit un 4xx, rien n'est écrit
    │   ├── BodyTooLargeError        413
    │   ├── BodyTooSlowError         408
    │   ├── BodyCutShortError        400
    │   ├── InvalidSignatureError    400
    │   ├── WrongInstanceError       400
    │   └── InvalidTokenError        401
    ├── KeysUnavailableError     les clés de Clerk ne se laissent pas lire : 503
    ├── ClerkApiError            l'API de Clerk ne répond pas, ou répond ce qu'on ne sait pas lire
    ├── TooManyErasuresError     trop de comptes auraient disparu d'un coup : rien n'est effacé
    └── UnusableEventError       vérifiée, mais rien à en tirer : lettre morte, et 2xx

Une panne passagère (base injoignable, verrou trop long) garde l'exception de SQLAlchemy : elle devient un 503, et Svix
enverra la livraison de nouveau.
"""


class ReceiverError(Exception):
    """Toute erreur que le récepteur nomme."""


class InvalidSettingError(ReceiverError):
    """Une variable d'environnement manque ou ne convient pas ; le message dit laquelle et quoi y mettre."""


class RefusedRequestError(ReceiverError):
    """Une requête refusée avant toute écriture. `reason` est un mot pour le journal et les mesures."""

    status = 400
    reason = "refused"


class BodyTooLargeError(RefusedRequestError):
    """Le corps dépasse la borne."""

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
    """La livraison ne vient pas de Svix, ou n'est plus fraîche."""

    reason = "invalid_signature"


class WrongInstanceError(RefusedRequestError):
    """L'événement, bien signé, vient d'une autre instance de Clerk que la nôtre."""

    reason = "wrong_instance"


class InvalidTokenError(RefusedRequestError):
    """Le jeton de session est absent, mal signé, expiré, ou destiné à une autre application."""

    status = 401
    reason = "invalid_token"


class KeysUnavailableError(ReceiverError):
    """Le JWKS ne répond pas, ou n'en est pas un : le jeton n'y est pour rien."""


class ClerkApiError(ReceiverError):
    """L'API de Clerk ne répond pas, ou répond ce qu'on ne sait pas lire ; le message ne cite rien de sa réponse."""


class TooManyErasuresError(ReceiverError):
    """Trop de comptes auraient disparu de chez Clerk : avant d'effacer, quelqu'un doit regarder."""


class UnusableEventError(ReceiverError):
    """Un événement authentique dont on ne peut rien faire ; `reason` dit pourquoi, sans rien citer du corps."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
