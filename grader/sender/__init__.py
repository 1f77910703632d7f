"""The simulated sender: a Clerk instance that lives through a history, and the signed deliveries of it.

    rng = random.Random(7)
    clerk = SimulatedClerk(rng, now_ms=1_764_583_200_000)
    user = clerk.create_user()
    sender = SvixSender(new_secret(rng), rng, clock=time.time)
    delivery = sender.deliver(clerk.user_created(user))  # delivery.headers, delivery.body

Nothing here opens a connection: deliveries are values, to be sent twice, late, shuffled or all at once by
whoever holds them. The same seed and the same calls give the same bytes.
"""

from grader.sender import faults
from grader.sender.catalogue import TYPES, dashboard_example
from grader.sender.clerk import SimulatedClerk
from grader.sender.deliveries import Delivery, SvixSender
from grader.sender.devices import Device
from grader.sender.events import Event
from grader.sender.faults import FAULTS
from grader.sender.history import sample_history
from grader.sender.memberships import Membership
from grader.sender.organizations import Organization
from grader.sender.personal import spellings
from grader.sender.sessions import Session
from grader.sender.signing import new_secret
from grader.sender.styles import BodyStyle
from grader.sender.users import User

__all__ = [
    "FAULTS",
    "TYPES",
    "BodyStyle",
    "Delivery",
    "Device",
    "Event",
    "Membership",
    "Organization",
    "Session",
    "SimulatedClerk",
    "SvixSender",
    "User",
    "dashboard_example",
    "faults",
    "new_secret",
    "sample_history",
    "spellings",
]
