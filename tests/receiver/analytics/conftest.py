"""An empty world, on each database."""

import pytest
from sqlalchemy import Engine

from reference_impl.privacy.register import Subjects
from reference_impl.receiving.reactions import Reactions
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.analytics.record import record_login, record_person, record_session

from .world import NOW, World, fixed


@pytest.fixture
def world(engine: Engine) -> World:
    reactions = Reactions(people=(record_person,), events=(record_session,), logins=(record_login,))
    subjects = Subjects("an-erasure-key-of-the-tests")
    return World(Receiver(engine, subjects, clock=fixed(NOW), reactions=reactions))
