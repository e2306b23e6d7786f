"""Our verdicts on two estates made by hand, held one by one against those of scanners that others wrote. Never a test.

    python -m tests.scan.compare [--prowler PATH] [--custodian PATH] [--checkov PATH]

Both say something of the same property of the same thing where a rule has the scanner's id among its aliases (for
Custodian: where compare.yaml has a policy of the rule's name). Where they differ and no row of `EXPLAINED` says why,
that is printed, and then the run ends with 1. Checkov judges Terraform, into which AWS's replies are written.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rds_secure import api
from rds_secure.access.posture import Posture
from rds_secure.finding import State
from rds_secure.inventory.questions import EVERYTHING
from rds_secure.rules import Guardrails, Profile, subjects_of
from rds_secure.sandbox.server import serve_in_thread
from tests.audit.estates import bad, good
from tests.e2e.harness import Recorder, connect
from tests.scan import scanners, terraform

POLICIES = Path(__file__).with_name("compare.yaml")

Verdicts = dict[tuple[str, str], bool]
"""Rule and thing, as findings call them → whether it passes."""

EXPLAINED: Mapping[str, str] = {
    r"Checkov CKV2_AWS_69 tls-required db:.*": "PostgreSQL forces TLS from 15 on; it wants that written",
    r"Checkov CKV2_AWS_30 query-log db:.*": "its conditions are joined by or, the first is always met",
    r"Checkov CKV_AWS_286 no-escalation policy/helping": "it does not know user/${aws:username} for oneself",
    r"Checkov CKV_AWS_355 no-writes-everywhere policy/helping": "it counts reading, too",
    r"Checkov .* no-(escalation|writes-everywhere|permissions-everywhere) policy/all": "no-admin-policy does",
    r"Checkov .*CKV_AWS_24.* no-risky-ports sg-.*": "it knows the ports of administration, none of databases",
}
"""Scanner, its check, rule and thing, as a pattern → why the two differ."""

_ARN = (
    (r".*:rds:.*:(db|cluster|snapshot|cluster-snapshot):([^:]+)", r"\1:\2"),
    (r".*:security-group/(.+)", r"\1"),
    (r".*:kms:.*:key/(.+)", r"key:\1"),
    (r".*:iam:.*:(policy|user|role|group)/(?:.*/)?(.+)", r"\1/\2"),
)
"""How ARNs read as what findings call a thing."""


def main() -> int:
    """Build the estates, ask everybody, print what differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.scan.compare")
    for name in ("prowler", "custodian", "checkov"):
        parser.add_argument(f"--{name}", metavar="PATH")
    asked = parser.parse_args()
    left = [line for estate in (bad, good) for line in _differing(estate, asked)]
    _say(*left, f"{len(left)} verdicts differ without a reason")
    return 1 if left else 0


def _differing(estate: Callable[..., object], asked: argparse.Namespace) -> Iterator[str]:
    with serve_in_thread() as sandbox, tempfile.TemporaryDirectory() as made:
        estate(sandbox.client)
        posture = Posture(api.take_inventory(connect(sandbox, Recorder()), EVERYTHING))
        guardrails = Guardrails(Profile.STRICT)
        own: Verdicts = {
            (one.rule, one.subject): one.state is State.PASS
            for one in guardrails.judge(posture, datetime.now(UTC))
            if one.state in (State.PASS, State.FAIL)
        }
        things = [subject.name for subject in subjects_of(posture)]
        rules = {rule.id: rule for rule in guardrails.rules}
        told: dict[str, list[tuple[str, str, str, bool]]] = {}
        folder = Path(made)
        if asked.prowler:
            said = scanners.prowler(asked.prowler, sandbox, folder)
            told["Prowler"] = list(_by_alias(said, rules, "Prowler", _subject))
        if asked.checkov:
            labels = {terraform.label(thing): thing for thing in things}
            said = scanners.checkov(asked.checkov, sandbox, folder, terraform.written(sandbox.client))
            told["Checkov"] = list(_by_alias(said, rules, "Checkov", lambda label: labels.get(label, label)))
        if asked.custodian:
            found = list(scanners.custodian(asked.custodian, sandbox, folder, POLICIES))
            told["Custodian"] = list(_by_policy(found, own))
        for scanner, listed in told.items():
            both = [one for one in listed if (one[1], one[2]) in own]
            _say(f"{estate.__name__} estate: {scanner} and we both judge {len(both)} times")
            for check, rule, thing, passes in both:
                line = f"{scanner} {check} {rule} {thing}"
                if own[rule, thing] != passes and not any(re.fullmatch(pattern, line) for pattern in EXPLAINED):
                    yield f"{estate.__name__} estate: {line}: {_word(passes)}, we say {_word(own[rule, thing])}"


def _by_alias(
    said: Iterable[scanners.Said], rules: Mapping[str, Any], scanner: str, subject: Callable[[str], str]
) -> Iterator[tuple[str, str, str, bool]]:
    """What a scanner says, by our rule and the name that findings have for the thing.

    Where several of its checks make up one of our rules, a thing passes if it passes all of them.
    """
    named = {alias: rule.id for rule in rules.values() for alias in rule.aliases.get(scanner, ())}
    joined: dict[tuple[str, str], dict[str, bool]] = {}
    for check, thing, passes, _ in said:
        if check in named:
            of = joined.setdefault((named[check], subject(thing)), {})
            of[check] = of.get(check, True) and passes
    for (rule, thing), checks in joined.items():
        failing = [check for check, passes in checks.items() if not passes]
        yield ", ".join(failing or checks), rule, thing, not failing


def _by_policy(found: Iterable[tuple[str, Mapping[str, Any]]], own: Verdicts) -> Iterator[tuple[str, str, str, bool]]:
    """What Custodian finds fails; all else of what its policies are about passes."""
    failing = {(policy, _name(thing)) for policy, thing in found}
    asked = set(re.findall(r"name: ([a-z-]+)", POLICIES.read_text()))
    for rule, thing in own:
        if rule in asked and not thing.startswith(("cluster:", "role/", "group/")):
            yield rule, rule, thing, (rule, thing) not in failing


def _name(thing: Mapping[str, Any]) -> str:
    """What findings call a thing that AWS describes so."""
    match thing:
        case {"DBSnapshotIdentifier": name}:
            return f"snapshot:{name}"
        case {"DBInstanceIdentifier": name}:
            return f"db:{name}"
        case {"GroupId": name}:
            return str(name)
        case {"KeyId": name}:
            return f"key:{name}"
        case {"UserName": name}:
            return f"user/{name}"
        case {"PolicyName": name}:
            return f"policy/{name}"
    return "?"


def _subject(arn: str) -> str:
    for pattern, name in _ARN:
        if re.fullmatch(pattern, arn):
            return re.sub(pattern, name, arn)
    return arn


def _word(passes: bool) -> str:
    return "passes" if passes else "fails"


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
