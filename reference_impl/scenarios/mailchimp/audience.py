"""La liste de diffusion chez Mailchimp : cinq appels, que l'on peut répéter sans rien changer de plus.

De ses refus, seul le titre est lu : le reste cite l'adresse.
"""

from typing import Any

import httpx

from reference_impl.effects.remote import Remote, told
from reference_impl.effects.senders import EffectFailedError
from reference_impl.scenarios.mailchimp.due import Subscriber

SETTLED = frozenset({"Member In Compliance State", "Forgotten Email Not Subscribed"})
"""L'adresse s'est désinscrite, ne reçoit plus, ou a été supprimée pour toujours : nous n'avons pas à y revenir."""

REQUIRED_OR_NOT = {"skip_merge_validation": "true"}
"""Un nom manquant n'empêche pas l'inscription, même si la liste l'exige dans ses formulaires."""


class Audience:
    """Les listes du compte. `path` désigne une adresse dans l'une d'elles (`path_of`)."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def keep(self, path: str, wanted: Subscriber) -> str | None:
        """Inscrire la personne, ou mettre ses noms à jour ; rendre l'état où Mailchimp la tient, ou `None` s'il refuse.

        `status_if_new` ne vaut que pour une adresse inconnue : on ne réinscrit jamais qui s'est désinscrit. `pending` :
        Mailchimp écrit à l'adresse, et n'inscrit que si l'on y confirme.
        """
        fields = {"FNAME": wanted.first_name, "LNAME": wanted.last_name}
        body = {"email_address": wanted.email, "status_if_new": "pending", "merge_fields": fields}
        answer = self._call("PUT", path, body)
        return str(told(answer).get("status")) if answer.is_success else None

    def move(self, path: str, email: str) -> None:
        """Porter l'inscription à la nouvelle adresse ; si elle a déjà la sienne, désinscrire l'ancienne.

        Sans cela, l'ancienne adresse resterait inscrite. Une inscription déjà portée ne se trouve plus : c'est fait.
        """
        answer = self._call("PATCH", path, {"email_address": email}, settled=SETTLED | {"Member Exists"})
        if answer.status_code == httpx.codes.BAD_REQUEST:
            self.leave(path)

    def leave(self, path: str) -> None:
        """Désinscrire ; de qui n'y est pas, il n'y a rien à faire."""
        self._call("PATCH", path, {"status": "unsubscribed"})

    def invite(self, path: str) -> None:
        """Demander de nouveau confirmation à qui avait retiré son consentement, et vient de le rendre."""
        self._call("PATCH", path, {"status": "pending"})

    def forget(self, path: str) -> None:
        """Supprimer pour toujours. `DELETE` n'aurait fait qu'archiver.

        Mailchimp refusera ensuite cette adresse, d'où qu'elle vienne : seule la personne peut se réinscrire, par un
        formulaire de Mailchimp.
        """
        self._call("POST", f"{path}/actions/delete-permanent")

    def _call(
        self, method: str, path: str, body: Any = None, settled: frozenset[str] = SETTLED
    ) -> httpx.Response:
        """Appeler Mailchimp ; rendre sa réponse, y compris 404, ou 400 pour l'un des motifs `settled`."""
        missing = (
            frozenset() if method == "PUT" else frozenset({404})
        )  # un PUT crée : 404 dit que la liste manque
        params = None if body is None else REQUIRED_OR_NOT
        answer = self._remote.call(method, path, json=body, params=params, accepted=missing | {400})
        if answer.status_code == httpx.codes.BAD_REQUEST and told(answer).get("title") not in settled:
            raise EffectFailedError("400")
        return answer


def path_of(list_id: str, member: str) -> str:
    """Rendre le chemin d'une adresse dans une liste."""
    return f"/lists/{list_id}/members/{member}"
