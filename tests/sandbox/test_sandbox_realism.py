"""What takes its time in the sandbox, seen by boto3: each row alone, off, and forgotten by a reset."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rds_secure.sandbox import Sandbox

MARK = re.compile(r'mark\.realism\("([\w-]+)"\)')
ACCOUNT = "arn:aws:iam::123456789012"


@pytest.fixture(autouse=True)
def alone(request: pytest.FixtureRequest, sandbox: Sandbox, make: Any) -> None:
    """Only the rows that the test is marked with are on, once there is a database `orders`, `available`."""
    make()
    rows = [mark.args[0] for mark in request.node.iter_markers("realism")]
    sandbox.realism(",".join(rows) or "none")


@pytest.fixture
def make(rds: Any, subnets: list[str]) -> Any:
    rds.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=subnets)

    def instance(name: str = "orders", **more: Any) -> dict[str, Any]:
        return rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t4g.micro",
            Engine="mysql",
            EngineVersion="8.0",
            AllocatedStorage=20,
            MasterUsername="dbowner",
            ManageMasterUserPassword=True,
            DBSubnetGroupName="private",
            **more,
        )["DBInstance"]

    return instance


class Looks:
    """The database, looked at."""

    def __init__(self, rds: Any) -> None:
        self.rds = rds

    def __call__(self, name: str = "orders") -> dict[str, Any]:
        return self.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]

    def change(self, *, now: bool = True, **more: Any) -> dict[str, Any]:
        """What a change answers."""
        return self.rds.modify_db_instance(DBInstanceIdentifier="orders", ApplyImmediately=now, **more)["DBInstance"]

    def until(self, status: str, name: str = "orders") -> list[str]:
        """The statuses that are seen until this one."""
        seen: list[str] = []
        while (seen or [""])[-1] != status and len(seen) < 20:
            seen.append(self(name)["DBInstanceStatus"])
        return seen


@pytest.fixture
def look(rds: Any) -> Looks:
    return Looks(rds)


# The table


def test_each_row_has_a_test_and_each_marked_test_a_row():
    from rds_secure.sandbox.realism import ROWS

    texts = [file.read_text("utf-8") for file in Path(__file__).parent.glob("test_sandbox_realism*.py")]
    assert {name for text in texts for name in MARK.findall(text)} == {row.name for row in ROWS}
    whole_runs = (Path(__file__).parents[1] / "e2e" / "test_realism.py").read_text("utf-8")
    assert [row.name for row in ROWS if f'"{row.name}"' not in whole_runs] == []


def test_names_are_unique_and_every_row_says_what_it_shows_and_how_we_know():
    from rds_secure.sandbox.realism import ROWS

    facts = (Path(__file__).parents[1] / "FACTS.md").read_text("utf-8")
    assert max(Counter(row.name for row in ROWS).values()) == 1
    assert [row.name for row in ROWS if not row.shows or f"| {row.source} |" not in facts] == []


def test_rows_are_chosen_by_all_none_or_names():
    from rds_secure.sandbox.realism import ROWS, rows

    assert rows("all") == tuple(row.name for row in ROWS)
    assert rows("none") == ()
    assert rows("rds-busy, kms-states") == ("rds-busy", "kms-states")
    with pytest.raises(ValueError, match="there is no lazy: use all, none, or names of rds-creating"):
        rows("lazy")


def test_patches_are_applied_once(sandbox: Sandbox):
    from moto.rds.models import RDSBackend

    from rds_secure.sandbox import realism

    before = RDSBackend.create_db_instance
    realism.apply_all()
    assert RDSBackend.create_db_instance is before


def test_with_nothing_on_nothing_takes_time(look, make):
    assert make("other")["DBInstanceStatus"] == "available"
    assert look.change(now=False, DBInstanceClass="db.m7g.large")["DBInstanceClass"] == "db.m7g.large"


@pytest.mark.realism("rds-modifying")
@pytest.mark.realism("iam-new-names")
def test_a_reset_forgets_what_was_on_its_way(sandbox: Sandbox, look, iam, rds):
    look.change(DBInstanceClass="db.m7g.large")
    iam.create_user(UserName="dana")
    sandbox.reset()
    assert rds.describe_db_instances()["DBInstances"] == []
    iam.create_user(UserName="dana")
    sandbox.settle()
    iam.tag_user(UserName="dana", Tags=[{"Key": "team", "Value": "payments"}])


# RDS


@pytest.mark.realism("rds-creating")
def test_a_new_instance_takes_a_while_and_has_no_endpoint_before_it_is_there(look, make):
    """RDS-1."""
    made = make("other")
    assert (made["DBInstanceStatus"], "Endpoint" in made) == ("creating", False)
    seen = [look("other") for _ in range(3)]
    assert [one["DBInstanceStatus"] for one in seen] == ["creating", "backing-up", "available"]
    assert ["Endpoint" in one for one in seen] == [False, False, True]


@pytest.mark.realism("rds-secret-creating")
def test_the_secret_comes_after_the_status(look, make):
    """RDS-1."""
    make("other")
    assert [look("other")["MasterUserSecret"]["SecretStatus"] for _ in range(3)] == ["creating", "creating", "active"]


@pytest.mark.realism("rds-security-groups-joining")
def test_security_groups_join_and_leave(look, ec2, vpc):
    """RDS-1."""
    (old,) = look()["VpcSecurityGroups"]
    new = ec2.create_security_group(GroupName="db", Description="d", VpcId=vpc)["GroupId"]
    answer = look.change(VpcSecurityGroupIds=[new])
    states = {one["VpcSecurityGroupId"]: one["Status"] for one in answer["VpcSecurityGroups"]}
    assert states == {new: "adding", old["VpcSecurityGroupId"]: "removing"}
    assert [look()["VpcSecurityGroups"] for _ in range(3)][-1] == [{"VpcSecurityGroupId": new, "Status": "active"}]


@pytest.mark.realism("rds-busy")
@pytest.mark.realism("rds-modifying")
def test_a_busy_instance_takes_no_change_but_gets_on_meanwhile(look, rds, refused):
    """RDS-1."""
    look.change(DBInstanceClass="db.m7g.large")
    look(), look()
    with refused("InvalidDBInstanceState"):
        rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    look.change(MultiAZ=True)


@pytest.mark.realism("rds-busy")
@pytest.mark.realism("rds-modifying")
@pytest.mark.realism("rds-window")
def test_a_replica_is_made_with_what_it_is_given_and_its_source_stays_as_it_is(look, rds, refused):
    """RDS-1, RDS-2: making one is no change of it, and what its source waits for is no affair of the replica's."""
    look.change(ManageMasterUserPassword=False, BackupRetentionPeriod=1, MasterUserPassword="correct-horse")
    asked = {"DBInstanceIdentifier": "reports", "SourceDBInstanceIdentifier": "orders"}
    look(), look()
    with refused("InvalidDBInstanceState"):
        rds.create_db_instance_read_replica(**asked)
    look.until("available")
    look.change(now=False, MultiAZ=True)
    given = {"EnableIAMDatabaseAuthentication": True, "DBInstanceClass": "db.m7g.large"}
    rds.create_db_instance_read_replica(**asked, **given)
    replica, source = look("reports"), look()
    paths = ("IAMDatabaseAuthenticationEnabled", "DBInstanceClass", "MultiAZ", "PendingModifiedValues")
    assert [replica[path] for path in paths] == [True, "db.m7g.large", False, {}]
    assert [source[path] for path in paths] == [False, "db.t4g.micro", False, {"MultiAZ": True}]


