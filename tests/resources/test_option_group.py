"""Option groups: how they are checked, read and compared, and the calls that make, change and delete them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure import ownership, tagging
from rds_secure.kind import Found
from rds_secure.resources.option_group import KIND, OptionGroupSpec
from rds_secure.values import Address, Lookup, Ref
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.planning import (
    SCOPE,
    actions,
    checked,
    compare,
    complaints,
    created,
    declare,
    knowing,
    link,
    updated,
    wanted,
)

ARN = "arn:aws:rds:eu-west-1:123456789012:og:orders-19"
ROLE = "arn:aws:iam::123456789012:role/audit"
GROUP, OTHER = "sg-0123456789abcdef0", "sg-0fedcba9876543210"
NNE = "NATIVE_NETWORK_ENCRYPTION"
ORACLE = {"engine": "oracle-ee", "major_version": "19"}
SQLSERVER = {"engine": "sqlserver-ee", "major_version": "15.00"}
FORCED = {"SQLNET.ENCRYPTION_SERVER": "REQUIRED", "SQLNET.ENCRYPTION_TYPES_SERVER": "AES256,AES192"}
SSL = {"port": 2484, "groups": (GROUP,), "settings": {"SQLNET.SSL_VERSION": ("1.2", "1.0")}}


def oracle(**options: Any) -> dict[str, Any]:
    return {**ORACLE, "options": options}


def option(
    name: str,
    settings: dict[str, tuple[str | None, str | None]] | None = None,
    port: int | None = None,
    groups: tuple[str, ...] = (),
    **more: Any,
) -> dict[str, Any]:
    """A member of Options; settings: name → (value, default)."""
    rows = [{"Name": key, "Value": value, "DefaultValue": usual} for key, (value, usual) in (settings or {}).items()]
    shown = [{key: item for key, item in row.items() if item is not None} for row in rows]
    return {
        "OptionName": name,
        "Persistent": False,
        "Permanent": False,
        "OptionSettings": shown,
        "DBSecurityGroupMemberships": [],
        "VpcSecurityGroupMemberships": [{"VpcSecurityGroupId": group, "Status": "active"} for group in groups],
        **({"Port": port} if port else {}),
        **more,
    }


def described(*options: dict[str, Any], name: str = "orders-19", **fields: Any) -> dict[str, Any]:
    """A member of OptionGroupsList."""
    return {
        "OptionGroupName": name,
        "OptionGroupDescription": "managed by rds-secure",
        "EngineName": "oracle-ee",
        "MajorEngineVersion": "19",
        "Options": list(options),
        "OptionGroupArn": ARN.replace("orders-19", name),
        **fields,
    }


def database(name: str, *memberships: tuple[str, str], stack: str = "", **fields: Any) -> dict[str, Any]:
    """A member of DBInstances; memberships: group and status."""
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceArn": f"arn:aws:rds:eu-west-1:123456789012:db:{name}",
        "OptionGroupMemberships": [{"OptionGroupName": group, "Status": status} for group, status in memberships],
        "TagList": list(tagging.pairs({ownership.STACK: stack})) if stack else [],
        "BackupRetentionPeriod": 0,
        **fields,
    }


def reader(
    *groups: dict[str, Any],
    databases: tuple[dict[str, Any], ...] = (),
    snapshots: tuple[dict[str, Any], ...] = (),
    backups: tuple[dict[str, Any], ...] = (),
    tags: dict[str, str] | None = None,
) -> FakeReader:
    return FakeReader(
        {
            ("rds", "DescribeOptionGroups"): {"OptionGroupsList": list(groups)},
            ("rds", "DescribeDBInstances"): {"DBInstances": list(databases)},
            ("rds", "DescribeDBSnapshots"): {"DBSnapshots": list(snapshots)},
            ("rds", "DescribeDBInstanceAutomatedBackups"): {"DBInstanceAutomatedBackups": list(backups)},
            ("rds", "ListTagsForResource"): {"TagList": list(tagging.pairs(tags or {}))},
        }
    )


def found(*options: dict[str, Any], look: FakeReader | None = None, **fields: Any) -> Found[OptionGroupSpec]:
    looking = look or reader(described(*options, **fields))
    [one] = KIND.read(looking, wanted(KIND, declare(KIND, "orders", ORACLE)))
    return one


def differences(written: dict[str, Any], live: Found[OptionGroupSpec], scope: Any = SCOPE) -> list[Any]:
    difference, _ = compare(KIND, declare(KIND, "orders", written), live, scope)
    assert (difference.refused, difference.noted) == ([], [])
    return [change.member for change in difference.changes]


# What is declared


def test_the_name_ends_in_the_major_version() -> None:
    """Meaning §2."""
    assert declare(KIND, "orders", SQLSERVER).name == "orders-15-00"
    assert declare(KIND, "orders", {**SQLSERVER, "name": "tde"}).name == "tde"
    assert KIND.predict(SCOPE, "Orders-19", KIND.spec.model_validate(ORACLE)) == {"name": "orders-19", "arn": ARN}


@pytest.mark.parametrize(
    ("written", "path", "what"),
    [
        ({"engine": "orcale-ee", "major_version": "19"}, ("engine",), "there is no engine 'orcale-ee'"),
        ({"engine": "aurora-mysql", "major_version": "8.0"}, ("engine",), "aurora-mysql has no option groups"),
        ({**SQLSERVER, "major_version": "15"}, ("major_version",), "'15' is no major version of sqlserver-ee"),
        ({**SQLSERVER, "major_version": "15.0"}, ("major_version",), "'15.0' is no major version of sqlserver-ee"),
        ({**ORACLE, "major_version": "19.0"}, ("major_version",), "'19.0' is no major version of oracle-ee"),
        ({**ORACLE, "major_version": "nineteen"}, ("major_version",), "'nineteen' is no major version of oracle-ee"),
        ({**ORACLE, "name": "two--hyphens"}, ("name",), "'two--hyphens' is no name for an option group"),
        (
            {"engine": "postgres", "major_version": "16", "options": {"TDE": {}}},
            ("options",),
            "postgres has no options",
        ),
        ({**SQLSERVER, "options": {"SSL": {}}}, ("options", "SSL"), "sqlserver-ee 15.00 has no option SSL"),
        (oracle(tde={}), ("options", "tde"), "oracle-ee 19 has no option tde"),
        (oracle(TDE={"port": 2484}), ("options", "TDE", "port"), "TDE listens on no port of its own"),
        (
            oracle(TDE={"security_groups": [GROUP]}),
            ("options", "TDE", "security_groups"),
            "TDE listens on no port of its own",
        ),
        (
            oracle(SSL={}),
            ("options", "SSL"),
            "SSL listens on a port of its own, and no security group says who can connect to it",
        ),
        (
            oracle(SSL={"port": 80, "security_groups": [GROUP]}),
            ("options", "SSL", "port"),
            "SSL of oracle-ee cannot listen on port 80",
        ),
        (
            oracle(SSL={"port": 5500, "security_groups": [GROUP]}, OEM={"security_groups": [GROUP]}),
            ("options", "OEM"),
            "SSL and OEM listen on the same port 5500",
        ),
    ],
)
def test_what_cannot_be_is_refused_offline(written: dict[str, Any], path: tuple[str, ...], what: str) -> None:
    assert complaints(KIND, written) == [(path, what)]


@pytest.mark.parametrize("version", ["14.00", "15.00", "16.00"])
@pytest.mark.parametrize("edition", ["ee", "se", "web", "ex"])
def test_tde_is_there_in_some_editions_and_versions_of_sql_server_rds_9(edition: str, version: str) -> None:
    there = edition == "ee" or (edition == "se" and version != "14.00")
    written = {"engine": f"sqlserver-{edition}", "major_version": version, "options": {"TDE": {}}}
    assert bool(complaints(KIND, written)) is not there


@pytest.mark.parametrize("edition", ["ee", "ee-cdb", "se2", "se2-cdb"])
def test_tde_is_there_in_oracles_enterprise_edition_only_rds_9(edition: str) -> None:
    written = {"engine": f"oracle-{edition}", "major_version": "19", "options": {"TDE": {}}}
    assert bool(complaints(KIND, written)) is edition.startswith("se2")


def test_ssl_and_native_network_encryption_exclude_each_other_rds_21() -> None:
    both = oracle(**{NNE: {}, "SSL": {"security_groups": [GROUP]}})
    assert complaints(KIND, both) == [(("options", NNE), f"{NNE} and SSL exclude each other")]


def test_no_password_is_ever_written() -> None:
    written = oracle(OEM_AGENT={"security_groups": [GROUP], "settings": {"AGENT_REGISTRATION_PASSWORD": "hush-hush"}})
    [complaint] = KIND.check("orders", KIND.spec.model_validate(written))
    assert complaint.path == ("options", "OEM_AGENT", "settings", "AGENT_REGISTRATION_PASSWORD")
    assert "hush-hush" not in f"{complaint}"


def test_a_setting_is_a_text_or_a_role_and_groups_may_be_looked_up() -> None:
    written = {
        "settings": {"IAM_ROLE_ARN": "${iam_role.audit}", "ENABLE_COMPRESSION": "true"},
        "security_groups": {"tag": {"Name": "app"}},
    }
    one = KIND.spec.model_validate({**SQLSERVER, "options": {"SQLSERVER_AUDIT": written}}).options["SQLSERVER_AUDIT"]
    assert one.settings["IAM_ROLE_ARN"] == Ref(Address("iam_role", "audit"), "arn")
    assert one.settings["ENABLE_COMPRESSION"] == "true"
    assert one.security_groups == (Lookup("security_group", (("tag:Name", "app"),)),)


# What AWS offers

OFFERED = [
    {"Name": "SSL", "PortRequired": True, "OptionsConflictsWith": [NNE], "OptionGroupOptionSettings": []},
    {"Name": NNE, "PortRequired": False, "OptionsConflictsWith": ["SSL"], "OptionGroupOptionSettings": []},
    {"Name": "APEX-DEV", "PortRequired": False, "OptionsDependedOn": ["APEX"]},
    {"Name": "SPATIAL", "OptionsConflictsWith": ["LOCATOR"]},
    {"Name": "LOCATOR", "OptionsConflictsWith": ["SPATIAL"]},
    {"Name": "NEWER", "PortRequired": True},
    {
        "Name": "OEM_AGENT",
        "PortRequired": True,
        "OptionGroupOptionVersions": [{"Version": "13.5", "IsDefault": False}],
        "OptionGroupOptionSettings": [{"SettingName": "OMS_HOST", "IsModifiable": True, "IsRequired": True}],
    },
    {
        "Name": "AUDIT",
        "OptionGroupOptionSettings": [
            {"SettingName": "SERVER_AUDIT_EVENTS", "DefaultValue": "CONNECT", "IsModifiable": True},
            {"SettingName": "SERVER_AUDIT_LOGGING", "DefaultValue": "ON", "IsModifiable": False, "IsRequired": True},
        ],
    },
]


def verified(**options: Any) -> list[tuple[tuple[Any, ...], str]]:
    looking = FakeReader(
        {
            ("rds", "DescribeOptionGroupOptions"): {"OptionGroupOptions": OFFERED},
            ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": [{"GroupId": GROUP}]},
        }
    )
    problems = [
        (item.path, item.what) for item in KIND.verify(looking, declare(KIND, "orders", oracle(**options)), SCOPE)
    ]
    for call in looking.calls:
        assert_valid_call(*call)
    return problems


def test_what_aws_offers_is_taken_and_a_group_without_options_asks_for_nothing() -> None:
    assert verified() == []
    assert verified(SSL={"security_groups": [GROUP]}) == []
    assert list(KIND.verify(FakeReader({}), declare(KIND, "orders", ORACLE), SCOPE)) == []


@pytest.mark.parametrize(
    ("options", "path", "what"),
    [
        ({"APEX_DEV": {}}, ("APEX_DEV",), "oracle-ee 19 has no option APEX_DEV"),
        ({"APEX-DEV": {}}, ("APEX-DEV",), "APEX-DEV needs the option APEX"),
        ({"SPATIAL": {}, "LOCATOR": {}}, ("LOCATOR",), "LOCATOR and SPATIAL exclude each other"),
        (
            {"NEWER": {}},
            ("NEWER",),
            "NEWER listens on a port of its own, and no security group says who can connect to it",
        ),
        ({"AUDIT": {"version": "1"}}, ("AUDIT", "version"), "AUDIT has no versions"),
        (
            {"AUDIT": {"settings": {"SERVER_AUDIT_EVENT": "QUERY"}}},
            ("AUDIT", "settings", "SERVER_AUDIT_EVENT"),
            "AUDIT has no setting SERVER_AUDIT_EVENT",
        ),
        (
            {"AUDIT": {"settings": {"SERVER_AUDIT_LOGGING": "OFF"}}},
            ("AUDIT", "settings", "SERVER_AUDIT_LOGGING"),
            "SERVER_AUDIT_LOGGING of AUDIT cannot be changed",
        ),
        (
            {"SSL": {"security_groups": [GROUP, OTHER]}},
            ("SSL", "security_groups", 1),
            f"there is no security group {OTHER} here",
        ),
    ],
)
def test_what_aws_does_not_offer_is_refused_before_the_first_call(
    options: dict[str, Any], path: tuple[Any, ...], what: str
) -> None:
    assert verified(**options) == [(("options", *path), what)]


def test_an_option_without_a_default_version_needs_one_and_its_required_settings() -> None:
    groups = {"security_groups": [GROUP]}
    assert [what for _, what in verified(OEM_AGENT=groups)] == [
        "OEM_AGENT has no default version",
        "OEM_AGENT needs the setting OMS_HOST",
    ]
    host = {**groups, "settings": {"OMS_HOST": "oms.example.com"}}
    assert [what for _, what in verified(OEM_AGENT={**host, "version": "13.4"})] == ["OEM_AGENT has no version 13.4"]
    assert verified(OEM_AGENT={**host, "version": "13.5"}) == []


# What is live


def test_reading_asks_for_nothing_where_no_group_is_ours() -> None:
    assert list(KIND.read(FakeReader({}), wanted(KIND))) == []
    [one] = KIND.read(reader(described()), wanted(KIND, tagged={ARN: {}}))
    assert one.name == "orders-19"


def test_reading_asks_for_the_tags_of_our_groups_only() -> None:
    looking = reader(described(), described(name="a-stranger"), tags={"team": "payments"})
    [one] = KIND.read(looking, wanted(KIND, declare(KIND, "Orders", ORACLE)))
    assert (one.identity, one.tags) == ("orders-19", {"team": "payments"})
    assert one.exports == {"name": "orders-19", "arn": ARN}
    assert [call[1] for call in looking.calls] == ["DescribeOptionGroups", "DescribeDBInstances", "ListTagsForResource"]
    for call in looking.calls:
        assert_valid_call(*call)


def test_a_password_at_aws_is_never_taken_over() -> None:
    settings = {"AGENT_REGISTRATION_PASSWORD": ("hush-hush", None), "OMS_HOST": ("oms.example.com", None)}
    live = found(option("OEM_AGENT", settings, port=3872, groups=(GROUP,), OptionVersion="13.5"))
    assert live.spec.options["OEM_AGENT"].settings == {"OMS_HOST": "oms.example.com"}
    assert "hush-hush" not in repr(live)
    assert differences(oracle(OEM_AGENT={"security_groups": [GROUP]}), live) == []


def test_what_waits_for_a_window_or_failed_is_said_of_each_database() -> None:
    statuses = ("in-sync", "pending-apply", "pending-maintenance-removal", "applying", "failed")
    databases = [database(f"db-{number}", ("Orders-19", status)) for number, status in enumerate(statuses)]
    looking = reader(described(), databases=(*databases, database("other", ("default:oracle-ee-19", "failed"))))
    assert found(look=looking).facts["notes"] == (
        "database db-1: what changed last waits for its maintenance window",
        "database db-2: what changed last waits for its maintenance window",
        "database db-3: what changed last is just being put into effect",
        "database db-4: AWS could not put the options into effect",
    )


# How the two compare


def test_what_is_read_equals_what_is_declared() -> None:
    assert differences(ORACLE, found()) == []
    live = found(option("SSL", **SSL))  # type: ignore[arg-type]
    assert differences(oracle(SSL={"security_groups": [GROUP]}), live) == []


def test_settings_that_are_not_written_stay_as_they_are_rds_9() -> None:
    settings = {
        "SQLNET.ENCRYPTION_SERVER": ("required", "REQUESTED"),
        "SQLNET.ENCRYPTION_TYPES_SERVER": ("AES256, AES192", "RC4_256,AES256"),
        "SQLNET.ENCRYPTION_CLIENT": ("REQUIRED", "REQUESTED"),
        "SQLNET.CRYPTO_CHECKSUM_SERVER": ("REQUESTED", "REQUESTED"),
    }
    live = found(option(NNE, settings))
    assert differences(oracle(**{NNE: {}}), live) == []
    as_it_is = {"settings": {"SQLNET.CRYPTO_CHECKSUM_SERVER": "REQUESTED"}}
    assert differences(oracle(**{NNE: as_it_is}), live) == []
    _, change = compare(
        KIND, declare(KIND, "orders", oracle(**{NNE: {"settings": {"SQLNET.ENCRYPTION_CLIENT": "REJECTED"}}})), live
    )
    [only] = change.fields
    assert {key for key in only.new["settings"] if only.new["settings"][key] != only.old["settings"].get(key)} == {
        "SQLNET.ENCRYPTION_CLIENT"
    }


def test_clear_text_that_became_possible_is_a_difference_rds_21() -> None:
    settings = {"SQLNET.ENCRYPTION_SERVER": ("REQUESTED", "REQUESTED")}
    assert differences(oracle(**{NNE: {}}), found(option(NNE, settings))) == [NNE]


def test_security_groups_are_compared_whatever_their_order_and_none_may_be_added() -> None:
    live = found(option("SSL", **{**SSL, "groups": (OTHER, GROUP)}))  # type: ignore[arg-type]
    assert differences(oracle(SSL={"security_groups": [OTHER, GROUP]}), live) == []
    assert differences(oracle(SSL={"security_groups": [GROUP]}), live) == ["SSL"]
    target = Address("security_group", "orders")
    scope = knowing(SCOPE, (target, {"id": GROUP}))
    assert differences(oracle(SSL={"security_groups": ["${security_group.orders}", OTHER]}), live, scope) == []


def test_ports_and_versions_that_are_not_written_stay() -> None:
    live = found(option("OEM_AGENT", port=4000, groups=(GROUP,), OptionVersion="13.5"))
    assert differences(oracle(OEM_AGENT={"security_groups": [GROUP]}), live) == []
    changed = {"security_groups": [GROUP], "port": 3872, "version": "13.5"}
    assert differences(oracle(OEM_AGENT=changed), live) == ["OEM_AGENT"]


def test_a_permanent_option_is_never_removed_rds_9() -> None:
    live = found(option("TDE", Persistent=True, Permanent=True), option("STATSPACK"))
    difference, _ = compare(KIND, declare(KIND, "orders", ORACLE), live)
    [(change, advice)] = difference.refused
    assert (change.member, [item.member for item in difference.changes]) == ("TDE", ["STATSPACK"])
    assert advice.startswith("AWS never takes TDE out of an option group: write it again")


def test_a_persistent_option_is_removed_only_when_nothing_uses_its_group_rds_9() -> None:
    tde = described(option("TDE", Persistent=True))
    snapshot = {"DBSnapshotIdentifier": "last", "OptionGroupName": "orders-19"}
    other = {"DBSnapshotIdentifier": "other", "OptionGroupName": "default:oracle-ee-19"}

    free = found(look=reader(tde, snapshots=(other,)))
    assert differences(ORACLE, free) == ["TDE"]

    held = found(look=reader(tde, databases=(database("orders", ("orders-19", "in-sync")),), snapshots=(snapshot,)))
    difference, _ = compare(KIND, declare(KIND, "orders", ORACLE), held)
    [(change, advice)] = difference.refused
    assert change.member == "TDE"
    assert advice.endswith("give these another group, or let them go: database orders, snapshot last")

    many = tuple({**snapshot, "DBSnapshotIdentifier": f"s{number}"} for number in range(7))
    difference, _ = compare(KIND, declare(KIND, "orders", ORACLE), found(look=reader(tde, snapshots=many)))
    [(_, advice)] = difference.refused
    assert advice.endswith(": snapshot s0, snapshot s1, snapshot s2, snapshot s3, snapshot s4 and 2 more")


def test_engine_and_version_never_change() -> None:
    live = found(EngineName="oracle-se2", MajorEngineVersion="21")
    difference, _ = compare(KIND, declare(KIND, "orders", {**ORACLE, "name": "orders-19"}), live)
    assert [(change.path, "another 'name:'" in advice) for change, advice in difference.refused] == [
        ("engine", True),
        ("major_version", True),
    ]


# What the plan says besides


def notes(written: dict[str, Any]) -> list[str]:
    return list(KIND.notes(declare(KIND, "orders", written), None))


@pytest.mark.parametrize("base", [ORACLE, SQLSERVER])
def test_tde_is_called_available_and_never_encrypted_rds_20(base: dict[str, str]) -> None:
    [said] = notes({**base, "options": {"TDE": {}}})
    assert said.startswith("TDE is available, which encrypts nothing by itself")
    assert "encrypted by TDE" not in said


def test_with_oracles_ssl_the_clear_port_stays_open_rds_21() -> None:
    [said] = notes(oracle(SSL={"security_groups": [GROUP]}))
    assert "the database's port stays open for clear text" in said


def test_network_encryption_that_is_not_required_is_said_not_to_be_forced_rds_21() -> None:
    assert notes(oracle(**{NNE: {}})) == []
    assert notes(oracle(**{NNE: {"settings": {"SQLNET.ENCRYPTION_SERVER": "required"}}})) == []
    [said] = notes(oracle(**{NNE: {"settings": {"SQLNET.ENCRYPTION_SERVER": "REQUESTED"}}}))
    assert "clear text stays possible" in said


def test_nothing_is_said_of_options_that_are_left_to_others() -> None:
    assert notes({**ORACLE, "options": {"TDE": {}}, "ignore": ["options"]}) == []


# Calls


def test_a_group_is_made_with_its_tags_and_then_gets_its_options() -> None:
    """House rule 9."""
    resource = declare(KIND, "orders", oracle(**{NNE: {}, "TDE": {}}))
    group, options = created(KIND, resource)
    assert (group.action, options.action) == ("CreateOptionGroup", "ModifyOptionGroup")
    assert tagging.mapping(group.params["Tags"]) == resource.tags
    assert options.params == {
        "OptionGroupName": "orders-19",
        "ApplyImmediately": True,
        "OptionsToInclude": (
            {
                "OptionName": NNE,
                "OptionSettings": tuple({"Name": name, "Value": FORCED[name]} for name in sorted(FORCED)),
            },
            {"OptionName": "TDE"},
        ),
    }
    assert actions(created(KIND, declare(KIND, "orders", ORACLE))) == ["CreateOptionGroup"]


def test_tls_is_1_2_and_the_usual_port_unless_written() -> None:
    *_, options = created(KIND, declare(KIND, "orders", oracle(SSL={"security_groups": ["${security_group.tls}"]})))
    assert options.params["OptionsToInclude"] == (
        {
            "OptionName": "SSL",
            "Port": 2484,
            "VpcSecurityGroupMemberships": (Ref(Address("security_group", "tls"), "id"),),
            "OptionSettings": ({"Name": "SQLNET.SSL_VERSION", "Value": "1.2"},),
        },
    )


def test_an_option_that_takes_a_role_needs_to_pass_it_and_waits_until_it_is_seen_iam_1() -> None:
    """ANY-4."""
    for role in (ROLE, "${iam_role.audit}"):
        audit = {"SQLSERVER_AUDIT": {"settings": {"IAM_ROLE_ARN": role}}}
        *_, call = created(KIND, declare(KIND, "orders", {**SQLSERVER, "options": audit}))
        assert call.also == ("iam:PassRole",)
        assert "InvalidParameterValue" in [retry.code for retry in call.retry_on]
    *_, call = created(KIND, declare(KIND, "orders", {**SQLSERVER, "options": {"TDE": {}}}))
    assert call.also == ()


def test_one_call_makes_all_changes_for_the_window_unless_now_is_written() -> None:
    live = found(option("SSL", **SSL))  # type: ignore[arg-type]
    for when, now in (("window", False), ("now", True)):
        [call] = updated(KIND, declare(KIND, "orders", {**oracle(**{NNE: {}}), "when": when}), live)
        assert (call.params["ApplyImmediately"], call.params["OptionsToRemove"]) == (now, ("SSL",))
        assert [item["OptionName"] for item in call.params["OptionsToInclude"]] == [NNE]
        assert call.summary == f"set {NNE} and remove SSL"
        assert call.wait is not None
        assert ("pending-maintenance-apply" in call.wait.until[0].any_of) is not now


def test_a_changed_option_is_sent_with_its_port_version_and_groups() -> None:
    live = found(option("OEM_AGENT", {"OMS_HOST": ("a", None)}, port=4000, groups=(GROUP,), OptionVersion="13.5"))
    written = oracle(OEM_AGENT={"security_groups": [GROUP], "settings": {"OMS_HOST": "b"}})
    [call] = updated(KIND, declare(KIND, "orders", written), live)
    assert call.params["OptionsToInclude"] == (
        {
            "OptionName": "OEM_AGENT",
            "OptionVersion": "13.5",
            "Port": 4000,
            "VpcSecurityGroupMemberships": (GROUP,),
            "OptionSettings": ({"Name": "OMS_HOST", "Value": "b"},),
        },
    )


def test_a_group_that_is_gone_is_deleted_and_one_just_let_go_is_tried_again_rds_10() -> None:
    live = link(found(), Address(KIND.name, "orders"), SCOPE)
    [call] = checked(KIND.delete(live, SCOPE))
    assert call.destructive
    assert call.done_on == ("OptionGroupNotFoundFault",)
    assert [retry.code for retry in call.retry_on] == ["InvalidOptionGroupStateFault"]


def test_tags_are_set_and_removed_by_arn() -> None:
    live = link(found(), Address(KIND.name, "orders"), SCOPE)
    operations = checked(KIND.tag(live, {"team": "payments"}, ("tier",), SCOPE))
    assert [(item.action, item.params["ResourceName"]) for item in operations] == [
        ("AddTagsToResource", ARN),
        ("RemoveTagsFromResource", ARN),
    ]


# Who holds it (RDS-10)

OURS = database("orders", ("orders-19", "in-sync"), stack="orders")


def inspected(going: frozenset[str] = frozenset(), **account: Any) -> str:
    """Why it must stay, "" where it may go."""
    looking = reader(described(), **account)
    live = link(found(), Address(KIND.name, "orders"), SCOPE)
    outcome = KIND.inspect(looking, live, SCOPE, going)
    for call in looking.calls:
        assert_valid_call(*call)
    assert isinstance(outcome, str) or outcome is live
    return outcome if isinstance(outcome, str) else ""


def test_a_group_that_nobody_uses_can_go_and_what_our_databases_use_the_planner_knows() -> None:
    assert inspected() == ""
    assert inspected(databases=(OURS,)) == ""


def test_a_group_that_a_strangers_database_uses_stays() -> None:
    strangers = (database("legacy", ("Orders-19", "in-sync")), database("apart", ("other", "in-sync")))
    assert inspected(databases=strangers) == "database legacy, which is not of this stack, uses it"


def test_a_group_that_backups_need_stays() -> None:
    going = frozenset({OURS["DBInstanceArn"]})
    assert inspected(going, databases=(OURS,)) == ""
    with_backups = {**OURS, "BackupRetentionPeriod": 7}
    assert (
        inspected(going, databases=(with_backups,)) == "the automated backups of database orders, which stay, need it"
    )
    snapshots = tuple({"DBSnapshotIdentifier": f"s{number}", "OptionGroupName": "orders-19"} for number in range(5))
    assert inspected(snapshots=snapshots[:1]) == "restoring snapshot s0 needs it"
    assert inspected(snapshots=snapshots) == "restoring snapshots s0, s1, s2 and 2 more needs it"
    retained = {"DBInstanceIdentifier": "gone", "OptionGroupName": "orders-19", "Status": "retained"}
    assert inspected(backups=(retained,)) == "the automated backups of database gone need it"
    assert inspected(backups=({**retained, "Status": "active"},)) == ""


def test_live_role_and_groups_become_references() -> None:
    """House rule 2."""
    target, role = Address("security_group", "tls"), Address("iam_role", "audit")
    scope = knowing(SCOPE, (target, {"id": GROUP}), (role, {"arn": ROLE}))
    live = found(option("SSL", {"IAM_ROLE_ARN": (ROLE, None)}, port=2484, groups=(GROUP,)))
    linked = link(replace(live), Address(KIND.name, "orders"), scope).spec.options["SSL"]
    assert linked.security_groups == (Ref(target, "id"),)
    assert linked.settings == {"IAM_ROLE_ARN": Ref(role, "arn")}
