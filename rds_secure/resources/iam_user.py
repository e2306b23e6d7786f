"""IAM users: their groups, boundary and outside policies. Access keys and passwords are neither made nor deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from rds_secure import tagging
from rds_secure.fields import Field, Mode, Named, ResourceSpec, Tagged
from rds_secure.iam import principals
from rds_secure.iam.attachments import (
    LETTING_GO,
    NEW,
    boundary_removed,
    boundary_set,
    must_stay,
    policies_let_go,
    policies_made,
    policies_settled,
    releases,
    strange,
    swapped,
    tag,
)
from rds_secure.iam.holder import Bounded, Holder
from rds_secure.iam.principals import GONE, Attached
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Operation
from rds_secure.values import Ref, Value

_CREDENTIALS = (
    ("ListAccessKeys", "AccessKeyMetadata", "AccessKeyId", "access key"),
    ("ListMFADevices", "MFADevices", "SerialNumber", "MFA device"),
    ("ListSSHPublicKeys", "SSHPublicKeys", "SSHPublicKeyId", "SSH key"),
    ("ListSigningCertificates", "Certificates", "CertificateId", "signing certificate"),
    ("ListServiceSpecificCredentials", "ServiceSpecificCredentials", "ServiceSpecificCredentialId", "credential"),
)
"""What a user may have that we never make, and that DeleteUser would stumble over (IAM-5): call, list, id, word."""


class IamUserSpec(Holder, Bounded, Named, Tagged, ResourceSpec):
    """A user. Its credentials are its own: none is ever made or deleted here."""

    what = "User"

    path: Annotated[
        principals.Path, Field(Mode.CREATE_ONLY, create="Path", read="Path", terraform="path", applies="never")
    ] = "/"
    """The path in front of the name in its ARN. Fixed once the user exists: another one would change the ARN."""
    groups: Annotated[
        tuple[principals.GroupName, ...],
        Field(
            create="AddUserToGroup.GroupName",
            change="RemoveUserFromGroup.GroupName",
            read="GroupList",
            terraform="groups",
            as_set=True,
        ),
    ] = ()
    """All groups it is a member of, each by reference or by name: it leaves any other."""


class IamUser(Kind[IamUserSpec]):
    """IAM `CreateUser` and its like."""

    name = "iam_user"
    title = "IAM user"
    spec = IamUserSpec
    exports = {"arn": "its ARN", "name": "its name"}
    services = ("iam",)
    read_actions = (
        *principals.READ_ACTIONS,
        *(f"iam:{action}" for action, _, _, _ in _CREDENTIALS),
        "iam:GetLoginProfile",
    )
    home = True
    imported = False

    def draft(self, live: Live[IamUserSpec]) -> IamUserSpec:
        return principals.with_names(live.spec)

    def unsaid(self, live: Live[IamUserSpec]) -> Iterator[str]:
        return principals.unsaid(live.spec.inline_policies)

    def check(self, key: str, spec: IamUserSpec) -> Iterator[Complaint]:
        yield from principals.check_name(spec.name, 64)
        yield from principals.check_policies(spec.policies)

    def verify(self, reader: Reader, resource: Resource[IamUserSpec], scope: Scope) -> Iterator[Complaint]:
        spec = resource.spec
        yield from principals.verify_names(reader, ("groups",), "Group", spec.groups)
        if principals.exceeds(reader, len(set(spec.groups)), "GroupsPerUserQuota"):
            said = f"a user cannot be in {len(set(spec.groups))} groups (IAM-2)"
            yield Complaint(("groups",), said, "take some out, or put their policies together")
        yield from principals.verify_policies(reader, "User", resource.name, spec, scope)
        yield from principals.verify_boundary(reader, spec.boundary, scope)

    def predict(self, scope: Scope, name: str, spec: IamUserSpec) -> Mapping[str, str]:
        return {"arn": scope.arn("iam", f"user{spec.path}{name}", regional=False), "name": name}

    def normalise(self, resource: Resource[IamUserSpec], live: Live[IamUserSpec] | None, scope: Scope) -> IamUserSpec:
        return principals.with_arns(resource.spec, scope.partition)

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[IamUserSpec]]:
        details = [
            detail for detail in principals.listed(reader, "User") if principals.is_wanted(detail, "User", wanted)
        ]
        return reader.each(lambda detail: _found(detail, principals.attached(reader, detail, wanted)), details)

    def inspect(
        self, reader: Reader, live: Live[IamUserSpec], scope: Scope, going: frozenset[str]
    ) -> Live[IamUserSpec] | str:
        """A user with credentials, or with anything else that is not its stack's, stays (IAM-5)."""
        held = [*_credentials(reader, live.name), *strange(live)]
        return must_stay(held) if held else live

    def create(self, resource: Resource[IamUserSpec], scope: Scope) -> tuple[Operation, ...]:
        name, spec = resource.name, self.normalise(resource, None, scope)
        params: dict[str, Value] = {"UserName": name, "Path": spec.path, "Tags": tagging.pairs(resource.tags)}
        if spec.boundary:
            params["PermissionsBoundary"] = spec.boundary
        create = Operation(
            service="iam",
            action="CreateUser",
            params=params,
            summary=f"create user {name}",
            exports={"arn": "User.Arn", "name": "User.UserName"},
            retry_on=NEW if spec.boundary else (),
            also=("iam:TagUser",),
            weak=True,
        )
        joined = (_joined(name, group) for group in dict.fromkeys(spec.groups))
        return (create, *joined, *policies_made("User", name, spec.policies))

    def update(self, change: Change[IamUserSpec]) -> tuple[Operation, ...]:
        """What bounds it comes first, what widens it last; in between nothing is missing for a moment."""
        name, live = change.live.name, change.live.spec
        joined = [_joined(name, group) for group in change.added("groups")]
        left = [_left(name, group, change.scope) for group in change.removed("groups")]
        return (
            *boundary_set("User", change),
            *swapped(joined, left, len(live.groups)),
            *policies_settled("User", change),
            *boundary_removed("User", change),
        )

    def delete(self, live: Live[IamUserSpec], scope: Scope) -> tuple[Operation, ...]:
        return (
            *(_left(live.name, group, scope) for group in live.spec.groups),
            *policies_let_go("User", live),
            Operation(
                service="iam",
                action="DeleteUser",
                params={"UserName": live.name},
                summary=f"delete user {live.name}",
                retry_on=LETTING_GO,
                done_on=GONE,
                destructive=True,
            ),
        )

    def tag(
        self,
        subject: Resource[IamUserSpec] | Live[IamUserSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tag("User", {"UserName": subject.name}, add, remove)


def _joined(name: str, group: Ref | str) -> Operation:
    return Operation(
        service="iam",
        action="AddUserToGroup",
        params={"GroupName": group, "UserName": name},
        summary=f"join group {_said(group)}",
        retry_on=NEW,
        weak=True,
    )


def _left(name: str, group: Ref | str, scope: Scope) -> Operation:
    return Operation(
        service="iam",
        action="RemoveUserFromGroup",
        params={"GroupName": scope.resolve(group), "UserName": name},
        summary=f"leave group {_said(group)}",
        done_on=GONE,
        releases=releases(group),
    )


def _said(group: Ref | str) -> str:
    return group.target.name if isinstance(group, Ref) else group


def _credentials(reader: Reader, name: str) -> list[str]:
    """What the user has to sign in with, each by its id; a secret is never read."""

    def listed(row: tuple[str, str, str, str]) -> list[str]:
        action, root, identifier, word = row
        reply = reader.call("iam", action, {"UserName": name}, absent=GONE) or {}
        return [f"{word} {item[identifier]}" for item in reply.get(root, ())]

    found = [item for items in reader.each(listed, _CREDENTIALS) for item in items]
    profile = reader.call("iam", "GetLoginProfile", {"UserName": name}, absent=GONE)
    return [*found, "a console password"] if profile else found


def _found(detail: Mapping[str, Any], policies: Attached) -> Found[IamUserSpec]:
    return Found(
        name=detail["UserName"],
        identity=detail["UserName"].lower(),
        spec=IamUserSpec.model_construct(
            path=detail["Path"],
            groups=tuple(sorted(detail.get("GroupList", ()))),
            boundary=principals.boundary_of(detail),
            policies=policies.outside,
            inline_policies=principals.inline(detail, "User"),
        ),
        exports={"arn": detail["Arn"], "name": detail["UserName"]},
        tags=tagging.mapping(detail.get("Tags")),
        facts=policies.facts,
    )


KIND = IamUser()
