"""Activity streams: what is refused, what is found, and the calls that start, stop and start again."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.kind import Found
from rds_secure.resources.activity_stream import KIND, ActivityStreamSpec
from rds_secure.values import Address
from tests.fakes import FakeReader
from tests.resources.planning import SCOPE, compare, complaints, created, declare, updated, wanted

CLUSTER = "arn:aws:rds:eu-west-1:123456789012:cluster:orders"
INSTANCE = "arn:aws:rds:eu-west-1:123456789012:db:ledger"
KEY, AWS_KEY = "0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-000000000002"
KEY_ARN = f"arn:aws:kms:eu-west-1:123456789012:key/{KEY}"
MINIMAL = {"of": CLUSTER, "kms_key": KEY}
ON = {"ActivityStreamMode": "async", "ActivityStreamKmsKeyId": KEY, "ActivityStreamKinesisStreamName": "aws-rds-das-1"}


def reader(status: str = "started", engine: str = "aurora-postgresql", **more: Any) -> FakeReader:
    """An account with one cluster and one instance, in the same state."""
    both = {"Engine": engine, "ActivityStreamStatus": status, **(ON if status == "started" else {}), **more}
    aliases = [{"AliasName": "alias/aws/rds", "TargetKeyId": AWS_KEY}, {"AliasName": "alias/mine", "TargetKeyId": KEY}]
    return FakeReader(
        {
            ("rds", "DescribeDBClusters"): {"DBClusters": [{"DBClusterArn": CLUSTER, **both}]},
            ("rds", "DescribeDBInstances"): {"DBInstances": [{"DBInstanceArn": INSTANCE, **both}]},
            ("kms", "ListAliases"): {"Aliases": aliases},
        }
    )


def read(looking: FakeReader, **fields: Any) -> list[Found[ActivityStreamSpec]]:
    return list(KIND.read(looking, wanted(KIND, declare(KIND, "audit", {**MINIMAL, **fields}))))


def verified(looking: FakeReader, **fields: Any) -> list[tuple[tuple[Any, ...], str]]:
    resource = declare(KIND, "audit", {**MINIMAL, **fields})
    return [(item.path, item.what) for item in KIND.verify(looking, resource, SCOPE)]


# What is refused


def test_an_instance_has_neither_members_nor_a_synchronous_stream() -> None:
    assert complaints(KIND, {**MINIMAL, "of": INSTANCE}) == []
    what = "the stream of an instance is always async"
    assert complaints(KIND, {**MINIMAL, "of": INSTANCE, "mode": "sync"}) == [(("mode",), what)]
    [(path, _)] = complaints(KIND, {**MINIMAL, "of": INSTANCE, "instance": "${db_instance.orders-1}"})
    assert path == ("instance",)


def test_the_database_is_there_has_streams_and_belongs_to_no_other_stack() -> None:
    assert verified(reader()) == []
    nowhere = CLUSTER.replace("orders", "nowhere")
    assert verified(reader(), of=nowhere) == [(("of",), f"there is no {nowhere} here")]
    theirs = [
        {"Key": "rds-secure:stack", "Value": "billing"},
        {"Key": "rds-secure:address", "Value": "db_cluster.orders/orders"},
    ]
    assert verified(reader(TagList=theirs)) == [(("of",), f"{CLUSTER} is of stack billing")]
    assert verified(reader(engine="sqlserver-se"), of=INSTANCE) == []
    [(path, _)] = verified(reader(engine="postgres"), of=INSTANCE)
    assert path == ("of",)


def test_only_aurora_postgresql_waits_for_its_events() -> None:
    assert verified(reader(), mode="sync") == []
    what = "a stream of aurora-mysql is always async"
    assert verified(reader(engine="aurora-mysql"), mode="sync") == [(("mode",), what)]


def test_a_key_of_awss_own_is_refused() -> None:
    what = "a key of AWS's own encrypts no activity stream"
    assert verified(reader(), kms_key=AWS_KEY) == [(("kms_key",), what)]


# What is found


def test_a_stream_that_is_on_is_found_under_its_key_and_equals_its_spec() -> None:
    """RDS-3: keys are compared by their ARNs."""
    [one] = read(reader())
    assert (one.name, one.exports) == ("audit", {"name": "audit", "stream": "aws-rds-das-1"})
    difference, _ = compare(KIND, declare(KIND, "audit", MINIMAL), one)
    assert (one.spec.kms_key, list(difference.changes)) == (KEY_ARN, [])


def test_a_stream_that_is_off_is_not_there_and_one_that_stops_is_waited_for() -> None:
    assert read(reader("stopped")) == []
    [one] = read(reader("stopping"))
    assert (one.busy, one.blocked) == ("stopping", "it stops just now: apply again when it has")


def test_a_stream_that_starts_takes_no_change_yet() -> None:
    [one] = read(reader(ActivityStreamStatus="starting"))
    assert one.busy == "starting"


# The calls


def test_it_is_started_after_the_instance_and_done_once_it_is_on() -> None:
    fields = {**MINIMAL, "instance": "${db_instance.orders-1}"}
    [start] = created(KIND, declare(KIND, "audit", fields))
    assert start.params == {
        "ResourceArn": CLUSTER,
        "Mode": "async",
        "KmsKeyId": KEY_ARN,
        "ApplyImmediately": True,
    }
    assert start.after == (Address("db_instance", "orders-1"),)
    assert start.wait is not None
    assert start.wait.until[0].any_of == ("started",)


def test_the_fields_of_an_engines_own_audit_are_of_instances() -> None:
    [start] = created(KIND, declare(KIND, "audit", {**MINIMAL, "of": INSTANCE, "native_audit_fields": "true"}))
    assert start.params["EngineNativeAuditFieldsIncluded"] is True
    assert start.wait is not None
    assert start.wait.action == "DescribeDBInstances"


def test_a_change_stops_it_and_starts_it_again_and_says_so() -> None:
    [one] = read(reader())
    resource = declare(KIND, "audit", {**MINIMAL, "mode": "sync"})
    assert [item.action for item in updated(KIND, resource, one)] == ["StopActivityStream", "StartActivityStream"]
    _, change = compare(KIND, resource, one)
    [note] = KIND.follow(change, {}).notes
    assert note.endswith("nothing is streamed in between, and the cluster restarts at once")


@pytest.mark.parametrize(("of", "said"), [(CLUSTER, ["cluster"]), (INSTANCE, ["database", "Oracle"])])
def test_starting_it_is_said_to_restart_the_database(of: str, said: list[str]) -> None:
    """RDS User Guide, "Starting a database activity stream"."""
    resource = declare(KIND, "audit", {**MINIMAL, "of": of})
    notes = list(KIND.notes(resource, None))
    assert len(notes) == len(said)
    assert all(word in note for word, note in zip(said, notes, strict=True))
    assert all(call.restarts for call in created(KIND, resource))
