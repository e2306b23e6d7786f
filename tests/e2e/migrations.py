"""Databases with attributes drawn by chance, each migrated: what of them is another one afterwards.

``python -m tests.e2e.migrations 100`` takes some minutes, and ends with 1 if anything is lost on the way.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rds_secure.sandbox.server import serve_in_thread
from tests.e2e.harness import Harness, Recorder, Resources, connect

ROLE: Resources = {"iam_role": {"monitoring": {"trust": {"services": ["monitoring.rds.amazonaws.com"]}}}}
ENGINES = {"postgres": ("16", ("postgresql", "upgrade")), "mysql": ("8.0", ("audit", "error", "general", "slowquery"))}
"""Engine → its version, and the logs that it exports."""
_NAMED = {
    *(
        "DBInstanceStatus",
        "DbiResourceId",
        "InstanceCreateTime",
        "KmsKeyId",
        "LatestRestorableTime",
        "MasterUserSecret",
    ),
    *("StorageEncrypted", "PerformanceInsightsKMSKeyId", "EnhancedMonitoringResourceArn"),
}
"""What a plan of a migration says is another one afterwards, and what is a moment."""


def drawn(seed: int) -> dict[str, Any]:
    """The fields of a database."""
    chance = random.Random(seed)
    engine = random.Random(f"the engine of {seed}").choice(sorted(ENGINES))
    version, logs = ENGINES[engine]
    day = chance.choice(("mon", "wed", "sun"))
    fields: dict[str, Any] = {
        "engine": engine,
        "engine_version": version,
        "instance_class": chance.choice(("db.t4g.medium", "db.m7g.large")),
        "storage_gib": (size := chance.randint(20, 500)),
        "storage_type": chance.choice(("gp2", "gp3")),
        "max_storage_gib": chance.choice((0, 2 * size)),
        "multi_az": chance.random() < 0.5,
        "port": chance.randint(5000, 6000),
        "backup_days": chance.randint(1, 35),
        "backup_window": f"0{chance.randint(1, 3)}:00-0{chance.randint(4, 5)}:00",
        "maintenance_window": f"{day}:1{chance.randint(0, 9)}:00-{day}:2{chance.randint(1, 3)}:00",
        "copy_tags": chance.random() < 0.5,
        "deletion_protection": chance.random() < 0.5,
        "minor_upgrades": chance.random() < 0.5,
        "iam_auth": chance.random() < 0.5,
        "log_exports": [name for name in logs if chance.random() < 0.5],
        "tags": {f"key-{number}": f"value {number}" for number in range(chance.randint(0, 5))},
        "subnet_group": "${db_subnet_group.orders}",
        "security_groups": ["${security_group.orders-db}"],
    }
    if chance.random() < 0.5:
        fields |= {"monitoring_seconds": chance.choice((15, 60)), "monitoring_role": "${iam_role.monitoring}"}
    if chance.random() < 0.5:
        fields |= {"insights": True, "insights_days": chance.choice((7, 31))}
    return fields


def lost(harness: Harness, around: Resources, seed: int) -> Iterator[str]:
    """What is another one after the migration of a database, and was not to be; and what the next plan would do."""
    fields = drawn(seed)
    is_rekeyed = random.Random(f"the key of {seed}").random() < 0.5
    protected = {"kms_key": "${kms_key.one}"} if is_rekeyed else {"encrypted": False}
    plain = {**around, **ROLE, "db_instance": {"orders": {**fields, **protected}}}
    harness.make(plain)
    before = _seen(harness)
    key = _described(harness)["KmsKeyId"] if is_rekeyed else "none"
    entry = {"from": key, "quiesce": random.Random(seed).choice(("none", "revoke-ingress"))}
    asked = {**plain, "db_instance": {"orders": {**fields, "kms_key": "${kms_key.two}", "migration": entry}}}

    applied = harness.apply(asked)

    after = _seen(harness)
    yield from (
        f"{name} was {before.get(name)}, and is {after.get(name)}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )
    yield from (f"{step.address} would change" for step in applied.again.plan.steps if step.operations)


def _described(harness: Harness) -> dict[str, Any]:
    (found,) = harness.client("rds").describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"]
    return dict(found)


def _seen(harness: Harness) -> dict[str, Any]:
    found = _described(harness)
    users = [tag for tag in found.pop("TagList") if not tag["Key"].startswith("rds-secure:")]
    seen = {name: value for name, value in found.items() if name not in _NAMED and value not in (False, [], None)}
    zone = {} if found["MultiAZ"] else {"AvailabilityZone": seen.pop("AvailabilityZone")}
    seen.pop("AvailabilityZone", None)
    seen.pop("SecondaryAvailabilityZone", None)  # AWS chooses both (RDS-16)
    return {**seen, **zone, "tags": sorted(tag["Key"] + "=" + tag["Value"] for tag in users)}


def main(words: list[str]) -> int:
    """Migrate as many as asked for, and tell of each that lost anything."""
    from tests.e2e.test_migration import AROUND

    found = 0
    with serve_in_thread() as sandbox, tempfile.TemporaryDirectory() as folder:
        recorder = Recorder()
        for seed in range(int(words[0])):
            sandbox.reset()
            sandbox.realism("all")
            recorder.clear()
            harness = Harness(sandbox, connect(sandbox, recorder), recorder, Path(folder) / str(seed))
            problems = list(lost(harness, AROUND, seed))
            found += bool(problems)
            for problem in problems:
                sys.stdout.write(f"{seed}: {problem}\n")
    sys.stdout.write(f"{int(words[0]) - found} of {words[0]} lost nothing\n")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
