"""Sets of addresses in words: the fewest networks, or what they leave out of the internet. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.access.network.intervals import FAMILIES, Addresses, Family, Intervals
from rds_secure.access.network.outside import GLOBAL

MOST = 8
"""Networks in one list for people."""


WORLDS: tuple[tuple[str, Addresses], ...] = (
    ("the whole internet", GLOBAL),
    ("all private and reserved addresses", GLOBAL.complement()),
)
"""Sets that have a name."""


def spoken(addresses: Addresses, most: int = MOST) -> list[str]:
    """A set in a few pieces: networks, addresses, ``the whole internet (IPv4)``, how many networks are left out."""
    return [piece for family in FAMILIES for piece in _spoken(family, addresses.of(family), most)]


def _spoken(family: Family, found: Intervals, most: int) -> Iterator[str]:
    for name, every in WORLDS:
        world = every.of(family)
        lacking = world - found
        if not lacking:
            yield f"{name} (IPv{family})"
        elif 2 * _size(lacking) < _size(world):
            missing = _networks(family, lacking)
            if len(missing) > len(_networks(family, world & found)):
                continue
            left_out = missing[:most] + ([f"{len(missing) - most} more networks"] if len(missing) > most else [])
            yield f"{name} (IPv{family}) but {' and '.join(left_out)}"
        else:
            continue
        found -= world
    networks = _networks(family, found)
    yield from networks[:most]
    if len(networks) > most:
        yield f"{len(networks) - most} more networks"


def _networks(family: Family, found: Intervals) -> list[str]:
    """Networks, and addresses that stand alone as such."""
    made = Addresses.within(family, found).networks()
    return [network.removesuffix("/32").removesuffix("/128") for network in made]


def _size(found: Intervals) -> int:
    """How many addresses: more of IPv6 than `len` can tell."""
    return sum(last - first + 1 for first, last in found.spans)
