"""La réconciliation des comptes : lire tous ceux de Clerk, écrire ce qui manque, effacer ce qui n'existe plus.

Seuls les comptes sont demandés. Les organisations, leurs membres et le reste ne sont pas réconciliés ; mais un compte
disparu est effacé avec ses sessions, ses appartenances et tout ce qui est à lui.
"""

from collections.abc import Iterator

from reference_impl.receiving.receive import Receiver
from reference_impl.reconciliation.backend_api import BackendApi
from reference_impl.reconciliation.missing import erase_missing, unseen_people, within_bounds
from reference_impl.reconciliation.report import Report
from reference_impl.reconciliation.writing import write_users


class Scan:
    """Une lecture, datée de son début : elle n'efface rien de ce qui a été créé ou modifié depuis.

    Interrompue, elle se relance : chaque lot est écrit en entier ou pas du tout, et l'écrire deux fois ne change rien.
    """

    def __init__(self, receiver: Receiver, api: BackendApi) -> None:
        self._receiver = receiver
        self._api = api
        self._started = receiver.clock()
        self.report = Report()

    def read_all(self) -> None:
        """Écrire tous les comptes de Clerk, page après page."""
        for page in self._api.user_pages():
            self.report += write_users(self._receiver, page, self._started)

    def gone(self) -> Iterator[str]:
        """Redemander un à un les comptes que la lecture n'a pas vus ; rendre ceux que Clerk ne connaît plus.

        Leur absence de la liste ne suffit pas : une personne n'est effacée que sur un 404 à son propre identifiant.
        """
        for clerk_id in unseen_people(self._receiver.engine, self._started):
            user = self._api.user(clerk_id)
            if user is None:
                yield clerk_id
            else:
                self.report += write_users(self._receiver, [user], self._started)

    def erase_gone(self, *, allow_erasures: bool) -> None:
        """Effacer les comptes disparus ; sans `allow_erasures`, seulement s'ils sont peu nombreux."""
        gone = self.gone()
        for clerk_id in gone if allow_erasures else within_bounds(self._receiver, gone, self._started):
            erased = erase_missing(self._receiver, clerk_id, self._started)
            self.report += Report(erased=1) if erased else Report(skipped=1)


def reconcile(receiver: Receiver, api: BackendApi, *, allow_erasures: bool = False) -> Report:
    """Réconcilier les comptes avec ceux de Clerk.

    Lève `ClerkApiError` ou `InvalidSettingError` (voir `BackendApi`), `TooManyErasuresError` avant d'effacer trop de
    comptes ; dans tous les cas, ce qui est déjà écrit est juste, et le reste attend la prochaine fois.
    """
    scan = Scan(receiver, api)
    scan.read_all()
    scan.erase_gone(allow_erasures=allow_erasures)
    return scan.report
