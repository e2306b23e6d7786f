"""Accounts and networks to judge expectations by, put together in a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure.access.expect import Names, Outcome, judge
from rds_secure.access.iam.estate import Estate
from rds_secure.access.iam.identities import Identities
from rds_secure.access.iam.who import Who
from rds_secure.access.network.model import Network
from rds_secure.access.network.reach import Reach
from rds_secure.access.network.target import Target
from rds_secure.access.posture import Posture
from rds_secure.errors import Location
from rds_secure.inventory import Inventory, Place
from rds_secure.spec.expect import Expectation, Expected
from rds_secure.values import Address, Ref
from tests.access.network.kit import BASE

AT = Location("orders.yaml", 9, 5)
NOTHING = Inventory(Place("123456789012", "eu-west-1"))


class Known(Posture):
    """A posture whose questions are given, in place of an inventory."""

    def __init__(
        self,
        identities: Identities | None = None,
        estate: Estate | None = None,
        network: Network = BASE,
        targets: tuple[Target, ...] = (),
    ) -> None:
        super().__init__(NOTHING)
        self.__dict__.update(who=Who(identities, estate) if identities and estate else None)
        self.__dict__.update(network=Reach(network, targets))


def outcome(posture: Posture, names: Names | None = None, **written: Any) -> Outcome:
    """What becomes of one expectation."""
    entry = Expected(Expectation.model_validate(written), AT)
    (found,) = judge([entry], posture, names or Names())
    return found


def known(**values: str) -> Mapping[Ref, str]:
    """``iam_role__dba="arn:…"`` → what ``${iam_role.dba}`` yields."""
    pairs = ((name.split("__"), value) for name, value in values.items())
    return {
        Ref(Address(kind, name), "id" if kind == "security_group" else "arn"): value for (kind, name), value in pairs
    }
