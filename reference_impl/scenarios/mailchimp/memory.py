"""Ce que l'on a communiqué à Mailchimp : dans `disclosures`, une ligne par personne et par adresse.

Elle est écrite avant l'envoi : si le processus est tué entre les deux, un effacement saura encore qui avertir. Sa
référence dit la liste, l'empreinte de l'adresse, celle de la personne et où en est l'adresse : `l/a/p/kept`. Sans la
personne, deux comptes de même adresse auraient la même, et l'avis d'effacement du second passerait pour déjà remis.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from reference_impl.privacy.disclosures import tell_again
from reference_impl.privacy.erasure import DISCLOSURES
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.mailchimp.due import MAILCHIMP, Subscriber, subscriber
from reference_impl.store.dialects import insert
from reference_impl.store.engine import reading
from reference_impl.store.locks import lock_people
from reference_impl.store.users import USERS


class State(StrEnum):
    """Où en est une adresse : communiquée, en cours de désinscription, désinscrite par nous."""

    KEPT = "kept"
    LEAVING = "leaving"
    LEFT = "left"


@dataclass(frozen=True)
class Plan:
    """Ce qu'il faut dire à Mailchimp d'une personne.

    `moving` : ses anciennes adresses, dont l'inscription est à porter à la nouvelle. `leaving` : celles à désinscrire.
    `back` : nous l'avions désinscrite, et elle consent de nouveau.
    """

    wanted: Subscriber | None
    moving: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    back: bool = False


def planned(wanted: Subscriber | None, known: Mapping[str, State], *, again: bool) -> Plan:
    """Comparer ce que la personne veut et ce que l'on sait de ses adresses.

    `again` : un envoi a pu être interrompu, et une adresse notée comme désinscrite est à désinscrire encore.
    """
    target = wanted.member if wanted else None
    others = {member: state for member, state in known.items() if member != target}
    kept = tuple(member for member, state in others.items() if state is State.KEPT)
    open_ = {State.LEAVING, State.LEFT} if again else {State.LEAVING}
    leaving = tuple(member for member, state in others.items() if state in open_)
    if target is None:
        return Plan(None, leaving=(*kept, *leaving))
    return Plan(wanted, kept, leaving, back=known.get(target, State.KEPT) is not State.KEPT)


@dataclass(frozen=True)
class Memory:
    """La mémoire de ce qui a été communiqué à la liste `list_id`."""

    receiver: Receiver
    list_id: str

    def prepare(self, clerk_id: str, *, again: bool) -> Plan | None:
        """Lire la personne, noter ce qui va être communiqué, et rendre ce qu'il faut faire ; `None` : elle est effacée.

        Sous son verrou : aucun effacement ne peut passer entre la lecture et la note.
        """
        with self.receiver.engine.begin() as connection:
            lock_people(connection, [clerk_id])
            row = connection.execute(select(USERS).where(USERS.c.clerk_id == clerk_id)).mappings().first()
            if row is None:
                return None
            wanted, known = subscriber(dict(row)), self._known(connection, clerk_id)
            if wanted and wanted.member not in known:
                self._add(connection, clerk_id, wanted.member)
            plan = planned(wanted, known, again=again)
            if wanted is None:
                new = [member for member, state in known.items() if state is State.KEPT]
                self._mark(connection, clerk_id, new, State.LEAVING)
            return plan

    def note(self, clerk_id: str, member: str, state: State) -> None:
        """Noter où en est une adresse ; si la personne a été effacée entre-temps, rien ne revient d'elle."""
        with self.receiver.engine.begin() as connection:
            self._mark(connection, clerk_id, [member], state)

    def tell_again(self, clerk_id: str, wanted: Subscriber | None) -> None:
        """Redevoir l'avis si la personne a été effacée pendant un envoi qui a échoué : il a pu arriver après lui."""
        if wanted is not None:
            receiver, reference = self.receiver, self._reference(clerk_id, wanted.member, State.KEPT)
            with receiver.engine.begin() as connection:
                tell_again(connection, receiver.subjects, clerk_id, MAILCHIMP, reference, receiver.clock())

    def is_shared(self, list_id: str, member: str, *, but: str = "") -> bool:
        """Dire si une autre personne que `but` est inscrite à cette adresse, qui est alors la sienne.

        Un compte recréé peut arriver avant la suppression de l'ancien, et une adresse changer de mains.
        """
        kept = _about(list_id, member) & DISCLOSURES.c.recipient_ref.endswith(f"/{State.KEPT}")
        theirs = select(DISCLOSURES.c.clerk_id).where(_TOLD, DISCLOSURES.c.clerk_id != but, kept).limit(1)
        with reading(self.receiver.engine).connect() as connection:
            return connection.execute(theirs).first() is not None

    def _known(self, connection: Connection, clerk_id: str) -> dict[str, State]:
        mine = select(DISCLOSURES.c.recipient_ref).where(_TOLD, DISCLOSURES.c.clerk_id == clerk_id)
        read = (reference.split("/") for reference in connection.execute(mine).scalars())
        return {member: State(state) for list_id, member, _, state in read if list_id == self.list_id}

    def _add(self, connection: Connection, clerk_id: str, member: str) -> None:
        row = {
            "clerk_id": clerk_id,
            "recipient": MAILCHIMP,
            "recipient_ref": self._reference(clerk_id, member, State.KEPT),
            "disclosed_at": self.receiver.clock(),
        }
        connection.execute(insert(connection.dialect.name, DISCLOSURES).values(row).on_conflict_do_nothing())

    def _mark(self, connection: Connection, clerk_id: str, members: Collection[str], state: State) -> None:
        mine = _TOLD & (DISCLOSURES.c.clerk_id == clerk_id)
        for member in members:
            marked = update(DISCLOSURES).where(mine, _about(self.list_id, member))
            connection.execute(marked.values(recipient_ref=self._reference(clerk_id, member, state)))

    def _reference(self, clerk_id: str, member: str, state: State) -> str:
        person = self.receiver.subjects(clerk_id)[:16]  # assez pour distinguer les comptes d'une même adresse
        return f"{self.list_id}/{member}/{person}/{state}"


_TOLD = DISCLOSURES.c.recipient == MAILCHIMP


def _about(list_id: str, member: str) -> Any:
    return DISCLOSURES.c.recipient_ref.startswith(f"{list_id}/{member}/", autoescape=True)
