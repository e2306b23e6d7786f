"""Sets of addresses in words: the fewest networks, or what they leave out of the internet. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.access.network.intervals import FAMILIES, Addresses, Family
from rds_secure.access.network.outside import GLOBAL

MOST = 8
"""Networks in one list for people."""


def spoken(addresses: Addresses, most: int = MOST) -> list[str]:
    """A set in a few pieces: networks, addresses, ``the whole internet (IPv4)``, how many networks are left out."""
    return [piece for family in FAMILIES for piece in _spoken(family, addresses, most)]


def _spoken(family: Family, addresses: Addresses, most: int) -> Iterator[str]:
    found, world = addresses.of(family), GLOBAL.of(family)
    if not found:
        return
    if world <= found:
        yield f"the whole internet (IPv{family})"
        found -= world
    else:
        missing = Addresses.within(family, world - found).networks()
        networks = Addresses.within(family, found & world).networks()
        if 2 * len(world & found) > len(world) and len(missing) < min(len(networks), most):
            yield f"the internet (IPv{family}) but {', '.join(missing)}"
            found -= world
    networks = Addresses.within(family, found).networks()
    yield from (network.removesuffix("/32").removesuffix("/128") for network in networks[:most])
    if len(networks) > most:
        yield f"{len(networks) - most} more networks"
