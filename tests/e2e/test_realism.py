"""Each row of the sandbox's realism, alone: an apply gets there, and would not without the wait or retry that it has.

A `Case` plans one change; `blunt` takes something away from every call of that plan, and what comes of it then is
what the row shows. Rows that no wait or retry answers have tests of their own below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jmespath
import pytest

from rds_secure import api
from rds_secure.apply import Outcome
from rds_secure.errors import SpecError
from rds_secure.operation import Operation
from rds_secure.plan import Deletion
from tests.e2e import looks
from tests.e2e.harness import DATA, EVERYTHING, Harness, Resources
from tests.e2e.tables.db_cluster import BASE as CLUSTER
from tests.e2e.tables.db_cluster import MULTI_AZ
from tests.e2e.tables.db_cluster import modify as modify_cluster
from tests.e2e.tables.db_instance import BASE, modify, options, shelf
from tests.fakes import FakeClock

VPC = {"tag": {"Name": "main"}}
SUBNETS = {"vpc": VPC, "tag": {"Tier": "private"}}
ALLOW = {"effect": "allow", "actions": ["rds:Describe*"], "resources": ["*"]}
ALIAS = "alias/bench/data"

Blunt = Callable[[Operation], Operation]
Seen = Callable[[Harness, Outcome], Any]


def database(**fields: Any) -> Resources:
    return {"db_instance": {"orders": {**BASE, **fields}}}


def without_waits(operation: Operation) -> Operation:
    return replace(operation, wait=None)


def without_retries(operation: Operation) -> Operation:
    return replace(operation, retry_on=())


def without_both(operation: Operation) -> Operation:
    return without_waits(without_retries(operation))


def status_alone(operation: Operation) -> Operation:
    """Waits as botocore's own waiter does."""
    if operation.wait is None:
        return operation
    statuses = ("DBInstanceStatus", "Status")
    status = tuple(condition for condition in operation.wait.until if condition.path in statuses)
    return replace(operation, wait=replace(operation.wait, until=status))


def instance(path: str) -> Seen:
    return lambda harness, outcome: jmespath.search(path, looks.db_instance(harness.client, "orders"))


def cluster(path: str) -> Seen:
    return lambda harness, outcome: jmespath.search(path, looks.db_cluster(harness.client, "orders"))


def codes(harness: Harness, outcome: Outcome) -> set[str]:
    return {failure.code for failure in outcome.failures}


@dataclass(frozen=True)
class Case:
    """A change that a row shows in: what is declared before and then; ``None`` for a destroy.

    ``seen`` right after the calls of the plan is ``sharp`` as it is planned, and not that when it is blunted.
    ``meanwhile``: what somebody does between plan and apply.
    """

    row: str
    after: Resources | None
    blunt: Blunt
    seen: Seen
    sharp: Any
    before: Resources | None = None
    meanwhile: Callable[[looks.Client], object] | None = None
    beside: str = ""


def change_storage(client: looks.Client) -> None:
    """Something that the spec leaves to others."""
    modify(client, StorageType="gp2")
    for _ in range(2):
        client("rds").describe_db_instances()


def export_logs(client: looks.Client) -> None:
    """Something that the spec leaves to others."""
    modify_cluster(client, CloudwatchLogsExportConfiguration={"EnableLogTypes": ["postgresql"]})
    for _ in range(2):
        client("rds").describe_db_clusters()


def change_alerts(client: looks.Client) -> None:
    """Which goes on for a moment after the call."""
    client("rds").modify_event_subscription(SubscriptionName="alerts", SourceType="db-instance", Enabled=True)


def aurora(**fields: Any) -> Resources:
    return {"db_cluster": {"orders": {**CLUSTER, **fields}}}


def with_member(**fields: Any) -> Resources:
    member = {"engine": CLUSTER["engine"], "cluster": "${db_cluster.orders}", "instance_class": "db.r7g.large"}
    return {**aurora(**fields), "db_instance": {"orders-1": member}}


