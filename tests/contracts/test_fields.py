"""Every field of every kind: where AWS has it, what carries it there, and that it can be left to others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.model import Shape
from pydantic import BaseModel

from rds_secure.fields import Field, Mode, ignored, markers
from rds_secure.kind import Kind
from rds_secure.plan import Plan
from rds_secure.resources import KINDS
from tests.contracts import account, emitted, specs
from tests.contracts.specs import Variant
from tests.contracts.test_operations import service
from tests.contracts.values import Written
from tests.models import assert_path

VARIANTS = [(kind, variant) for kind in KINDS for variant in specs.variants(kind)]
COMPARED = [(kind, variant) for kind, variant in VARIANTS if variant.mode is not Mode.META]
IDENTITY = {("security_group_rule", field) for field in ("peer", "protocol", "port", "ports")}
"""Fields that make a thing what it is, so that they cannot be left to others."""
LEFT = [(kind, variant) for kind, variant in COMPARED if (kind.name, variant.field) not in IDENTITY]

SENT_NOWHERE = {
    "tags": "are looked at by themselves",
    "ignore": "says what is left to others",
    "exclusive": "says what becomes of what others added",
    "rule_quota": "says whether rules are added first, or revoked first",
    "reboot": "is about what exists",
    "maintenance": "is about what exists",
    "migration": "is about what exists",
    "disable_in_use": "says whether a key that databases use may be disabled",
    "when": "says when a change is made, and a creation is none",
    "instance_parameter_group": "goes along with a major upgrade",
    "master_password-1": "an instance that is new has a password",
    "password_version": "is kept in a tag",
    "max_storage_gib-2": "0 is what AWS does when nothing is sent, and it refuses 0",
    "log_exports-2": "none is what AWS does when nothing is sent",
}
"""Fields, or single values of them, that no call carries when a resource is made, and why."""


def variants(chosen: list[tuple[Kind[Any], Variant]]) -> Any:
    """One test for each of these."""
    return pytest.mark.parametrize(("kind", "variant"), chosen, ids=[f"{kind.name}.{item}" for kind, item in chosen])


# What is sent


ORDERING = {("activity_stream", "instance")}
"""Fields that only say what has to be there before."""
SENT = [
    (kind, item)
    for kind, item in VARIANTS
    if not {item.field, str(item)} & SENT_NOWHERE.keys() and (kind.name, item.field) not in ORDERING
]


@variants([(kind, item) for kind, item in SENT if not (kind.claimed and item.mode is Mode.CREATE_ONLY)])
def test_a_new_resource_is_made_with_what_is_written(kind: Kind[Any], variant: Variant) -> None:
    before, after = (_sent(account.planned(kind, None, side), kind) for side in (variant.before, variant.after))
    assert before != after


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if "tags" in kind.spec.model_fields], ids=lambda kind: kind.name
)
def test_tags_are_set_and_removed_and_the_call_that_makes_a_resource_carries_them(kind: Kind[Any]) -> None:
    """House rule 9."""
    least = specs.minimal(kind.name)
    tagged = {**least, "tags": {"team": "payments"}}

    created = account.subject(account.planned(kind, None, tagged), kind).operations
    assert "payments" in repr(created[-1 if kind.claimed else 0].params)
    for before, after in ((least, tagged), (tagged, least)):
        step = account.subject(account.planned(kind, before, after), kind)
        assert [(change.path, change.member) for change in step.changes] == [("tags", "team")]
        assert account.calls(step) == []
        assert "team" in repr([operation.params for operation in step.operations])


def test_no_kind_but_the_iam_group_and_the_settings_of_others_does_without_tags() -> None:
    """IAM-6: groups take none."""
    assert [kind.name for kind in KINDS if not kind.taggable] == ["iam_group", "snapshot_sharing", "activity_stream"]
    for kind in KINDS:
        assert ("tags" in kind.spec.model_fields) is kind.taggable


# What is left to others


@variants([(kind, item) for kind, item in LEFT if item.mode is not Mode.CREATE_ONLY or not kind.versioned])
def test_a_field_that_is_ignored_is_no_difference(kind: Kind[Any], variant: Variant) -> None:
    for live, declared in ((variant.before, variant.after), (variant.after, variant.before)):
        made = account.planned(kind, live, {**declared, "ignore": [variant.field]})
        step, left = account.subject(made, kind), ignored(kind.spec.model_construct(ignore=(variant.field,)))
        assert not {change.path.split(".")[0] for change in step.changes} & left
        assert not [refusal for refusal in made.refusals if refusal.what.startswith(f"{step.address}.{variant.field} ")]
        if _without(declared, variant.field) == _without(live, variant.field):
            assert account.calls(step) == []


@variants([(kind, item) for kind, item in LEFT if item.mode not in (Mode.CREATE_ONLY, Mode.NOTED)])
def test_a_field_that_is_ignored_stays_as_it_is_when_others_change(kind: Kind[Any], variant: Variant) -> None:
    """Some calls send several fields at once: an ignored one must go out with its live value."""
    for full in specs.maximal(kind):
        if variant.field in full and variant.field not in specs.bound(kind):
            others = _without(full, variant.field, "name")
            left = account.planned(kind, variant.after, {**others, "ignore": [variant.field]})
            same = account.planned(kind, variant.after, {**others, variant.field: variant.after[variant.field]})
            assert _sent(left, kind) == _sent(same, kind)


# What others add


@variants([(kind, item) for kind, item in COMPARED if item.marker.shared and "exclusive" in kind.spec.model_fields])
def test_what_others_add_is_shown_and_removed_only_where_the_resource_is_exclusive(
    kind: Kind[Any], variant: Variant
) -> None:
    declared = {**variant.before, "exclusive": "false"}
    shown = account.subject(account.planned(kind, variant.after, declared), kind)
    removed = account.subject(account.planned(kind, variant.after, {**declared, "exclusive": "true"}), kind)

    assert {change.path for change in shown.strangers} == {variant.path}
    assert (account.calls(shown), shown.changes) == ([], ())
    assert removed.strangers == ()
    assert {change.path for change in removed.changes} == {variant.path}
    assert account.calls(removed)


# Where AWS has it


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_parameter_that_a_marker_names_is_sent(kind: Kind[Any]) -> None:
    sent = {(item.action, name) for item in emitted.operations(kind) for name in item.params}
    bare = {name for _, name in sent}
    for part, field, marker in _markers(kind):
        for written in (marker.create, marker.change):
            action, path = _split(kind, written)
            name = path.partition(".")[0].removesuffix("[]")
            if written and name not in IN_DOCUMENTS:
                assert (action, name) in sent if action else name in bare, f"{part.__name__}.{field}: {written}"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_parameter_that_a_marker_names_is_one_of_its_call(kind: Kind[Any]) -> None:
    calls = {item.action: service(item.service).operation_model(item.action) for item in emitted.operations(kind)}
    for part, field, marker in _markers(kind):
        for written in (marker.create, marker.change):
            action, path = _split(kind, written)
            if not written or path.partition(".")[0] in IN_DOCUMENTS:
                continue
            shapes = [calls[action].input_shape] if action else [model.input_shape for model in calls.values()]
            assert any(_leads(shape, path) for shape in shapes), f"{part.__name__}.{field}: {written}"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_path_that_a_marker_names_is_in_a_reply(kind: Kind[Any]) -> None:
    roots = [(service(owner).operation_model(action).output_shape, select) for owner, action, select in READ[kind.name]]
    for part, field, marker in _markers(kind):
        action, path = _split(kind, marker.read)
        if action:
            [model] = [service(owner) for owner in kind.services if action in service(owner).operation_names]
            assert_path(model.operation_model(action).output_shape, path)
        elif path:
            assert any(_leads(shape, f"{select}{path}") for shape, select in roots), f"{part.__name__}.{field}: {path}"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_field_that_is_compared_says_where_it_is_read_and_one_that_can_change_with_what(kind: Kind[Any]) -> None:
    for name, marker in markers(kind.spec).items():
        if marker.mode is Mode.META or marker.into or _has_parts(kind, name):
            continue
        assert marker.read, name
        assert bool(marker.change) or marker.mode in (Mode.CREATE_ONLY, Mode.NOTED), name
        assert (marker.applies == "never") is (marker.mode in (Mode.CREATE_ONLY, Mode.NOTED)), name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_names_that_terraform_has_look_like_names(kind: Kind[Any]) -> None:
    for part, field, marker in _markers(kind):
        assert re.fullmatch(r"([a-z][a-z0-9]*(_[a-z0-9]+)*)?", marker.terraform), f"{part.__name__}.{field}"


IN_DOCUMENTS = ("Statement", "Principal", "Condition")
"""Words of policy documents, which are text to botocore."""

_BULK = ("iam", "GetAccountAuthorizationDetails")
READ = {
    "iam_group": ((*_BULK, "GroupDetailList[]."),),
    "iam_user": ((*_BULK, "UserDetailList[]."),),
    "iam_role": ((*_BULK, "RoleDetailList[]."),),
    "iam_policy": ((*_BULK, "Policies[]."), (*_BULK, "")),
    "security_group": (
        ("ec2", "DescribeSecurityGroups", "SecurityGroups[]."),
        ("ec2", "DescribeSecurityGroupRules", ""),
    ),
    "security_group_rule": (("ec2", "DescribeSecurityGroupRules", "SecurityGroupRules[]."),),
    "default_security_group": (
        ("ec2", "DescribeSecurityGroups", ""),
        ("ec2", "DescribeSecurityGroupRules", ""),
    ),
    "security_hub": (("securityhub", "DescribeHub", ""),),
    "db_subnet_group": (("rds", "DescribeDBSubnetGroups", "DBSubnetGroups[]."),),
    "kms_key": (("kms", "DescribeKey", "KeyMetadata."),),
    "data_key": (("secretsmanager", "DescribeSecret", ""),),
    "db_parameter_group": (("rds", "DescribeDBParameterGroups", "DBParameterGroups[]."),),
    "option_group": (("rds", "DescribeOptionGroups", "OptionGroupsList[]."),),
    "db_cluster_parameter_group": (("rds", "DescribeDBClusterParameterGroups", "DBClusterParameterGroups[]."),),
    "db_cluster": (("rds", "DescribeDBClusters", "DBClusters[]."),),
    "db_instance": (("rds", "DescribeDBInstances", "DBInstances[]."),),
    "db_proxy": (("rds", "DescribeDBProxies", "DBProxies[]."),),
    "snapshot_sharing": (("rds", "DescribeDBSnapshotAttributes", "DBSnapshotAttributesResult."),),
    "activity_stream": (("rds", "DescribeDBClusters", "DBClusters[]."),),
    "event_subscription": (("rds", "DescribeEventSubscriptions", "EventSubscriptionsList[]."),),
}
"""What each kind's read paths start from, unless they name a call."""


def _markers(kind: Kind[Any]) -> Iterator[tuple[type[BaseModel], str, Field]]:
    for part in specs.parts(kind.spec):
        for name, marker in markers(part).items():
            yield part, name, marker


def _split(kind: Kind[Any], written: str) -> tuple[str, str]:
    """``CreateAlias.AliasName`` → its call and its path; without a call, "" and the path."""
    first, _, rest = written.partition(".")
    names = {name for owner in kind.services for name in service(owner).operation_names}
    return (first, rest) if first in names else ("", written)


def _leads(shape: Shape | None, path: str) -> bool:
    try:
        assert_path(shape, path)
    except AssertionError:
        return False
    return True


def _has_parts(kind: Kind[Any], name: str) -> bool:
    return any(item.path.startswith(f"{name}.") for item in specs.variants(kind))


def _without(written: Written, *fields: str) -> Written:
    return {name: value for name, value in written.items() if name not in fields}


def _sent(made: Plan, kind: Kind[Any]) -> list[Any]:
    """The calls for the subject as they go out, those left out that only tag."""
    return account.params(account.calls(account.subject(made, kind)))
