"""Les trois lectures que la réconciliation demande à l'API de Clerk : l'instance, les comptes par pages, un compte."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from reference_impl.catalogue.reading import Data, person, text
from reference_impl.errors import ClerkApiError
from reference_impl.reconciliation.exchange import Exchange

PAGE = 500
"""Le plus grand nombre de comptes que Clerk rende en une page."""

STEPS_BACK = 20
MOST_PAGES = 20_000
"""Soit dix millions de comptes : au-delà, on suppose que la liste ne finit pas."""


class BackendApi:
    """L'API de Clerk. Chaque méthode lève `ClerkApiError`, ou `InvalidSettingError` si la clé est refusée."""

    def __init__(self, exchange: Exchange, *, page: int = PAGE) -> None:
        self._exchange = exchange
        self._page = page

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exchange.close()

    def instance_id(self) -> str:
        """Rendre l'identifiant `ins_…` de l'instance que la clé ouvre."""
        status, document = self._exchange.get("instance")
        found = text(document, "id") if status == 200 and isinstance(document, dict) else None
        if found is None:
            raise ClerkApiError(f"L'API de Clerk ne dit pas de quelle instance est la clé ({status}).")
        return found

    def user(self, clerk_id: str) -> Data | None:
        """Rendre l'objet `User`, ou `None` si Clerk ne le connaît plus.

        Un 404 ne compte que s'il a la forme d'une erreur de Clerk : celui d'un mandataire ne doit effacer personne.
        """
        status, document = self._exchange.get(f"users/{quote(clerk_id, safe='')}")
        known = document if isinstance(document, dict) else {}
        if status == 200 and known.get("id") == clerk_id:
            return known
        if status == 404 and isinstance(known.get("errors"), list) and known["errors"]:
            return None
        raise ClerkApiError(f"L'API de Clerk rend un compte illisible ({status}).")

    def user_pages(self) -> Iterator[list[Data]]:
        """Parcourir tous les comptes, du plus ancien au plus récent ; une page incomplète est la dernière.

        La page suivante est demandée par curseur, et non par décalage : une inscription ou une suppression pendant la
        lecture ne fait ni sauter ni relire un compte.
        """
        used: set[str] = set()
        behind: list[str] = []
        while len(used) < MOST_PAGES:
            page = self._page_after(behind)
            yield page
            if len(page) < self._page:
                return
            behind = [user["id"] for user in page]
            if behind[-1] in used:
                raise ClerkApiError("L'API de Clerk rend deux fois la même page de comptes.")
            used.add(behind[-1])
        raise ClerkApiError(f"L'API de Clerk rend plus de {MOST_PAGES} pages de comptes.")

    def _page_after(self, behind: list[str]) -> list[Data]:
        """Lire la page qui suit `behind`. Si le compte qui sert de curseur a été supprimé, on essaie celui d'avant.

        Une page vide n'est donc la fin de la liste que si le curseur existe encore.
        """
        cursors: list[str | None] = [*reversed(behind[-STEPS_BACK:])]
        for cursor in cursors or [None]:
            page = self._read_page(cursor)
            if page:
                return page
            if cursor is None or self.user(cursor) is not None:
                if page is None:
                    break
                return page
        raise ClerkApiError("L'API de Clerk refuse de donner la suite de la liste des comptes.")

    def _read_page(self, cursor: str | None) -> list[Data] | None:
        """Lire une page ; `None` si la demande est refusée."""
        # httpx remplace « + » par %2B : tel quel, il serait lu comme une espace.
        params: dict[str, str | int] = {"limit": self._page, "order_by": "+created_at"}
        if cursor is not None:
            params["starting_after"] = cursor
        status, document = self._exchange.get("users", params)
        return _users(document) if status == 200 else None


def _users(document: Any) -> list[Data]:
    if not isinstance(document, list) or not all(
        isinstance(user, dict) and person(user, "id") for user in document
    ):
        raise ClerkApiError("L'API de Clerk rend autre chose qu'une liste de comptes.")
    return document