WITH_KEY: Resources = {"kms_key": {"data": {}}, **database(kms_key="${kms_key.data}")}
GROUPS: Resources = {
    "security_group": {
        "app": {"vpc": VPC, "egress": [{"to": "${security_group.db}", "port": 5432}]},
        "db": {"vpc": VPC, "ingress": [{"from": "${security_group.app}", "port": 5432}]},
    }
}
PEOPLE: Resources = {
    "iam_group": {"team": {}},
    "iam_user": {"dana": {"groups": ["${iam_group.team}"]}},
    "iam_policy": {"look": {"statements": [ALLOW], "attach_to": {"groups": ["${iam_group.team}"]}}},
}
ROLES: Resources = {"iam_user": {"dana": {}}, "iam_role": {"app": {"trust": {"principals": ["${iam_user.dana}"]}}}}
IN_ITS_OWN: Resources = {
    "db_subnet_group": {"own": {"subnets": SUBNETS}},
    "security_group": {"db": {"vpc": VPC}},
    **database(
        subnet_group="${db_subnet_group.own}", security_groups=["${security_group.db}"], deletion_protection=False
    ),
}
CLUSTER_IN_ITS_OWN: Resources = {
    "db_subnet_group": {"own": {"subnets": SUBNETS}},
    **aurora(subnet_group="${db_subnet_group.own}", deletion_protection=False),
}
BEHIND_PROXY: Resources = {"iam_role": {"proxy": {"trust": {"services": ["rds.amazonaws.com"]}}}, **database()}
PROXY: Resources = {
    **BEHIND_PROXY,
    "db_proxy": {
        "front": {
            "engine_family": "POSTGRESQL",
            "role": "${iam_role.proxy}",
            "subnets": SUBNETS,
            "security_groups": {"tag": {"Name": "app-1"}},
            "secrets": [{"arn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf"}],
            "instance": "${db_instance.orders}",
        }
    },
}
ALERTS: Resources = {
    "event_subscription": {
        "alerts": {"topic": "arn:aws:sns:us-east-1:123456789012:alerts", "source_type": "db-instance"}
    }
}
GROUP_OF_TWO = {"security_groups": [{"tag": {"Name": "app-1"}}, {"tag": {"Name": "app-2"}}]}

CASES = (
    Case("rds-creating", database(), without_waits, instance("DBInstanceStatus"), "available"),
    Case("rds-secret-creating", database(), status_alone, instance("MasterUserSecret.SecretStatus"), "active"),
    Case(
        "rds-security-groups-joining",
        database(**GROUP_OF_TWO),
        status_alone,
        instance("VpcSecurityGroups[].Status"),
        ["active", "active"],
        before=database(),
    ),
    Case(
        "rds-busy",
        database(multi_az=True, when="now"),
        without_retries,
        codes,
        set(),
        before=database(),
        meanwhile=change_storage,
        beside="rds-modifying",
    ),
    Case(
        "rds-modifying",
        database(instance_class="db.m7g.large", when="now"),
        status_alone,
        instance("DBInstanceClass"),
        "db.m7g.large",
        before=database(),
    ),
    Case(
        "rds-option-groups",
        database(engine="mysql", engine_version="8.0", option_group="audited", when="now"),
        status_alone,
        instance("OptionGroupMemberships[].[OptionGroupName, Status]"),
        [["audited", "in-sync"]],
        before=database(engine="mysql", engine_version="8.0", when="now"),
        beside="rds-modifying",
    ),
    Case(
        "rds-parameter-values",
        database(),
        without_waits,
        instance("DBParameterGroups[].ParameterApplyStatus"),
        ["in-sync"],
        beside="rds-parameter-status",
    ),
    Case("rds-deleting", None, without_waits, codes, set(), before=IN_ITS_OWN),
    Case("rds-interfaces", None, without_retries, codes, set(), before=IN_ITS_OWN, beside="rds-deleting"),
    Case("rds-cluster-creating", aurora(), without_waits, cluster("Status"), "available"),
    Case(
        "rds-cluster-busy",
        aurora(iam_auth=False, when="now"),
        without_retries,
        codes,
        set(),
        before=aurora(),
        meanwhile=export_logs,
        beside="rds-cluster-modifying",
    ),
    Case(
        "rds-cluster-modifying",
        aurora(**MULTI_AZ, when="now"),
        status_alone,
        cluster("DBClusterInstanceClass"),
        MULTI_AZ["instance_class"],
        before=aurora(**{**MULTI_AZ, "instance_class": "db.m6gd.xlarge"}),
    ),
    Case("rds-cluster-renaming", aurora(name="sales"), without_waits, codes, set(), before=aurora()),
    Case("rds-cluster-deleting", None, without_waits, codes, set(), before=CLUSTER_IN_ITS_OWN),
    Case("rds-proxy-states", PROXY, without_both, codes, set(), before=BEHIND_PROXY),
    Case("rds-subscription-states", None, without_both, codes, set(), before=ALERTS, meanwhile=change_alerts),
    Case("rds-new-keys", WITH_KEY, without_retries, codes, set()),
    Case("ec2-new-groups", GROUPS, without_retries, codes, set()),
    Case("iam-new-names", PEOPLE, without_retries, codes, set()),
    Case("iam-new-principals", ROLES, without_retries, codes, set()),
    Case("iam-letting-go", None, without_retries, codes, set(), before=PEOPLE),
    Case(
        "kms-new-principals",
        {
            "iam_role": ROLES["iam_role"],
            "iam_user": ROLES["iam_user"],
            "kms_key": {"data": {"users": ["${iam_role.app}"]}},
        },
        without_retries,
        codes,
        set(),
    ),
    Case("kms-new-keys", {"kms_key": {"data": {}}}, without_both, codes, set()),
    Case(
        "kms-states",
        {"kms_key": {"data": {}}},
        without_waits,
        lambda harness, outcome: looks.kms_key(harness.client, ALIAS)["KeyState"],
        "Enabled",
        before={"kms_key": {"data": {"enabled": False}}},
    ),
)


