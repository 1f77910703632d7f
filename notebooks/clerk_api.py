"""L'API de Clerk des labs : le client du récepteur, qui lit des comptes simulés au lieu d'appeler Clerk."""

from collections.abc import Iterator, Mapping

from reference_impl.catalogue.reading import Data
from reference_impl.reconciliation.backend_api import BackendApi


class ListedUsers(BackendApi):
    """Les comptes de `documents`, par identifiant, en pages comme chez Clerk ; `calls` compte les appels."""

    def __init__(self, documents: Mapping[str, Data], *, page: int = 500) -> None:
        self._documents = documents
        self._page = page
        self.calls = 0

    def user_pages(self) -> Iterator[list[Data]]:
        """Parcourir tous les comptes ; une page incomplète est la dernière."""
        users = list(self._documents.values())
        for start in range(0, len(users) + 1, self._page):
            self.calls += 1
            yield users[start : start + self._page]

    def user(self, clerk_id: str) -> Data | None:
        """Rendre un compte, ou `None` si Clerk ne le connaît plus."""
        self.calls += 1
        return self._documents.get(clerk_id)
