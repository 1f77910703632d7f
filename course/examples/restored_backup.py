"""Une sauvegarde restaurée ramène une personne effacée ; le registre l'efface de nouveau."""

import io
import shutil
import tempfile

from reference_impl.migrations.run import upgrade
from reference_impl.privacy.erasure import erase_now
from reference_impl.privacy.register import Subjects
from reference_impl.privacy.restore import apply_register, export_register, read_register
from reference_impl.receiving.receive import Receiver
from reference_impl.store.engine import open_engine
from reference_impl.store.users import USERS


def story(receiver: Receiver, folder: str) -> None:
    """Sauvegarder, effacer, restaurer, puis appliquer le registre."""
    with receiver.engine.begin() as connection:
        for clerk_id in ("user_zoe", "user_luc"):
            versions = dict.fromkeys(("clerk_updated_at", "claims_issued_at", "first_seen_at"), 1)
            connection.execute(USERS.insert().values(clerk_id=clerk_id, **versions))
    say(receiver, "lundi, sauvegarde")
    shutil.copy(f"{folder}/receiver.db", f"{folder}/backup.db")
    erase_now(receiver, "user_zoe", cause="request")
    export_register(receiver.engine, copied := io.StringIO())
    say(receiver, "mardi, Zoé effacée")
    shutil.copy(f"{folder}/backup.db", f"{folder}/receiver.db")
    say(receiver, "mercredi, restauration de lundi")
    apply_register(receiver.engine, receiver.subjects, read_register(copied.getvalue().splitlines()), now=3)
    say(receiver, "mercredi, registre appliqué")


def say(receiver: Receiver, moment: str) -> None:
    """Compter les personnes, puis fermer la base : tout ce qui est écrit est alors dans son fichier."""
    with receiver.engine.connect() as connection:
        print(f"{moment:<32}", len(connection.execute(USERS.select()).all()), "personne(s)")
    receiver.engine.dispose()


with tempfile.TemporaryDirectory() as place:
    upgrade(url := f"sqlite:///{place}/receiver.db")
    story(Receiver(open_engine(url), Subjects("clé d'exemple"), clock=lambda: 2), place)
