"""How severe Security Hub calls each control. A table.

Read on 2026-11-24 in its user guide, on the pages "Security Hub CSPM controls for Amazon RDS", "… AWS KMS",
"… Amazon EC2", "… AWS Identity and Access Management", "… Secrets Manager", "… AWS CloudTrail", "… Amazon GuardDuty".
"""

from __future__ import annotations

from collections.abc import Mapping

from rds_secure.finding import Severity

_WRITTEN = """
critical: RDS.1 RDS.2 KMS.3 KMS.5 EC2.19 IAM.4 IAM.6 IAM.9 CloudTrail.6
high: RDS.13 RDS.46 RDS.51 EC2.2 EC2.13 EC2.14 EC2.18 IAM.1 IAM.28 GuardDuty.9 CloudTrail.1 CloudTrail.3
medium: RDS.3 RDS.4 RDS.5 RDS.7 RDS.9 RDS.10 RDS.11 RDS.12 RDS.14 RDS.15 RDS.24 RDS.25 RDS.26 RDS.27 RDS.34 RDS.35
  RDS.36 RDS.37 RDS.38 RDS.39 RDS.40 RDS.41 RDS.42 RDS.43 RDS.44 RDS.45 RDS.50 KMS.1 KMS.2 KMS.4 EC2.6 EC2.15 EC2.21
  IAM.3 IAM.5 IAM.7 IAM.8 IAM.10 IAM.11 IAM.12 IAM.13 IAM.14 IAM.15 IAM.19 IAM.22 IAM.26 IAM.27 SecretsManager.1
  SecretsManager.2 SecretsManager.3 SecretsManager.4 CloudTrail.2
low: RDS.6 RDS.8 RDS.16 RDS.17 RDS.19 RDS.20 RDS.21 RDS.22 RDS.23 RDS.28 RDS.29 RDS.30 RDS.31 RDS.32 RDS.33 RDS.47
  RDS.48 IAM.2 IAM.16 IAM.17 IAM.18 IAM.21 IAM.23 IAM.24 IAM.25 SecretsManager.5 CloudTrail.4 CloudTrail.5 CloudTrail.7
"""


def _table() -> Mapping[str, Severity]:
    found: dict[str, Severity] = {}
    severity = Severity.LOW
    for word in _WRITTEN.split():
        if word.endswith(":"):
            severity = Severity.parse(word[:-1])
        else:
            assert word not in found, word
            found[word] = severity
    return found


SEVERITIES = _table()
"""Control → severity."""
