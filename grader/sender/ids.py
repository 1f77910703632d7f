"""Identifiers shaped like Clerk's and Svix's: a prefix and a KSUID, `user_3Gk…` or `msg_3Gk…`."""

import random

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KSUID_EPOCH_S = 1_400_000_000
_KSUID_LENGTH = 27
_RANDOM_BYTES = 16


def ksuid(rng: random.Random, at_s: int) -> str:
    """Draw 27 base62 characters: 32 bits of time (`at_s`, seconds since 1970), then 128 random bits.

    Like the real ones they sort by second of creation, which tempts people to order events by id.
    """
    elapsed = max(0, at_s - _KSUID_EPOCH_S) & 0xFFFF_FFFF
    number = elapsed << (8 * _RANDOM_BYTES) | rng.getrandbits(8 * _RANDOM_BYTES)
    digits: list[str] = []
    while number:
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits)).rjust(_KSUID_LENGTH, "0")


def new_id(prefix: str, rng: random.Random, at_ms: int) -> str:
    """Draw an id such as `user_3GkE53miUJvvZdv3CnZWUTni9yA`; `at_ms` is its birth in milliseconds."""
    return f"{prefix}_{ksuid(rng, at_ms // 1000)}"