@dataclass(frozen=True)
class Ready:
    """A case's account, ready for the change, with nothing but its row in the way."""

    case: Case
    harness: Harness

    def plan(self) -> api.Planned:
        if self.case.after is None:
            return self.harness.plan_destroy(self.case.before or {}, EVERYTHING)
        return self.harness.plan(self.case.after)

    def carry_out(self, blunt: Blunt = lambda operation: operation) -> tuple[api.Planned, Outcome]:
        planned = self.plan()
        if self.case.meanwhile:
            self.case.meanwhile(self.harness.client)
        steps = (replace(step, operations=tuple(map(blunt, step.operations))) for step in planned.plan.steps)
        outcome, _ = self.harness.attempt(replace(planned, plan=replace(planned.plan, steps=tuple(steps))))
        return planned, outcome


@pytest.fixture
def ready(request: pytest.FixtureRequest, harness: Harness) -> Ready:
    case: Case = request.param
    harness.behind(shelf)
    harness.behind(options)
    harness.sandbox.realism("none")
    if case.before is not None:
        harness.make(case.before)
    harness.sandbox.realism(",".join(filter(None, (case.row, case.beside))))
    return Ready(case, harness)


each = pytest.mark.parametrize("ready", CASES, ids=[case.row for case in CASES], indirect=True)


@each
def test_an_apply_gets_there(ready: Ready) -> None:
    planned, outcome = ready.carry_out()

    assert outcome.succeeded, outcome.failures
    assert ready.case.seen(ready.harness, outcome) == ready.case.sharp
    deletion = EVERYTHING if ready.case.after is None else Deletion()
    again = api.verify(planned, ready.harness.account, deletion, clock=FakeClock()).plan
    assert again.is_empty


@each
def test_it_would_not_without_its_waits_and_retries(ready: Ready) -> None:
    _, outcome = ready.carry_out(ready.case.blunt)

    assert ready.case.seen(ready.harness, outcome) != ready.case.sharp


# What no single wait answers


def on(harness: Harness, *rows: str) -> None:
    harness.behind(shelf)
    harness.sandbox.realism(",".join(rows))


def test_what_waits_for_the_window_is_pending_and_not_changed_again(harness: Harness) -> None:
    """RDS-2: a third column. The old value stays, and a second plan sends nothing."""
    on(harness, "rds-window")
    harness.make(database())
    wanted = database(instance_class="db.m7g.large", multi_az=True)

    applied = harness.apply(wanted)

    assert applied.again.plan.waits_for_window
    assert instance("[DBInstanceClass, MultiAZ]")(harness, applied.outcome) == ["db.t4g.medium", False]
    second = harness.plan(wanted).plan
    (step,) = [step for step in second.steps if step.address.kind == "db_instance"]
    assert (step.operations, [change.path for change in step.pending]) == ((), ["instance_class", "multi_az"])
    assert second.digest == harness.plan(wanted).plan.digest


