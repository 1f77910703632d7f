"""Tampering: each function takes a good delivery and returns a bad one, and says so in French.

What a fault needs at random is drawn from the delivery's own id, so that the same fault of the same
delivery is the same bytes again, in a report as in a replay.
"""

import base64
import functools
import inspect
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Concatenate, ParamSpec

from grader.sender.deliveries import FRESHLY_SIGNED, Delivery, SvixSender
from grader.sender.ids import new_id
from grader.sender.signing import Signer, new_secret

_SIGNATURE_BYTES = 32
_OTHER_INSTANT_S = 7
_LETTER_OR_DIGIT = re.compile(rb"[0-9A-Za-z]")


P = ParamSpec("P")

FAULTS: dict[str, Callable[..., Delivery]] = {}
"""The faults by name, so that a replay can apply again the ones that `Delivery.faults` tells of."""


def fault(
    function: Callable[Concatenate[Delivery, P], Delivery],
) -> Callable[Concatenate[Delivery, P], Delivery]:
    """Register a fault, and make the delivery that it returns remember it with its arguments."""
    names = list(inspect.signature(function).parameters)[1:]

    @functools.wraps(function)
    def remembered(delivery: Delivery, /, *args: P.args, **kwargs: P.kwargs) -> Delivery:
        given = dict(zip(names, args, strict=False)) | kwargs
        # Another endpoint's sender cannot be kept: `other_secret` then draws a secret again.
        kept = {name: value for name, value in given.items() if isinstance(value, str | int)}
        return replace(
            function(delivery, *args, **kwargs), faults=(*delivery.faults, (function.__name__, kept))
        )

    FAULTS[function.__name__] = remembered
    return remembered


@fault
def body_changed(delivery: Delivery) -> Delivery:
    """Change one letter or digit: as long as before, and still JSON if it was, with other data.

    Raises:
        ValueError: the body has no byte to change without breaking its JSON.
    """
    rng = _rng(delivery, "body")
    places = [match.start() for match in _LETTER_OR_DIGIT.finditer(delivery.body)]
    rng.shuffle(places)
    for place in places:
        old = delivery.body[place]
        # The neighbour in its alphabet: 0 <-> 1, a <-> b; 9 and z alone have theirs before them.
        new = old - 1 if old in b"9Zz" else old + 1
        body = delivery.body[:place] + bytes([new]) + delivery.body[place + 1 :]
        if _same_kind(delivery.body, body):
            return replace(delivery, body=body, label=_say(delivery, "un octet du corps changé"))
    raise ValueError("no byte of this body can be changed: give a body with some text in it")


@fault
def other_secret(delivery: Delivery, sender: SvixSender | None = None) -> Delivery:
    """Sign by the secret of `sender`, which is another endpoint's; by a drawn secret without one."""
    signer = sender or Signer(new_secret(_rng(delivery, "secret")))
    signature = signer.sign(delivery.svix_id, delivery.timestamp, delivery.body)
    return _with(delivery, "svix-signature", signature, "signée par un autre secret")


@fault
def signature_cut(delivery: Delivery, keep: int = 40) -> Delivery:
    """Keep the first characters of the signature; any multiple of four is still base64."""
    cut = delivery.headers["svix-signature"][: len("v1,") + keep]
    return _with(delivery, "svix-signature", cut, "signature tronquée")


@fault
def signature_random(delivery: Delivery) -> Delivery:
    """Put a signature of the right shape that nobody computed."""
    return _with(delivery, "svix-signature", _decoy(_rng(delivery, "random")), "signature au hasard")


@fault
def signature_of_other_id(delivery: Delivery) -> Delivery:
    """Keep the signature and give another id: the one that is sent, `svix_id`, is not the signed one."""
    other = new_id("msg", _rng(delivery, "id"), delivery.timestamp * 1000)
    changed = _with(delivery, "svix-id", other, "signature d'un autre identifiant")
    return replace(changed, svix_id=other)


@fault
def signature_of_other_instant(delivery: Delivery, shift_s: int = _OTHER_INSTANT_S) -> Delivery:
    """Keep the signature and send another instant, `shift_s` seconds earlier, still in the tolerance."""
    other = delivery.timestamp - shift_s
    changed = _with(delivery, "svix-timestamp", str(other), "signature d'un autre instant")
    return replace(changed, timestamp=other)


@fault
def header_removed(delivery: Delivery, name: str) -> Delivery:
    """Send without the header `name`, such as `svix-id`."""
    headers = {key: value for key, value in delivery.headers.items() if key != name}
    return replace(delivery, headers=headers, label=_say(delivery, f"en-tête {name} absent"))


@fault
def header_emptied(delivery: Delivery, name: str) -> Delivery:
    """Send the header `name` without a value."""
    return _with(delivery, name, "", f"en-tête {name} vide")


@fault
def header_replaced(delivery: Delivery, name: str, value: str) -> Delivery:
    """Send another value, such as `garbage` for a signature or words for an instant."""
    return _with(delivery, name, value, f"en-tête {name} remplacé par « {value} »")


@fault
def several_signatures(delivery: Delivery, position: int = 0, decoys: int = 2) -> Delivery:
    """Put the good signature among decoys, at `position` from 0 to `decoys`: this one must be accepted.

    One decoy in two has an unknown version (`v2`, `v1a`), which a receiver ignores.
    """
    rng = _rng(delivery, "several")
    versions = ("v1", "v2", "v1", "v1a")
    signatures = [_decoy(rng, versions[n % len(versions)]) for n in range(decoys)]
    signatures.insert(position, delivery.headers["svix-signature"])
    said = f"{decoys + 1} signatures dont la bonne en position {position + 1}"
    return _with(delivery, "svix-signature", " ".join(signatures), said)


@fault
def other_version(delivery: Delivery, version: str = "v2") -> Delivery:
    """Announce the good signature under a version that nobody knows."""
    signature = delivery.headers["svix-signature"].removeprefix("v1,")
    said = f"bonne signature sous la version inconnue {version}"
    return _with(delivery, "svix-signature", f"{version},{signature}", said)


def _with(delivery: Delivery, name: str, value: str, said: str) -> Delivery:
    return replace(delivery, headers={**delivery.headers, name: value}, label=_say(delivery, said))


def _say(delivery: Delivery, said: str) -> str:
    """Return the label with the fault at its end, in place of the words of a good delivery."""
    return f"{delivery.label.removesuffix(FRESHLY_SIGNED)}, {said}"


def _decoy(rng: random.Random, version: str = "v1") -> str:
    return f"{version},{base64.b64encode(rng.randbytes(_SIGNATURE_BYTES)).decode()}"


def _rng(delivery: Delivery, fault: str) -> random.Random:
    return random.Random(f"{delivery.svix_id} {fault}")


def _same_kind(before: bytes, after: bytes) -> bool:
    """Tell whether `after` is as good JSON as `before` was, and says something else."""
    try:
        known = json.loads(before)
    except ValueError:
        return True
    try:
        return bool(json.loads(after) != known)
    except ValueError:
        return False
