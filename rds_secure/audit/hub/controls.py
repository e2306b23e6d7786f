"""Which control a finding is about, however it says so, and which controls are looked at. Tables; nothing is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from rds_secure.rules import LIVE_CONTROLS, RULES, Rule

HUB = "Security Hub"
"""How the aliases of rules call it."""

_FORMER: Mapping[str, str] = MappingProxyType(
    {
        "PCI.EC2.2": "EC2.2",
        "PCI.EC2.5": "EC2.13",
        "PCI.IAM.2": "IAM.2",
        "PCI.IAM.3": "IAM.1",
        "PCI.KMS.1": "KMS.4",
        "PCI.RDS.1": "RDS.1",
        "PCI.RDS.2": "RDS.2",
        "cis-aws-foundations-benchmark/v/1.2.0/rule/1.16": "IAM.2",
        "cis-aws-foundations-benchmark/v/1.2.0/rule/1.22": "IAM.1",
        "cis-aws-foundations-benchmark/v/1.2.0/rule/2.8": "KMS.4",
        "cis-aws-foundations-benchmark/v/1.2.0/rule/4.1": "EC2.13",
        "cis-aws-foundations-benchmark/v/1.2.0/rule/4.2": "EC2.14",
        "cis-aws-foundations-benchmark/v/1.2.0/rule/4.3": "EC2.2",
        "cis-aws-foundations-benchmark/v/1.4.0/1.16": "IAM.1",
        "cis-aws-foundations-benchmark/v/1.4.0/2.3.1": "RDS.3",
        "cis-aws-foundations-benchmark/v/1.4.0/3.8": "KMS.4",
        "cis-aws-foundations-benchmark/v/1.4.0/5.3": "EC2.2",
    }
)
"""How a standard calls a control, or its generator ends → the id across standards (HUB-2; Security Hub CSPM User Guide,
"Impact of consolidation on ASFF fields and values", generator ids)."""

_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*\.[0-9]{1,4}")


def control_of(record: Mapping[str, Any]) -> str:
    """The id across standards (``RDS.3``) of what a finding is about; "" where it is about no control.

    Findings have it in ``Compliance``; those of before 2023, and those of other makers of this format, in the field
    ``ControlId`` of their product, or only at the end of their generator's id.
    """
    compliance, fields = record.get("Compliance"), record.get("ProductFields")
    generator = str(record.get("GeneratorId") or "")
    told = (
        compliance.get("SecurityControlId") if isinstance(compliance, Mapping) else None,
        fields.get("ControlId") if isinstance(fields, Mapping) else None,
        generator.rpartition("ruleset/")[2],
        generator.rpartition("/")[2],
    )
    return next((found for each in told if (found := _control(each))), "")


def _control(told: object) -> str:
    if not isinstance(told, str):
        return ""
    return _FORMER.get(told) or (told if _ID.fullmatch(told) else "")


def by_control(rules: Iterable[Rule] = RULES) -> Mapping[str, tuple[str, ...]]:
    """Control → the ids of the rules that ask for the same."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        for control in rule.aliases.get(HUB, ()):
            found[control] = (*found.get(control, ()), rule.id)
    return found


WATCHED: tuple[str, ...] = tuple(dict.fromkeys((*LIVE_CONTROLS, *by_control())))
"""All controls on RDS, and those on keys, networks and identities that a rule is about."""
