"""IAM groups, which are ours by their path: they take no tags. Members are written at the users, not here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rds_secure import tagging
from rds_secure.fields import Named, ResourceSpec
from rds_secure.iam import principals
from rds_secure.iam.attachments import LETTING_GO, must_stay, policies_let_go, policies_made, policies_settled, strange
from rds_secure.iam.holder import Holder
from rds_secure.iam.principals import GONE, Attached
from rds_secure.kind import (
    Change,
    Complaint,
    Consequence,
    FieldChange,
    Found,
    Kind,
    Live,
    Reader,
    Resource,
    Scope,
    Wanted,
)
from rds_secure.operation import Condition, Operation, Wait
from rds_secure.ownership import Owner
from rds_secure.values import Address

_PATH = re.compile(r"/rds-secure/([^/]+)/([^/]+)/(?:([^/]+)/)?")


class IamGroupSpec(Holder, Named, ResourceSpec):
    """A group. AWS gives groups no tags, so their path says which stack has them."""

    what = "Group"


class IamGroup(Kind[IamGroupSpec]):
    """IAM `CreateGroup` and its like. Its path is /rds-secure/<home region>/<stack>/<key>/ (IAM-6).

    The key is in it so that a group is found again when its `name:` changes. Groups of before, whose path ends in the
    stack, go by their name: they stay where they are, because another path would be another ARN. One that is adopted is
    moved below our path, for nothing else would say whose it is.
    """

    name = "iam_group"
    title = "IAM group"
    spec = IamGroupSpec
    exports = {"arn": "its ARN", "name": "its name"}
    services = ("iam",)
    read_actions = principals.READ_ACTIONS
    taggable = False
    imported = False
    home = True

    def draft(self, live: Live[IamGroupSpec]) -> IamGroupSpec:
        return principals.with_names(live.spec)

    def unsaid(self, live: Live[IamGroupSpec]) -> Iterator[str]:
        return principals.unsaid(live.spec.inline_policies)

    def check(self, key: str, spec: IamGroupSpec) -> Iterator[Complaint]:
        yield from principals.check_name(spec.name, 128)
        yield from principals.check_policies(spec.policies)

    def verify(self, reader: Reader, resource: Resource[IamGroupSpec], scope: Scope) -> Iterator[Complaint]:
        yield from principals.verify_policies(reader, "Group", resource.name, resource.spec, scope)

    def predict(self, scope: Scope, name: str, spec: IamGroupSpec) -> Mapping[str, str]:
        return {"name": name}

    def normalise(
        self, resource: Resource[IamGroupSpec], live: Live[IamGroupSpec] | None, scope: Scope
    ) -> IamGroupSpec:
        return principals.with_arns(resource.spec, scope.partition)

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[IamGroupSpec]]:
        path = _path(wanted.scope)
        groups = principals.listed(reader, "Group")
        details = [
            detail
            for detail in groups
            if wanted.asks_for(detail["GroupName"].lower(), detail["Arn"]) or detail["Path"].startswith(path)
        ]
        missing = wanted.identities - {detail["GroupName"].lower() for detail in groups}
        policies = reader.each(lambda detail: principals.attached(reader, detail, wanted), details)
        members = _members(reader) if details else {}
        return [
            _found(detail, found, members.get(detail["GroupName"], {}), wanted.scope, missing)
            for detail, found in zip(details, policies, strict=True)
        ]

    def inspect(
        self, reader: Reader, live: Live[IamGroupSpec], scope: Scope, going: frozenset[str]
    ) -> Live[IamGroupSpec] | str:
        """A group with members that are not its stack's users stays; those users leave by steps of their own.

        So does one whose path names no key while a new one is declared: that may be its new name.
        """
        if missing := live.facts["renamed"]:
            return f"its path does not tell its key, so it may be what {' or '.join(missing)} was before"
        members: Mapping[str, str] = live.facts["members"]
        held = [f"member {name}" for name, stack in sorted(members.items()) if stack != scope.stack]
        held.extend(strange(live))
        return must_stay(held) if held else live

    def create(self, resource: Resource[IamGroupSpec], scope: Scope) -> tuple[Operation, ...]:
        name, spec = resource.name, self.normalise(resource, None, scope)
        create = Operation(
            service="iam",
            action="CreateGroup",
            params={"GroupName": name, "Path": _path(scope, resource.address.name)},
            summary=f"create group {name}",
            exports={"arn": "Group.Arn", "name": "Group.GroupName"},
        )
        return (create, *policies_made("Group", name, spec.policies))

    def update(self, change: Change[IamGroupSpec]) -> tuple[Operation, ...]:
        return policies_settled("Group", change)

    def follow(self, change: Change[IamGroupSpec], elsewhere: Mapping[Address, tuple[FieldChange, ...]]) -> Consequence:
        """A group of nobody is here because it is adopted: its path changes, and its ARN with that (IAM-6)."""
        if change.live.found.owned_by_path is not None:
            return Consequence()
        path = _path(change.scope, change.resource.address.name)
        arn, old = str(change.live.facts["also"]), str(change.live.facts["path"])
        new = change.scope.arn("iam", f"group{path}{change.live.name}", regional=False)
        return Consequence(
            changes=(FieldChange("path", old=old, new=path),),
            operations=(_moved(change.live.name, path),),
            notes=(f"its ARN changes from {arn} to {new}: what names the old one outside this stack has to follow",),
        )

    def delete(self, live: Live[IamGroupSpec], scope: Scope) -> tuple[Operation, ...]:
        return (
            *policies_let_go("Group", live),
            Operation(
                service="iam",
                action="DeleteGroup",
                params={"GroupName": live.name},
                summary=f"delete group {live.name}",
                retry_on=LETTING_GO,
                done_on=GONE,
                destructive=True,
            ),
        )


def _path(scope: Scope, key: str = "") -> str:
    """Where the groups of a stack are, or one of them."""
    return f"/rds-secure/{scope.region}/{scope.stack}/{f'{key}/' if key else ''}"


def _moved(name: str, path: str) -> Operation:
    """Another path for a group. The reply does not tell its new ARN, so it is looked up."""
    return Operation(
        service="iam",
        action="UpdateGroup",
        params={"GroupName": name, "NewPath": path},
        summary=f"move group {name} to {path}",
        wait=Wait(
            service="iam",
            action="GetGroup",
            params={"GroupName": name},
            select="Group",
            until=(Condition("Path", (path,), "its new path"),),
            exports={"arn": "Arn", "name": "GroupName"},
        ),
    )


def _owner(detail: Mapping[str, Any], scope: Scope) -> Owner | None:
    """Whose a group is, by its path. A stack of our name whose home is another region is another owner."""
    match = _PATH.fullmatch(detail["Path"])
    if match is None:
        return None
    home, stack, key = match.groups()
    if stack == scope.stack and home != scope.region:
        stack = f"{stack} in {home}"
    return Owner(stack, Address("iam_group", key or detail["GroupName"]), detail["GroupName"])


def _members(reader: Reader) -> Mapping[str, Mapping[str, str]]:
    """Group → its members → the stack of each, or ""."""
    found: dict[str, dict[str, str]] = {}
    for user in principals.listed(reader, "User"):
        for group in user.get("GroupList", ()):
            found.setdefault(group, {})[user["UserName"]] = principals.stack_of(tagging.mapping(user.get("Tags")))
    return found


def _found(
    detail: Mapping[str, Any], policies: Attached, members: Mapping[str, str], scope: Scope, missing: Iterable[str]
) -> Found[IamGroupSpec]:
    owner = _owner(detail, scope)
    is_keyed = owner is None or detail["Path"] != _path(scope)
    # The ARN of one that nobody has is none to refer to: it changes when the group is adopted.
    arn = {"arn": detail["Arn"]} if owner else {}
    return Found(
        name=detail["GroupName"],
        identity=detail["GroupName"].lower(),
        spec=IamGroupSpec.model_construct(
            policies=policies.outside, inline_policies=principals.inline(detail, "Group")
        ),
        exports={**arn, "name": detail["GroupName"]},
        facts={
            **policies.facts,
            "also": detail["Arn"],
            "path": detail["Path"],
            "members": members,
            "renamed": () if is_keyed else tuple(sorted(missing)),
        },
        owned_by_path=owner,
        keyed=is_keyed,
    )


KIND = IamGroup()
