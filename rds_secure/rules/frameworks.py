"""What public mappings say that a rule bears on: requirements of PCI DSS 4.0.1, criteria of SOC 2, CIS. Tables of ids.

Two sources, both by what others call the same rule: what the Security Hub CSPM User Guide lists as related requirements
of a control (PCI DSS v4.0.1), and the files of Prowler 5.46.0 (Apache-2.0) ``compliance/aws/pci_4.0_aws.json``,
``soc2_aws.json`` and ``cis_7.0_aws.json``. Prowler's are of PCI DSS 4.0: 4.0.1 changed words, and no requirement was
added, taken out or numbered anew (PCI SSC, June 2024). That a rule bears on a requirement does not mean it is met.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from rds_secure.rules.model import Rule

PCI, SOC, CIS = "PCI DSS 4.0.1", "SOC 2", "CIS"
NUMBERED = (CIS, PCI, SOC)
"""Whose ids mean nothing without their name: 3.2.1."""

_BY_CONTROL: Mapping[str, str] = MappingProxyType(
    {
        "EC2.13": "1.3.1",
        "EC2.14": "1.3.1",
        "EC2.15": "1.4.4",
        "EC2.21": "1.3.1",
        "GuardDuty.9": "11.5.1",
        "IAM.7": "8.3.6 8.3.7 8.3.9 8.3.10.1 8.6.3",
        "IAM.9": "8.4.2",
        "IAM.11": "8.3.6 8.6.3",
        "IAM.12": "8.3.6 8.6.3",
        "IAM.14": "8.3.6 8.6.3",
        "IAM.16": "8.3.7",
        "KMS.4": "3.7.4",
        "RDS.2": "1.4.4",
        "RDS.9": "10.2.1",
        "RDS.13": "6.3.3",
        "RDS.20": "11.5.2",
        "RDS.21": "11.5.2",
        "RDS.22": "11.5.2",
        "RDS.24": "2.2.2",
        "RDS.25": "2.2.2",
        "RDS.34": "10.2.1",
        "RDS.35": "6.3.3",
        "RDS.36": "10.4.2",
        "RDS.37": "10.4.2",
        "SecretsManager.1": "8.3.9 8.6.3",
        "SecretsManager.2": "8.3.9 8.6.3",
        "SecretsManager.4": "8.3.9 8.6.3",
    }
)
"""Control of Security Hub → requirements of PCI DSS v4.0.1, as its pages on RDS, KMS, EC2, IAM, GuardDuty and Secrets
Manager tell."""


class _Ids(NamedTuple):
    """What a check of Prowler is mapped to there: ids between blanks."""

    pci: str = ""
    soc: str = ""
    cis: str = ""


_KEYS = "3.5.1.1 3.5.1.3 3.6.1 3.6.1.2 3.6.1.3 3.6.1.4 3.7.1 3.7.2 3.7.4 3.7.6 3.7.7 4.2.1.1"
_PEOPLE = "7.2.1 7.2.2 7.2.5 7.3.1 7.3.2 7.3.3 8.2.7 8.2.8 8.3.4"
_WALLS = "1.2.8 1.3.1 1.3.2 1.4.2 1.5.1 A1.1.3"
_LOGS = (
    "5.3.4 10.2.1 10.2.1.1 10.2.1.2 10.2.1.3 10.2.1.4 10.2.1.5 10.2.1.6 10.2.1.7 10.2.2 10.3.1 10.6.3 A1.2.1"
)  # fmt: skip
_PORT = "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port"

_BY_CHECK: Mapping[str, _Ids] = MappingProxyType(
    {
        "cloudtrail_kms_encryption_enabled": _Ids("3.5.1 8.3.2 10.3.2 10.3.3 10.3.4 A1.2.1", cis="4.5"),
        "cloudtrail_log_file_validation_enabled": _Ids("10.3.2 10.3.3 10.3.4 A1.2.1", "CC7.3 PI1.3", "4.2"),
        "cloudtrail_multi_region_enabled": _Ids(_LOGS, "A1.2 CC2.1 CC7.2 PI1.3", "4.1"),
        "ec2_networkacl_allow_ingress_any_port": _Ids(soc="CC6.6", cis="6.2"),
        "ec2_networkacl_allow_ingress_tcp_port_22": _Ids(soc="CC6.6", cis="6.2"),
        "ec2_networkacl_allow_ingress_tcp_port_3389": _Ids(_WALLS, "CC6.6", "6.2"),
        "ec2_securitygroup_allow_ingress_from_internet_to_all_ports": _Ids(soc="CC6.6", cis="6.3 6.4"),
        "ec2_securitygroup_allow_ingress_from_internet_to_any_port": _Ids(f"{_WALLS} 1.2.5 2.2.5", "CC6.6"),
        "ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports": _Ids(soc="CC6.6"),
        f"{_PORT}_22": _Ids(_WALLS, "CC6.6 CC7.2", "6.3 6.4"),
        f"{_PORT}_3389": _Ids(soc="CC6.6", cis="6.3 6.4"),
        f"{_PORT}_mysql_3306": _Ids(soc="CC6.6"),
        f"{_PORT}_oracle_1521_2483": _Ids(soc="CC6.6"),
        f"{_PORT}_postgres_5432": _Ids(soc="CC6.6"),
        f"{_PORT}_sql_server_1433_1434": _Ids(soc="CC6.6"),
        "ec2_securitygroup_allow_wide_open_public_ipv4": _Ids(soc="CC6.6"),
        "ec2_securitygroup_default_restrict_traffic": _Ids(cis="6.5"),
        "iam_customer_attached_policy_no_administrative_privileges": _Ids(soc="CC1.3 CC6.3", cis="2.14"),
        "iam_inline_policy_allows_privilege_escalation": _Ids(soc="CC3.3"),
        "iam_inline_policy_no_administrative_privileges": _Ids(soc="CC1.3 CC6.3"),
        "iam_inline_policy_no_full_access_to_kms": _Ids(f"{_KEYS} {_PEOPLE} 7.2.3"),
        "iam_no_root_access_key": _Ids("7.2.1 7.2.2 7.2.3 8.2.1 8.2.2 8.2.4 8.2.5 8.3.11", cis="2.4"),
        "iam_password_policy_minimum_length_14": _Ids(cis="2.8"),
        "iam_password_policy_reuse_24": _Ids(cis="2.9"),
        "iam_policy_attached_only_to_group_or_roles": _Ids(
            f"{_PEOPLE} 8.2.1 8.2.2 8.2.4 8.2.5 8.3.11", "CC1.3", "2.13"
        ),
        "iam_policy_cloudshell_admin_not_attached": _Ids(f"{_PEOPLE} 7.2.3", cis="2.20"),
        "iam_policy_no_full_access_to_kms": _Ids(f"{_KEYS} {_PEOPLE} 7.2.3"),
        "iam_root_mfa_enabled": _Ids("8.4.1 8.4.2 8.4.3", cis="2.5"),
        "kms_cmk_not_deleted_unintentionally": _Ids(_KEYS),
        "kms_cmk_rotation_enabled": _Ids("3.7.4 3.7.5", "PI1.5", "4.6"),
        "kms_key_not_publicly_accessible": _Ids(cis="2.21"),
        "rds_cluster_iam_authentication_enabled": _Ids(_PEOPLE),
        "rds_cluster_integration_cloudwatch_logs": _Ids(_LOGS, "PI1.3"),
        "rds_cluster_multi_az": _Ids(cis="3.2.4"),
        "rds_cluster_storage_encrypted": _Ids("3.5.1 8.3.2", "PI1.5"),
        "rds_instance_backup_enabled": _Ids("10.3.3", "A1.2 CC7.4"),
        "rds_instance_copy_tags_to_snapshots": _Ids(soc="CC7.5"),
        "rds_instance_deletion_protection": _Ids(soc="C1.1"),
        "rds_instance_event_subscription_security_groups": _Ids(_WALLS),
        "rds_instance_iam_authentication_enabled": _Ids(_PEOPLE),
        "rds_instance_integration_cloudwatch_logs": _Ids(_LOGS, "A1.2 CC7.2 CC7.3 PI1.3"),
        "rds_instance_minor_version_upgrade_enabled": _Ids("6.3.3", cis="3.2.2"),
        "rds_instance_multi_az": _Ids(cis="3.2.4"),
        "rds_instance_no_public_access": _Ids(f"{_WALLS} 3.5.1.3 10.3.2 A1.1.2 A3.4.1", "CC6.2", "3.2.3"),
        "rds_instance_storage_encrypted": _Ids("3.5.1 8.3.2", "PI1.5", "3.2.1"),
        "rds_snapshots_encrypted": _Ids("3.5.1 8.3.2"),
        "rds_snapshots_public_access": _Ids("3.5.1.3 10.3.2 A1.1.2 A3.4.1"),
        "secretsmanager_automatic_rotation_enabled": _Ids("3.5.1 8.2.2 8.3.2 8.3.5 8.3.7 8.3.9 8.3.10.1 8.6.3"),
        "secretsmanager_not_publicly_accessible": _Ids(cis="2.21"),
        "securityhub_enabled": _Ids(
            "10.2.1.1 10.4.1 10.4.1.1 10.4.2 10.6.3 10.7.1 10.7.2 A3.3.1 A3.5.1",
            "CC3.1 CC6.8 CC7.1 CC7.2 CC7.3 CC7.4",
            "5.16",
        ),
        "vpc_flow_logs_enabled": _Ids(_LOGS, "CC7.2 CC7.3", "4.7"),
        "vpc_subnet_no_public_ip_by_default": _Ids(soc="CC6.6"),
    }
)
"""Check of Prowler → ids. A check that is mapped to none has no row."""


def with_frameworks(rule: Rule) -> Rule:
    """The rule with what public mappings say beside its own aliases."""
    aliases = dict(rule.aliases)
    mapped = [_BY_CHECK[check] for check in aliases.get("Prowler", ()) if check in _BY_CHECK]
    controls = [_BY_CONTROL[control] for control in aliases.get("Security Hub", ()) if control in _BY_CONTROL]
    further = {
        CIS: _sorted((*aliases.get(CIS, ()), *(one for ids in mapped for one in ids.cis.split()))),
        PCI: _sorted(one for ids in (*controls, *(each.pci for each in mapped)) for one in ids.split()),
        SOC: _sorted(one for ids in mapped for one in ids.soc.split()),
    }
    aliases.update({whose: ids for whose, ids in further.items() if ids})
    return replace(rule, aliases=aliases)


def _sorted(ids: Iterable[str]) -> tuple[str, ...]:
    """By their numbers, each once: 7.2.5 before 10.2.1, and that before A1.1.2."""
    return tuple(sorted(set(ids), key=_parts))


def _parts(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (1_000, part) for part in re.findall(r"\d+|[A-Za-z]+", name)]
