"""Un endpoint de développement pointe par erreur vers la production, qui connaît aussi son secret."""

import random
import tempfile
import time

from sqlmodel import SQLModel

from grader.sender import SimulatedClerk, SvixSender, new_secret
from reference_impl.edge.signature import RawDelivery, Verifier
from reference_impl.errors import WrongInstanceError
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.receive import Receiver
from reference_impl.store.engine import open_engine

OURS, OTHER = "ins_2uProduction", "ins_2uDeveloppement"

rng = random.Random(5)
clerk, secret = SimulatedClerk(rng, now_ms=int(time.time() * 1000)), new_secret(rng)
sender, verifier = SvixSender(secret, rng, time.time), Verifier([secret])


def outcome(receiver: Receiver, instance_id: str | None) -> str:
    """Livrer la création d'une personne de cette instance, et dire ce qu'il en advient."""
    delivery = sender.deliver(clerk.user_created(clerk.create_user()).replace(instance_id=instance_id))
    verified = verifier.verify(RawDelivery(delivery.headers, delivery.body))
    try:
        return str(receiver.receive(verified).outcome)
    except WrongInstanceError as error:
        return f"400, {error.reason}"


with tempfile.TemporaryDirectory() as folder:
    engine, subjects = open_engine(f"sqlite:///{folder}/receiver.db"), Subjects("une-cle-pour-cet-essai")
    SQLModel.metadata.create_all(engine)
    for expected in (OURS, None):
        print(f"CLERK_INSTANCE_ID = {expected or '(vide)'}")
        for given in (OURS, OTHER, None):
            print(f"  {given or '(absent)':<20} {outcome(Receiver(engine, subjects, expected), given)}")
    engine.dispose()
