"""The security standards of Security Hub: short names, and the ARNs they go by in a partition and region."""

from __future__ import annotations

import re

_PATHS = {
    "fsbp": "standards/aws-foundational-security-best-practices/v/1.0.0",
    "cis-1.2": "ruleset/cis-aws-foundations-benchmark/v/1.2.0",
    "cis-1.4": "standards/cis-aws-foundations-benchmark/v/1.4.0",
    "cis-3.0": "standards/cis-aws-foundations-benchmark/v/3.0.0",
    "cis-5.0": "standards/cis-aws-foundations-benchmark/v/5.0.0",
    "nist-800-53": "standards/nist-800-53/v/5.0.0",
    "nist-800-171": "standards/nist-800-171/v/2.0.0",
    "pci-dss-3.2": "standards/pci-dss/v/3.2.1",
    "pci-dss-4.0": "standards/pci-dss/v/4.0.1",
    "tagging": "standards/aws-resource-tagging-standard/v/1.0.0",
}
"""From the user guide of Security Hub CSPM, "Standards reference". The first of CIS's has no region in its ARN."""

NAMES = tuple(_PATHS)
WRITTEN = rf"{'|'.join(map(re.escape, NAMES))}|arn:[a-z-]+:securityhub:[a-z0-9-]*::[a-z]+/[A-Za-z0-9./_-]+"
"""How a standard is written: by its short name, or, where it has none here, by its ARN."""


def arn(written: str, partition: str, region: str) -> str:
    """The ARN of a standard, however it is written."""
    path = _PATHS.get(written)
    if path is None:
        return written
    return f"arn:{partition}:securityhub:{region if path.startswith('standards/') else ''}::{path}"


def short(written: str, partition: str, region: str) -> str:
    """The short name of a standard, if it has one; the inverse of `arn`."""
    return next((name for name in NAMES if arn(name, partition, region) == written), written)
