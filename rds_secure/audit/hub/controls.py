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
        **{
            f"PCI.{old}": new
            for old, new in (
                ("CloudTrail.1", "CloudTrail.2"), ("CloudTrail.2", "CloudTrail.3"), ("CloudTrail.3", "CloudTrail.4"),
                ("EC2.2", "EC2.2"), ("EC2.5", "EC2.13"), ("EC2.6", "EC2.6"), ("IAM.1", "IAM.4"), ("IAM.2", "IAM.2"),
                ("IAM.3", "IAM.1"), ("IAM.5", "IAM.9"), ("KMS.1", "KMS.4"), ("RDS.1", "RDS.1"), ("RDS.2", "RDS.2"),
            )
        },
        **{
            f"cis-aws-foundations-benchmark/v/1.2.0/rule/{old}": new
            for old, new in (
                ("1.5", "IAM.11"), ("1.6", "IAM.12"), ("1.7", "IAM.13"), ("1.8", "IAM.14"), ("1.9", "IAM.15"),
                ("1.10", "IAM.16"), ("1.12", "IAM.4"), ("1.13", "IAM.9"), ("1.16", "IAM.2"), ("1.22", "IAM.1"),
                ("2.1", "CloudTrail.1"), ("2.2", "CloudTrail.4"), ("2.7", "CloudTrail.2"), ("2.8", "KMS.4"),
                ("2.9", "EC2.6"), ("4.1", "EC2.13"), ("4.2", "EC2.14"), ("4.3", "EC2.2"),
            )
        },
        **{
            f"cis-aws-foundations-benchmark/v/1.4.0/{old}": new
            for old, new in (
                ("1.4", "IAM.4"), ("1.5", "IAM.9"), ("1.8", "IAM.15"), ("1.9", "IAM.16"), ("1.16", "IAM.1"),
                ("2.3.1", "RDS.3"), ("3.1", "CloudTrail.1"), ("3.2", "CloudTrail.4"), ("3.7", "CloudTrail.2"),
                ("3.8", "KMS.4"), ("3.9", "EC2.6"), ("5.1", "EC2.21"), ("5.3", "EC2.2"),
            )
        },
    }
)  # fmt: skip
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
"""All controls on RDS, and those on keys, networks, people, secrets and the account that a rule is about."""
