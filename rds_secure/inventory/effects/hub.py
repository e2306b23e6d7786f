"""What enabling Security Hub leaves: that it is on. What it reports changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from rds_secure.inventory.effects.call import Call, Effect
from rds_secure.inventory.ledger import Ledger
from rds_secure.inventory.model import Reply


def _enabled(ledger: Ledger, call: Call) -> Reply:
    """The hub of the Region; there is one."""
    hub = {
        "HubArn": call.arn("securityhub", "hub/default"),
        "AutoEnableControls": True,
        "ControlFindingGenerator": call.get("ControlFindingGenerator", "SECURITY_CONTROL"),
    }
    ledger.put("securityhub", "DescribeHub", "", hub)
    return {}


EFFECTS: Mapping[str, Effect] = {"EnableSecurityHub": _enabled}
