"""An IAM account as its read calls show it, for tests of the IAM kinds: replies in AWS's shape. It has no tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.kind import Found, Kind, Resource
from rds_secure.operation import Operation
from rds_secure.values import Address
from tests.fakes import FakeReader, error
from tests.resources.planning import SCOPE, checked, link, wanted

ACCOUNT = SCOPE.account
MADE = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POWER_USER = "arn:aws:iam::aws:policy/PowerUserAccess"
OF_AWS = (READ_ONLY, POWER_USER)
BULK = ("iam", "GetAccountAuthorizationDetails", {"Filter": ["User", "Group", "Role", "LocalManagedPolicy"]})


def arn(what: str, name: str, path: str = "/") -> str:
    return f"arn:aws:iam::{ACCOUNT}:{what}{path}{name}"


def ours(kind: str, name: str, stack: str = SCOPE.stack) -> dict[str, str]:
    """The tags of something that a stack owns, whose key is its name."""
    return ownership.tags(stack, Address(kind, name), name, {}, {}, SCOPE.region)


def allowing(*actions: str, resource: str = "*") -> dict[str, Any]:
    """A policy document as botocore decodes it."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}]}


def trusting(**principal: Any) -> dict[str, Any]:
    """A trust policy as botocore decodes it."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def user(
    name: str,
    path: str = "/",
    groups: Iterable[str] = (),
    attached: Iterable[str] = (),
    inline: Iterable[str] = (),
    boundary: str = "",
    tags: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A member of UserDetailList."""
    detail = {**_principal("User", name, path, attached, inline), "GroupList": list(groups)}
    return {**detail, **_boundary(boundary), "Tags": list(tagging.pairs(tags or {}))}


def group(name: str, path: str = "/", attached: Iterable[str] = (), inline: Iterable[str] = ()) -> dict[str, Any]:
    """A member of GroupDetailList."""
    return _principal("Group", name, path, attached, inline)


