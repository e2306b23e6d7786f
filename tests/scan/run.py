"""Scanners of AWS accounts, run against what specs/strict.yaml provisions in a sandbox of their own. Never a test.

    python -m tests.scan.run [--prowler PATH] [--custodian PATH]

Prowler (`prowler`) and Cloud Custodian (`c7n`) are no dependencies: they are installed elsewhere, and found by path.
Prowler judges by its own checks of RDS, KMS, IAM and EC2, Custodian by custodian.yaml. What is found and no row of
`EXPLAINED` explains is printed, and then the run ends with 1.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from rds_secure.sandbox import Sandbox
from rds_secure.sandbox.server import serve_in_thread
from tests.e2e.harness import SPECS, Harness, Recorder, connect
from tests.scan import scanners

POLICIES = Path(__file__).with_name("custodian.yaml")

EXPLAINED: Mapping[str, str] = {
    r"ec2_(ebs|instance)_.*": "the hosts of the sandbox's seed, which stand for what was there before",
    r"ec2_networkacl_.*": "likewise, the network ACL of their VPC",
    r"ec2_securitygroup_not_used .*": "the emulator gives databases no network interfaces",
    r"iam_(password_policy|check_saml|securityaudit|support)_.*": "the account's own",
    r"iam_user_hardware_mfa_enabled .*": "devices are people's own, and no spec has them",
    r"rds_\w+_protected_by_backup_plan .*": "plans of AWS Backup are not made here",
    r"rds_\w+_event_subscription\w* \d{12}": "a failure for every subscription to something else, and a pass for ours",
}
"""Check and thing, as a pattern → why that says nothing against the spec."""


def main() -> int:
    """Apply the spec, run what scanners there are, print what they find."""
    parser = argparse.ArgumentParser(prog="python -m tests.scan.run")
    parser.add_argument("--prowler", metavar="PATH")
    parser.add_argument("--custodian", metavar="PATH")
    asked = parser.parse_args()
    with serve_in_thread() as sandbox, tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        harness = Harness(sandbox, connect(sandbox, Recorder()), Recorder(), folder)
        harness.make(SPECS / "strict.yaml")
        found = {
            *(_prowler(asked.prowler, sandbox, folder) if asked.prowler else ()),
            *(_custodian(asked.custodian, sandbox, folder) if asked.custodian else ()),
        }
    left = sorted(one for one in found if not any(re.fullmatch(pattern, one) for pattern in EXPLAINED))
    _say(*left, f"{len(found) - len(left)} findings are explained, {len(left)} are not")
    return 1 if left else 0


def _prowler(program: str, sandbox: Sandbox, folder: Path) -> Iterator[str]:
    """What fails, as check and thing. A subscription that passes, passes for its kind of source."""
    said = list(scanners.prowler(program, sandbox, folder))
    passed = {one.check for one in said if one.passes}
    _say(f"Prowler: {len(said)} verdicts, {sum(one.passes for one in said)} of them passes")
    for one in said:
        if not one.passes:
            never = "event_subscription" in one.check and one.check not in passed
            yield f"{one.check} {one.name}{' (none passes)' if never else ''}"


def _custodian(program: str, sandbox: Sandbox, folder: Path) -> Iterator[str]:
    """What the policies find, as policy and thing."""
    for policy, thing in scanners.custodian(program, sandbox, folder, POLICIES):
        name = next(value for key, value in thing.items() if key.endswith(("Identifier", "Name", "Id")))
        yield f"{policy} {name}"


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main())