@pytest.mark.realism("rds-modifying")
def test_right_after_a_change_the_status_is_still_available(look):
    """RDS-17."""
    answer = look.change(DBInstanceClass="db.m7g.large")
    seen = [answer, look(), look(), look()]
    assert [one["DBInstanceStatus"] for one in seen] == ["available", "available", "modifying", "available"]
    assert [one["DBInstanceClass"] for one in seen] == ["db.t4g.micro"] * 3 + ["db.m7g.large"]
    assert [one["PendingModifiedValues"] for one in seen] == [{"DBInstanceClass": "db.m7g.large"}] * 3 + [{}]


@pytest.mark.realism("rds-modifying")
def test_log_exports_and_upgrades_have_statuses_of_their_own(look):
    """RDS-1."""
    look.change(CloudwatchLogsExportConfiguration={"EnableLogTypes": ["error"]})
    assert look()["PendingModifiedValues"]["PendingCloudwatchLogsExports"]["LogTypesToEnable"] == ["error"]
    assert look.until("available") == ["configuring-log-exports", "available"]
    look.change(EngineVersion="8.4", AllowMajorVersionUpgrade=True)
    look()
    assert look()["DBInstanceStatus"] == "upgrading"
    assert look()["EngineVersion"] == "8.4.6"


@pytest.mark.realism("rds-modifying")
def test_what_aws_would_refuse_is_refused_at_once(look, refused):
    with refused("InvalidParameterCombination"):
        look.change(AllocatedStorage=10)
    assert look()["PendingModifiedValues"] == {}