def test_now_also_makes_what_was_parked_before(harness: Harness) -> None:
    """RDS-2."""
    on(harness, "rds-window", "rds-modifying")
    harness.make(database())
    harness.apply(database(multi_az=True))

    applied = harness.apply(database(multi_az=True, instance_class="db.m7g.large", when="now"))

    assert instance("[DBInstanceClass, MultiAZ]")(harness, applied.outcome) == ["db.m7g.large", True]
    assert not applied.again.plan.waits_for_window


def test_a_parked_value_that_is_not_wanted_any_more_is_taken_back(harness: Harness) -> None:
    """RDS-2: the live value is right already, and what is parked would change it."""
    on(harness, "rds-window")
    harness.make(database(multi_az=False))
    harness.apply(database(multi_az=True))

    applied = harness.apply(database(multi_az=False))

    assert applied.again.plan.is_empty
    assert not applied.again.plan.waits_for_window
    harness.sandbox.pass_window()
    assert instance("MultiAZ")(harness, applied.outcome) is False


def test_a_parked_option_group_is_seen_although_no_pending_value_shows_it(harness: Harness) -> None:
    """RDS-24."""
    on(harness, "rds-window", "rds-option-groups")
    harness.behind(options)
    mysql = {"engine": "mysql", "engine_version": "8.0"}
    harness.sandbox.realism("rds-window,rds-option-groups")
    harness.make(database(**mysql))

    applied = harness.apply(database(**mysql, option_group="audited"))

    assert instance("PendingModifiedValues")(harness, applied.outcome) == {}
    assert applied.again.plan.waits_for_window
    harness.sandbox.pass_window()
    assert instance("OptionGroupMemberships[].OptionGroupName")(harness, applied.outcome) == ["audited"]


def test_a_port_changes_at_once_even_if_changes_wait_for_the_window(harness: Harness) -> None:
    """RDS-24."""
    on(harness, "rds-window", "rds-modifying")
    harness.make(database())

    applied = harness.apply(database(port=6432))

    assert instance("Endpoint.Port")(harness, applied.outcome) == 6432
    assert not applied.again.plan.waits_for_window


def test_a_second_change_of_storage_is_refused_before_any_call(harness: Harness) -> None:
    """RDS-7."""
    on(harness, "rds-modifying", "rds-storage-optimization")
    harness.make(database(when="now"))
    harness.apply(database(storage_gib=40, when="now"))

    planned = harness.plan(database(storage_gib=80, when="now"))

    (refusal,) = planned.plan.refusals
    assert "its storage is being optimised after the last change" in refusal.fix


def test_what_of_a_cluster_waits_for_the_window_is_pending_and_its_class_is_never_parked(harness: Harness) -> None:
    """RDS-2, RDS-24: a class would be asked for again and again, as nothing shows that it was."""
    on(harness, "rds-cluster-window")
    harness.make(aurora(**MULTI_AZ))

    applied = harness.apply(aurora(**{**MULTI_AZ, "iops": 2000}))

    assert applied.again.plan.waits_for_window
    assert cluster("[Iops, PendingModifiedValues.Iops]")(harness, applied.outcome) == [1000, 2000]
    (step,) = [step for step in harness.plan(aurora(**{**MULTI_AZ, "iops": 2000})).plan.steps if step.pending]
    assert (step.operations, [change.path for change in step.pending]) == ((), ["iops"])
    (refusal,) = harness.plan(aurora(**{**MULTI_AZ, "instance_class": "db.m6gd.xlarge"})).plan.refusals
    assert "write when: now" in refusal.fix


def test_instances_that_lack_static_parameters_of_their_cluster_are_named(harness: Harness) -> None:
    """RDS-8."""
    on(harness, "rds-cluster-parameters")

    def connections(number: str) -> Resources:
        group = {"family": "aurora-postgresql16", "parameters": {"max_connections": number}}
        return {
            "db_cluster_parameter_group": {"tuned": group},
            **with_member(parameter_group="${db_cluster_parameter_group.tuned}"),
        }

    harness.make(connections("100"))
    harness.apply(connections("200"))

    def notes() -> list[str]:
        return [note for step in harness.plan(connections("200")).plan.steps for note in step.notes]

    assert notes() == [
        "instance orders-1: static parameters of the cluster are not in effect until it is rebooted",
        "parameter group tuned-aurora-postgresql16: static parameters are not in effect until it is rebooted; "
        "reboot: now has that done",
    ]
    harness.client("rds").reboot_db_instance(DBInstanceIdentifier="orders-1")
    harness.sandbox.settle()
    assert notes() == []


