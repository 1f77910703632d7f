"""Where a user connects from: address, browser, town."""

import random
from dataclasses import dataclass
from typing import Any

from grader.sender.ids import new_id

_PLATFORMS = (
    ("Macintosh", "Macintosh; Intel Mac OS X 10_15_7", False),
    ("Windows", "Windows NT 10.0; Win64; x64", False),
    ("Linux", "X11; Linux x86_64", False),
    ("Android", "Linux; Android 16; Pixel 10", True),
)
_TOWNS = (("Montréal", "CA"), ("Québec", "CA"), ("Nîmes", "FR"), ("Vesoul", "FR"), ("Liège", "BE"))
# The three IPv4 ranges reserved for documentation (RFC 5737); IPv6 uses 2001:db8::/32 (RFC 3849).
_IPV4_RANGES = ("192.0.2", "198.51.100", "203.0.113")


@dataclass(frozen=True)
class Device:
    """One browser at one address; both are personal data."""

    ip: str
    user_agent: str
    browser_version: str
    device_type: str
    is_mobile: bool
    city: str
    country: str

    def attributes(self) -> dict[str, Any]:
        """Return the envelope's `event_attributes` for a request made from here."""
        return {"http_request": {"client_ip": self.ip, "user_agent": self.user_agent}}

    def activity(self, rng: random.Random, at_ms: int) -> dict[str, Any]:
        """Return the `latest_activity` of a session opened from here at `at_ms`."""
        return {
            "object": "session_activity",
            "id": new_id("sess_activity", rng, at_ms),
            "device_type": self.device_type,
            "is_mobile": self.is_mobile,
            "browser_name": "Chrome",
            "browser_version": self.browser_version,
            "ip_address": self.ip,
            "city": self.city,
            "country": self.country,
        }


def draw_device(rng: random.Random) -> Device:
    """Draw a device. Full build numbers, which real browsers hide, make each user agent its own."""
    device_type, platform, is_mobile = rng.choice(_PLATFORMS)
    version = f"{rng.randint(130, 149)}.0.{rng.randint(6000, 9999)}.{rng.randint(100, 250)}"
    city, country = rng.choice(_TOWNS)
    return Device(
        ip=_draw_ip(rng),
        user_agent=f"Mozilla/5.0 ({platform}) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{version} {'Mobile ' if is_mobile else ''}Safari/537.36",
        browser_version=version,
        device_type=device_type,
        is_mobile=is_mobile,
        city=city,
        country=country,
    )


def _draw_ip(rng: random.Random) -> str:
    """Draw a documentation address of fixed width: none is the beginning of another."""
    if rng.random() < 0.3:
        return "2001:db8:" + ":".join(f"{rng.randint(0x1000, 0xFFFF):x}" for _ in range(6))
    return f"{rng.choice(_IPV4_RANGES)}.{rng.randint(100, 254)}"
