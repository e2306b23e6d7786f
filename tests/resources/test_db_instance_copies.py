"""Copies of automated backups in another region: what fits, what is read there, and the calls that go there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure.kind import Found
from rds_secure.resources.db_instance import KIND, copies
from tests.fakes import FakeReader
from tests.models import assert_valid, assert_valid_call
from tests.resources.instances import ARN, KEY_ID, complaints, described, fails, holds, instance, refused
from tests.resources.planning import SCOPE, compare, updated, wanted

THERE = "eu-central-1"
KEY, OTHER = (f"arn:aws:kms:{THERE}:123456789012:key/{KEY_ID[:-1]}{last}" for last in "ab")
BACKUP = f"arn:aws:rds:{THERE}:123456789012:auto-backup:ab-1"
COPIED = {"DBInstanceAutomatedBackupsReplications": [{"DBInstanceAutomatedBackupsArn": BACKUP}]}
START, STOP = "StartDBInstanceAutomatedBackupsReplication", "StopDBInstanceAutomatedBackupsReplication"


def live(**fields: Any) -> Found[Any]:
    """What is read of an instance, with copies under KEY that are kept for 14 days where it lists any."""
    backup = {"DBInstanceArn": ARN, "DBInstanceAutomatedBackupsArn": BACKUP, "KmsKeyId": KEY}
    stopped = {**backup, "KmsKeyId": OTHER, "Status": "retained", "BackupRetentionPeriod": 3}
    answers = {
        ("rds", "DescribeDBInstances"): {"DBInstances": [described(**fields)]},
        ("rds", "DescribeDBInstanceAutomatedBackups"): {
            "DBInstanceAutomatedBackups": [stopped, {**backup, "Status": "active", "BackupRetentionPeriod": 14}]
        },
    }
    reader = FakeReader(answers)
    [one] = KIND.read(reader, wanted(KIND, instance()))
    for call in reader.calls:
        assert_valid_call(*call)
    assert reader.regions == [None, *([THERE] if fields else [])], "asked there only where there are copies"
    return one


def test_copies_are_read_where_they_are() -> None:
    copy = live(**COPIED).spec.backup_copy
    assert (copy.region, copy.key, copy.retention_days) == (THERE, KEY, 14)
    assert live().spec.backup_copy.region is None


def test_what_is_as_it_is_written_is_no_difference() -> None:
    for written in ({"region": THERE, "key": KEY}, {"region": THERE, "key": KEY, "retention_days": "14"}, ...):
        difference, _ = compare(KIND, instance(backup_copy=written), live(**COPIED))
        assert (difference.changes, difference.refused) == ([], [])
    difference, _ = compare(KIND, instance(backup_copy={}), live())
    assert (difference.changes, difference.refused) == ([], [])


def calls(written: Any, found: Found[Any]) -> list[tuple[str, str, dict[str, Any]]]:
    operations = updated(KIND, instance(backup_copy=written), found)
    for operation in operations:
        assert_valid(operation)
    return [(item.action, item.region, dict(item.params)) for item in operations]


def test_they_are_started_and_stopped_in_the_region_that_they_go_to() -> None:
    source = {"SourceDBInstanceArn": ARN}
    sent = {**source, "SourceRegion": "eu-west-1"}
    begun = (START, THERE, {**sent, "KmsKeyId": KEY})
    stopped = (STOP, THERE, source)
    assert calls({"region": THERE, "key": KEY}, live()) == [begun]
    assert calls({}, live(**COPIED)) == [stopped]
    longer = {"region": THERE, "key": KEY, "retention_days": "21"}
    again = (START, THERE, {**sent, "KmsKeyId": KEY, "BackupRetentionPeriod": 21})
    assert calls(longer, live(**COPIED)) == [stopped, again]
    elsewhere = {"region": "us-west-2", "key": KEY.replace(THERE, "us-west-2")}
    assert [(action, region) for action, region, _ in calls(elsewhere, live(**COPIED))] == [
        (STOP, THERE),
        (START, "us-west-2"),
    ]


def test_a_new_instance_is_there_before_its_copies() -> None:
    made = KIND.create(instance(backup_copy={"region": THERE, "key": KEY}), SCOPE)
    assert [(item.action, item.region) for item in made] == [("CreateDBInstance", ""), (START, THERE)]


def test_what_was_started_or_stopped_is_waited_for_where_the_instance_is() -> None:
    [start] = updated(KIND, instance(backup_copy={"region": THERE, "key": KEY}), live())
    [stop] = updated(KIND, instance(backup_copy={}), live(**COPIED))
    assert not holds(start.wait, described())
    assert holds(start.wait, described(**COPIED))
    assert not holds(stop.wait, described(**COPIED))
    assert holds(stop.wait, described())
    assert not fails(start.wait, described())


def test_another_key_is_refused_as_long_as_copies_are_there() -> None:
    advice = refused(instance(backup_copy={"region": THERE, "key": OTHER}), live(**COPIED))["backup_copy.key"]
    assert "write backup_copy: {}, apply, delete the copies by hand" in advice
    elsewhere = {"region": "us-west-2", "key": KEY.replace(THERE, "us-west-2")}
    assert refused(instance(backup_copy=elsewhere), live(**COPIED)) == {}


def test_what_is_left_of_them_is_said() -> None:
    resource = instance(backup_copy={})
    _, change = compare(KIND, resource, live(**COPIED))
    matched = change.live
    stay = f"the copies of its backups that are in {THERE} stay there until their days are over"
    assert stay in list(KIND.notes(resource, matched))
    facts = {**matched.facts, "final_snapshot": "orders-final-1"}
    assert KIND.delete(_with(matched, facts), SCOPE)[-1].summary.endswith(
        f"leaving snapshot orders-final-1; the copies of its backups in {THERE} stay for their days"
    )


def _with(matched: Any, facts: dict[str, Any]) -> Any:
    return replace(matched, found=replace(matched.found, facts=facts))


@pytest.mark.parametrize(
    ("written", "path", "what"),
    [
        ({"key": KEY}, ("backup_copy",), "a copy needs a region to go to"),
        (
            {"region": THERE},
            ("backup_copy",),
            "copies of an encrypted database are encrypted with a key of the region that they go to",
        ),
        (
            {"region": "us-west-2", "key": KEY},
            ("backup_copy", "key"),
            f"the key is in {THERE}, and the copies go to us-west-2",
        ),
    ],
)
def test_a_copy_needs_a_region_and_a_key_of_it(written: dict[str, str], path: tuple[str, ...], what: str) -> None:
    assert (path, what) in [(path, what) for path, what, _ in complaints(backup_copy=written)]


def test_a_copy_fits_what_it_is_a_copy_of() -> None:
    copy = {"region": THERE, "key": KEY}
    assert complaints(backup_copy=copy) == complaints(backup_copy={}) == []
    assert [path for path, *_ in complaints(backup_copy=copy, encrypted="false")] == [("backup_copy", "key")]
    assert [path for path, *_ in complaints(backup_copy=copy, backup_days="0")] == [("backup_copy",)]


def test_a_copy_goes_to_another_region_in_which_backups_can_be_listed() -> None:
    reader = FakeReader({("rds", "DescribeDBInstanceAutomatedBackups"): {"DBInstanceAutomatedBackups": []}})
    here = instance(backup_copy={"region": "eu-west-1", "key": KEY.replace(THERE, "eu-west-1")}).spec
    assert [item.what for item in copies.verify(reader, here, SCOPE)] == ["backups are in eu-west-1 anyway"]
    assert list(copies.verify(reader, instance(backup_copy={"region": THERE, "key": KEY}).spec, SCOPE)) == []
    assert reader.regions == [THERE]