def test_a_name_that_somebody_had_parked_is_told_before_a_change_would_make_it(harness: Harness) -> None:
    """RDS-2: what is made now flushes all that is parked."""
    on(harness, "rds-renaming", "rds-window")
    harness.make(database())
    harness.client("rds").modify_db_instance(DBInstanceIdentifier="orders", NewDBInstanceIdentifier="sales")

    plan = harness.plan(database(multi_az=True, when="now")).plan

    (step,) = [step for step in plan.steps if step.address.kind == "db_instance"]
    assert any("made now as well" in note and "instance_identifier" in note for note in step.notes), step.notes


def test_a_final_snapshot_that_is_still_being_made_counts_as_what_the_database_left_behind(harness: Harness) -> None:
    """RDS-28, RDS-15."""
    on(harness, "rds-snapshots", "rds-busy", "rds-deleting")
    harness.make(database())
    harness.destroy(database(), DATA)
    rds = harness.client("rds")

    (refusal,) = harness.plan(database()).plan.refusals

    (made,) = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert made["Status"] == "creating"
    assert made["DBSnapshotIdentifier"] in refusal.what


def test_what_is_stopped_is_left_alone_until_somebody_starts_it(harness: Harness) -> None:
    """RDS-27: nor does it lose its protection, which comes off before a deletion."""
    on(harness, "rds-stopping", "rds-busy")
    harness.make(database())
    harness.client("rds").stop_db_instance(DBInstanceIdentifier="orders")
    harness.sandbox.settle()

    assert harness.plan(database()).plan.is_empty
    (refusal,) = harness.plan(database(multi_az=True)).plan.refusals
    assert "start it" in refusal.fix
    kept = {str(item.address): item.reason for item in harness.plan_destroy(database(), EVERYTHING).plan.kept}
    assert kept["db_instance.orders"].endswith("start it")


def test_a_static_parameter_is_not_in_effect_until_a_reboot_and_the_plan_goes_on_saying_so(harness: Harness) -> None:
    """RDS-8, RDS-22: no window reboots for it."""
    on(harness, "rds-parameter-status")

    def with_connections(number: str) -> Mapping[str, Any]:
        group = {"family": "postgres16", "parameters": {"max_connections": number}}
        return {"db_parameter_group": {"tuned": group}, **database(parameter_group="${db_parameter_group.tuned}")}

    harness.make(with_connections("100"))
    harness.apply(with_connections("200"))
    static = "parameter group tuned-postgres16: static parameters are not in effect until it is rebooted"
    said = f"{static}; reboot: now has that done"

    def notes() -> list[str]:
        plan = harness.plan(with_connections("200")).plan
        assert plan.is_empty
        return [note for step in plan.steps for note in step.notes]

    harness.sandbox.pass_window()
    assert notes() == [said]
    harness.client("rds").reboot_db_instance(DBInstanceIdentifier="orders")
    harness.sandbox.settle()
    assert notes() == []


def test_an_alias_that_is_not_listed_yet_is_read_again(harness: Harness) -> None:
    """KMS-4: a single reading after the apply would not do."""
    on(harness, "kms-new-aliases")
    spec: Resources = {"kms_key": {"data": {}}}
    planned = harness.plan(spec)
    harness.attempt(planned)
    once = harness.plan(spec).plan
    assert [call.action for _, call in once.operations()] == ["CreateAlias"]

    again = api.verify(planned, harness.account, Deletion(), clock=FakeClock()).plan

    assert again.is_empty


def test_a_policy_that_locks_the_caller_out_is_refused_before_it_is_sent(harness: Harness) -> None:
    """KMS-3."""
    on(harness, "kms-lock-out")
    keeper = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:role/keeper"}, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [{**keeper, "Action": "kms:*"}]}
    with pytest.raises(SpecError, match="could never change this policy again"):
        harness.plan({"kms_key": {"data": {"document": document}}})
    assert harness.recorder.writes == []