def role(
    name: str,
    path: str = "/",
    trust: Mapping[str, Any] | None = None,
    attached: Iterable[str] = (),
    inline: Iterable[str] = (),
    boundary: str = "",
    profiles: Iterable[str] = (),
    tags: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A member of RoleDetailList, which has neither description nor longest session (IAM-6)."""
    return {
        **_principal("Role", name, path, attached, inline),
        **_boundary(boundary),
        "AssumeRolePolicyDocument": trust or trusting(Service="ecs-tasks.amazonaws.com"),
        "InstanceProfileList": [{"InstanceProfileName": profile} for profile in profiles],
        "Tags": list(tagging.pairs(tags or {})),
    }


def profile(name: str, *roles: str, tags: Mapping[str, str] | None = None) -> dict[str, Any]:
    """An instance profile as GetInstanceProfile shows it; the details of roles leave its tags out."""
    held = [{"RoleName": item} for item in roles]
    return {"InstanceProfileName": name, "Roles": held, "Tags": list(tagging.pairs(tags or {}))}


def policy(name: str, *versions: Any, path: str = "/", default: int = -1) -> dict[str, Any]:
    """A member of Policies, oldest version first, the last one the default; it has no tags (IAM-6)."""
    listed = [
        {"Document": document, "VersionId": f"v{number}", "IsDefaultVersion": False, "CreateDate": MADE}
        for number, document in enumerate(versions or (allowing("rds:Describe*"),), 1)
    ]
    listed[default]["IsDefaultVersion"] = True
    return {
        "PolicyName": name,
        "PolicyId": f"ANPA{name.upper()}",
        "Arn": arn("policy", name, path),
        "Path": path,
        "DefaultVersionId": listed[default]["VersionId"],
        "PolicyVersionList": listed[::-1],
    }


def account(
    *details: Mapping[str, Any],
    described: Mapping[str, Mapping[str, Any]] | None = None,
    answers: Mapping[tuple[str, ...], Any] | None = None,
    profiles: Iterable[Mapping[str, Any]] = (),
) -> FakeReader:
    """A reader of an account with these in it; ``profiles`` as `profile` makes them.

    ``described``: what GetPolicy and GetRole say beside the details, by ARN: Tags as a mapping, Description and so on.
    """
    more = described or {}

    def get_policy(params: Mapping[str, Any]) -> Any:
        found = params["PolicyArn"]
        if found not in (*OF_AWS, *(detail["Arn"] for detail in details)):
            return error("iam", "GetPolicy", "NoSuchEntity")
        said = dict(more.get(found, {}))
        tags = list(tagging.pairs(said.pop("Tags", {})))
        name = found.rpartition("/")[2]
        return {"Policy": {"PolicyName": name, "PolicyId": f"ANPA{name.upper()}", "Arn": found, "Tags": tags, **said}}

    def get_role(params: Mapping[str, Any]) -> Any:
        detail = next(detail for detail in details if detail.get("RoleName") == params["RoleName"])
        return {"Role": {"MaxSessionDuration": 3600, **detail, **more.get(detail["Arn"], {})}}

    bulk = {f"{what}DetailList": [detail for detail in details if f"{what}Name" in detail] for what in _WHAT}
    bulk["Policies"] = [detail for detail in details if "PolicyVersionList" in detail]
    return FakeReader(
        {
            ("iam", "GetAccountAuthorizationDetails"): bulk,
            ("iam", "GetPolicy"): get_policy,
            ("iam", "GetRole"): get_role,
            ("iam", "GetInstanceProfile"): error("iam", "GetInstanceProfile", "NoSuchEntity"),
            **{
                ("iam", "GetInstanceProfile", item["InstanceProfileName"]): {"InstanceProfile": item}
                for item in profiles
            },
            ("iam", "GetAccountSummary"): {"SummaryMap": {}},
            ("sts", "GetCallerIdentity"): {"Account": ACCOUNT, "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/run"},
            **(answers or {}),
        }
    )


def found(kind: Kind[Any], reader: FakeReader, *resources: Resource[Any], tagged: Any = None) -> list[Found[Any]]:
    """What the kind reads when these are declared."""
    return list(kind.read(reader, wanted(kind, *resources, tagged=tagged)))


def deleted(kind: Kind[Any], item: Found[Any], scope: Any = SCOPE) -> tuple[Operation, ...]:
    """The calls that delete what was read, each valid against the service's model."""
    return checked(kind.delete(link(item, Address(kind.name, item.name), scope), scope))


def inspected(kind: Kind[Any], reader: FakeReader, item: Found[Any]) -> Any:
    """What a closer look before a deletion says."""
    live = link(item, Address(kind.name, item.name), SCOPE)
    outcome = kind.inspect(reader, live, SCOPE, frozenset())
    return "may go" if outcome is live else outcome


def verified(kind: Kind[Any], reader: FakeReader, resource: Resource[Any]) -> list[tuple[tuple[Any, ...], str]]:
    """What is wrong with a spec in this account: where, and what."""
    return [(complaint.path, complaint.what) for complaint in kind.verify(reader, resource, SCOPE)]


_WHAT = ("User", "Group", "Role")


def _principal(what: str, name: str, path: str, attached: Iterable[str], inline: Iterable[str]) -> dict[str, Any]:
    return {
        f"{what}Name": name,
        f"{what}Id": f"A{what[0]}ID{name.upper()}",
        "Path": path,
        "Arn": arn(what.lower(), name, path),
        "CreateDate": MADE,
        "AttachedManagedPolicies": [
            {"PolicyName": item.rpartition("/")[2], "PolicyArn": item} for item in sorted(attached)
        ],
        f"{what}PolicyList": [{"PolicyName": item, "PolicyDocument": allowing("*")} for item in inline],
    }


def _boundary(policy_arn: str) -> dict[str, Any]:
    held = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": policy_arn}
    return {"PermissionsBoundary": held} if policy_arn else {}