PARKED = {
    "DBInstanceClass": "db.m7g.large",
    "AllocatedStorage": 40,
    "StorageType": "gp2",
    "EngineVersion": "8.0.44",
    "MultiAZ": True,
    "BackupRetentionPeriod": 0,
}


@pytest.mark.realism("rds-window")
def test_what_waits_for_the_window_is_pending_and_the_old_value_stays(look, sandbox: Sandbox):
    """RDS-2."""
    before = look()
    look.change(now=False, **PARKED)
    parked = look()
    assert parked["PendingModifiedValues"] == PARKED
    assert {name: parked[name] for name in PARKED} == {name: before[name] for name in PARKED}
    sandbox.settle()
    assert look()["PendingModifiedValues"] == PARKED
    sandbox.pass_window()
    after = look()
    assert (after["PendingModifiedValues"], {name: after[name] for name in PARKED}) == ({}, PARKED)


@pytest.mark.realism("rds-window")
def test_an_immediate_change_makes_all_that_was_parked(look):
    """RDS-2."""
    look.change(now=False, DBInstanceClass="db.m7g.large")
    look.change(MultiAZ=True)
    after = look()
    assert (after["DBInstanceClass"], after["MultiAZ"], after["PendingModifiedValues"]) == ("db.m7g.large", True, {})


@pytest.mark.realism("rds-window")
def test_the_value_that_it_has_takes_a_parked_one_back(look, sandbox: Sandbox):
    """RDS-2."""
    look.change(now=False, MultiAZ=True)
    look.change(now=False, MultiAZ=False)
    assert look()["PendingModifiedValues"] == {}


@pytest.mark.realism("rds-window")
def test_some_changes_wait_for_nothing(look):
    """RDS-2, RDS-24: protection, backups but for the first and the last day of them, and the port."""
    look.change(now=False, DeletionProtection=True, BackupRetentionPeriod=3, DBPortNumber=6432)
    after = look()
    assert (after["DeletionProtection"], after["BackupRetentionPeriod"]) == (True, 3)
    assert (after["Endpoint"]["Port"], after["PendingModifiedValues"]) == (6432, {})


@pytest.mark.realism("rds-option-groups")
@pytest.mark.realism("rds-window")
def test_a_parked_option_group_shows_beside_the_old_one_only(look, rds, sandbox: Sandbox):
    """RDS-24."""
    rds.create_option_group(
        OptionGroupName="audit", EngineName="mysql", MajorEngineVersion="8.0", OptionGroupDescription="d"
    )
    look.change(now=False, OptionGroupName="audit")
    parked = look()
    assert parked["PendingModifiedValues"] == {}
    states = [one["Status"] for one in parked["OptionGroupMemberships"]]
    assert states == ["pending-maintenance-removal", "pending-maintenance-apply"]
    sandbox.pass_window()
    assert look()["OptionGroupMemberships"] == [{"OptionGroupName": "audit", "Status": "in-sync"}]


@pytest.mark.realism("rds-storage-optimization")
@pytest.mark.realism("rds-modifying")
def test_storage_that_changed_takes_no_other_change_for_a_while(look, refused):
    """RDS-7."""
    look.change(AllocatedStorage=40)
    assert look.until("storage-optimization")[-1] == "storage-optimization"
    with refused("InvalidParameterCombination"):
        look.change(AllocatedStorage=80)
    look.change(MultiAZ=True)
    assert look.until("available")[-1] == "available"


@pytest.fixture
def tuned(rds: Any, look: Looks, sandbox: Sandbox) -> Any:
    """A parameter group that the database uses, and a function that sets a parameter of it."""
    family = look()["DBParameterGroups"][0]["DBParameterGroupName"].removeprefix("default.")
    rds.create_db_parameter_group(DBParameterGroupName="tuned", DBParameterGroupFamily=family, Description="d")
    look.change(DBParameterGroupName="tuned")

    def put(name: str, value: str, method: str = "immediate") -> None:
        row = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
        rds.modify_db_parameter_group(DBParameterGroupName="tuned", Parameters=[row])

    return put


def state(look: Looks) -> str:
    return look()["DBParameterGroups"][0]["ParameterApplyStatus"]


