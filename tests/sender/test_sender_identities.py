"""Ids and identities: the shapes of Clerk's, and values that can be told apart."""

import ipaddress
import itertools
import random
import re

from grader.sender.identities import Identities
from grader.sender.ids import ksuid, new_id
from grader.sender.names import COMPANIES, FIRST_NAMES, LAST_NAMES

_DOCUMENTATION = [
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
_FICTIONAL_PHONE = re.compile(r"\+1\d{3}55501\d\d|\+33(19900|26191|35301|46571|53649|63998)\d{4}")


def test_an_id_is_a_prefix_and_27_base62_characters() -> None:
    """`user_` and a KSUID, whatever the instant, even one before KSUIDs."""
    for at_ms in (0, 1_764_583_200_000, 4_000_000_000_000):
        assert re.fullmatch(r"user_[0-9A-Za-z]{27}", new_id("user", random.Random(1), at_ms))


def test_ids_sort_by_the_second_of_their_birth() -> None:
    """As the real ones do."""
    rng = random.Random(2)
    ids = [new_id("msg", rng, at_ms) for at_ms in range(1_764_583_200_000, 1_764_583_300_000, 1000)]

    assert ids == sorted(ids)


class _KnownBits(random.Random):
    """Draws the random part of the KSUID that segmentio/ksuid gives as its example."""

    def getrandbits(self, k: int, /) -> int:
        """Return those 128 bits."""
        return 0xB5A1CD34B5F99D1154FB6853345C9735


def test_an_id_is_written_as_ksuid_writes_it() -> None:
    """The example of segmentio/ksuid's README: time 107608047 after its epoch, and 128 bits."""
    assert ksuid(_KnownBits(), 1_400_000_000 + 107_608_047) == "0ujtsYcgvSTl8PAuAdqWYSMnLOv"


def test_no_name_lies_inside_another() -> None:
    """A leftover that is found belongs to one person."""
    for name, other in itertools.permutations((*FIRST_NAMES, *LAST_NAMES), 2):
        assert name not in other, (name, other)


def test_a_plain_ascii_name_is_long_enough_not_to_turn_up_in_an_id() -> None:
    """Shorter ones all carry an accent or another script."""
    assert [name for name in (*FIRST_NAMES, *LAST_NAMES) if name.isascii() and len(name) < 6] == []
    assert {"Zoé", "Noël", "美咲"} <= set(FIRST_NAMES)
    assert len(set(COMPANIES)) == len(COMPANIES)


def test_addresses_and_numbers_are_nobodys() -> None:
    """Only the domains, telephone ranges and networks reserved for examples and fiction are drawn."""
    drawn = Identities(random.Random(4))
    for _ in range(300):
        device = drawn.device()
        assert drawn.email(drawn.first_name(), drawn.last_name()).endswith(("@example.com", "@example.org"))
        assert _FICTIONAL_PHONE.fullmatch(drawn.phone())
        assert any(ipaddress.ip_address(device.ip) in network for network in _DOCUMENTATION)


def test_no_two_people_share_a_value() -> None:
    """Forty people, and no value of one inside a value of another."""
    drawn = Identities(random.Random(5))
    people = [
        {first, last, drawn.email(first, last), drawn.phone(), drawn.username(first), drawn.external_id()}
        | {device.ip, device.user_agent}
        for first, last, device in (
            (drawn.first_name(), drawn.last_name(), drawn.device()) for _ in range(40)
        )
    ]

    for one, other in itertools.permutations(people, 2):
        assert not [(a, b) for a in one for b in other if a in b]