@pytest.mark.realism("rds-parameter-values")
def test_a_parameters_value_shows_a_moment_later(rds, tuned):
    """RDS-22."""
    tuned("wait_timeout", "60")
    asked = {"DBParameterGroupName": "tuned", "Source": "user"}
    assert rds.describe_db_parameters(**asked)["Parameters"] == []
    assert [row["ParameterValue"] for row in rds.describe_db_parameters(**asked)["Parameters"]] == ["60"]


@pytest.mark.realism("rds-parameter-status")
def test_another_group_and_static_parameters_wait_for_a_reboot(look, rds, tuned, sandbox: Sandbox):
    """RDS-8, RDS-22: no window reboots for them."""
    assert state(look) == "applying"
    sandbox.pass_window()
    assert state(look) == "pending-reboot"
    rds.reboot_db_instance(DBInstanceIdentifier="orders")
    assert look.until("available") == ["rebooting", "available"]
    assert state(look) == "in-sync"
    tuned("max_connections", "100", "pending-reboot")
    sandbox.settle()
    assert state(look) == "pending-reboot"


@pytest.mark.realism("rds-parameter-status")
def test_dynamic_parameters_are_applied_in_a_moment(look, rds, tuned, sandbox: Sandbox):
    """RDS-8."""
    rds.reboot_db_instance(DBInstanceIdentifier="orders")
    sandbox.settle()
    assert state(look) == "in-sync"
    tuned("wait_timeout", "60")
    assert [state(look) for _ in range(3)] == ["applying", "applying", "in-sync"]
    row = {"ParameterName": "wait_timeout", "ApplyMethod": "immediate"}
    rds.reset_db_parameter_group(DBParameterGroupName="tuned", ResetAllParameters=False, Parameters=[row])
    assert state(look) == "applying"


@pytest.mark.realism("rds-parameter-status")
def test_another_group_waits_for_a_reboot_though_the_former_was_being_applied(look, rds, tuned, sandbox: Sandbox):
    """RDS-8."""
    rds.reboot_db_instance(DBInstanceIdentifier="orders")
    sandbox.settle()
    family = rds.describe_db_parameter_groups(DBParameterGroupName="tuned")["DBParameterGroups"][0]
    named = {"DBParameterGroupName": "other", "DBParameterGroupFamily": family["DBParameterGroupFamily"]}
    rds.create_db_parameter_group(**named, Description="d")
    tuned("wait_timeout", "60")
    look.change(DBParameterGroupName="other")
    sandbox.settle()
    assert state(look) == "pending-reboot"


@pytest.mark.realism("rds-deleting")
@pytest.mark.realism("rds-interfaces")
def test_a_deleted_instance_uses_its_groups_until_it_is_gone_and_a_moment_longer(look, rds, ec2, vpc, refused):
    """RDS-1, RDS-17, EC2-3."""
    group = ec2.create_security_group(GroupName="db", Description="d", VpcId=vpc)["GroupId"]
    look.change(VpcSecurityGroupIds=[group])
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    assert look()["DBInstanceStatus"] == look()["DBInstanceStatus"] == "deleting"
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=group)
    with refused("DBInstanceNotFound"):
        look()
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=group)
    ec2.delete_security_group(GroupId=group)


@pytest.mark.realism("rds-new-keys")
def test_rds_does_not_see_a_new_key(kms, make, refused):
    """KMS-4."""
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    with refused("KMSKeyNotAccessibleFault"):
        make("other", StorageEncrypted=True, KmsKeyId=key)
    make("other", StorageEncrypted=True, KmsKeyId=key)


# EC2, IAM, KMS


@pytest.mark.realism("ec2-new-groups")
def test_a_new_security_group_is_not_found_at_first(ec2, vpc, refused):
    """EC2-4."""
    group = ec2.create_security_group(GroupName="db", Description="d", VpcId=vpc)["GroupId"]
    peer = ec2.create_security_group(GroupName="app", Description="d", VpcId=vpc)["GroupId"]
    about_peer = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": peer}]}
    for _ in range(2):
        with refused("InvalidGroup.NotFound"):
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[about_peer])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[about_peer])


POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def trusting(arn: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.realism("iam-new-names")
def test_something_new_is_not_found_where_it_is_used_first(iam, refused):
    """IAM-1."""
    iam.create_user(UserName="dana")
    iam.create_group(GroupName="team")
    arn = iam.create_policy(PolicyName="all", PolicyDocument=POLICY)["Policy"]["Arn"]
    for _ in range(2):
        with refused("NoSuchEntity"):
            iam.add_user_to_group(UserName="dana", GroupName="team")
    iam.add_user_to_group(UserName="dana", GroupName="team")
    with refused("NoSuchEntity"):
        iam.attach_group_policy(GroupName="team", PolicyArn=arn)
    iam.attach_group_policy(GroupName="team", PolicyArn=arn)
    bound = iam.create_policy(PolicyName="bound", PolicyDocument=POLICY)["Policy"]["Arn"]
    with refused("NoSuchEntity"):
        iam.put_user_permissions_boundary(UserName="dana", PermissionsBoundary=bound)


@pytest.mark.realism("iam-new-principals")
def test_a_trust_policy_cannot_name_a_new_user(iam, refused):
    """IAM-1."""
    arn = iam.create_user(UserName="dana")["User"]["Arn"]
    with refused("MalformedPolicyDocument"):
        iam.create_role(RoleName="app", AssumeRolePolicyDocument=trusting(arn))
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trusting(arn))


@pytest.mark.realism("iam-letting-go")
def test_what_was_detached_counts_a_moment_longer(iam, refused):
    """IAM-1, IAM-5."""
    iam.create_user(UserName="dana")
    iam.create_group(GroupName="team")
    iam.add_user_to_group(UserName="dana", GroupName="team")
    iam.remove_user_from_group(UserName="dana", GroupName="team")
    with refused("DeleteConflict"):
        iam.delete_user(UserName="dana")
    iam.delete_user(UserName="dana")


@pytest.mark.realism("kms-new-principals")
def test_a_key_policy_cannot_name_a_new_user(iam, kms, refused):
    """IAM-1, KMS-3."""
    arn = iam.create_user(UserName="dana")["User"]["Arn"]
    policy = trusting(arn, Action="kms:*", Resource="*")
    with refused("MalformedPolicyDocumentException"):
        kms.create_key(Policy=policy)
    kms.create_key(Policy=policy)


@pytest.mark.realism("kms-new-keys")
def test_a_new_key_is_not_found_at_first(kms, refused):
    """KMS-4; its tags are readable at once (KMS-8)."""
    key = kms.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]["KeyId"]
    assert kms.list_resource_tags(KeyId=key)["Tags"]
    with refused("NotFoundException"):
        kms.create_alias(AliasName="alias/mine", TargetKeyId=key)
    kms.create_alias(AliasName="alias/mine", TargetKeyId=key)


@pytest.mark.realism("kms-new-aliases")
def test_a_new_alias_is_not_listed_at_first(kms, refused):
    """KMS-4."""
    key = kms.create_key()["KeyMetadata"]["KeyId"]

    def listed() -> list[str]:
        return [alias["AliasName"] for alias in kms.list_aliases()["Aliases"] if alias.get("TargetKeyId") == key]

    kms.create_alias(AliasName="alias/mine", TargetKeyId=key)
    assert [listed(), listed()] == [[], ["alias/mine"]]
    kms.create_alias(AliasName="alias/other", TargetKeyId=key)
    with refused("NotFoundException"):
        kms.describe_key(KeyId="alias/other")
    kms.describe_key(KeyId="alias/other")


@pytest.mark.realism("kms-states")
def test_a_key_shows_its_old_state_once(kms):
    """KMS-4."""
    key = kms.create_key()["KeyMetadata"]["KeyId"]

    def seen() -> tuple[str, bool]:
        meta = kms.describe_key(KeyId=key)["KeyMetadata"]
        return meta["KeyState"], meta["Enabled"]

    kms.disable_key(KeyId=key)
    assert [seen(), seen()] == [("Enabled", True), ("Disabled", False)]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert "DeletionDate" not in kms.describe_key(KeyId=key)["KeyMetadata"]
    assert seen() == ("PendingDeletion", False)


@pytest.mark.realism("kms-lock-out")
def test_a_policy_that_locks_its_author_out_is_refused_unless_it_is_said_to_be_meant(kms, iam, refused):
    """KMS-3."""
    iam.create_user(UserName="dana")
    theirs = trusting(f"{ACCOUNT}:user/dana", Action="kms:*", Resource="*")
    ours = trusting(f"{ACCOUNT}:root", Action=["kms:Put*"], Resource="*")
    with refused("MalformedPolicyDocumentException"):
        kms.create_key(Policy=theirs)
    key = kms.create_key(Policy=ours)["KeyMetadata"]["KeyId"]
    with refused("MalformedPolicyDocumentException"):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=theirs)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=theirs, BypassPolicyLockoutSafetyCheck=True)
