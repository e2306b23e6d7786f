"""IAM roles: who may assume them, for how long, within what bounds; their instance profile, and no other one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field as Limit

from rds_secure import documents, tagging
from rds_secure.fields import (
    Bool,
    Document,
    Field,
    Int,
    Mode,
    Named,
    ResourceSpec,
    Str,
    Tagged,
    values_of,
)
from rds_secure.iam import principals, profile
from rds_secure.iam.attachments import (
    LETTING_GO,
    NEW,
    boundary_removed,
    boundary_set,
    must_stay,
    policies_let_go,
    policies_made,
    policies_settled,
    strange,
    tag,
)
from rds_secure.iam.holder import Bounded, Holder
from rds_secure.iam.principals import GONE, Attached
from rds_secure.iam.trust import (
    Trust,
    check_trust,
    check_trust_document,
    trust_document,
    verify_trust,
    verify_trust_size,
)
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted, together
from rds_secure.operation import Operation, Retry
from rds_secure.values import Address, Value, refs

_NOT_SEEN_YET = (Retry("MalformedPolicyDocument", "Invalid principal"),)
"""What AWS answers where a trusted user or role was made a moment ago (IAM-1)."""

_SOURCE_ACCOUNT = "aws:SourceAccount"


class IamRoleSpec(Holder, Bounded, Named, Tagged, ResourceSpec):
    """A role. Exactly one of `trust` and `document` is written."""

    what = "Role"

    path: Annotated[
        principals.Path, Field(Mode.CREATE_ONLY, create="Path", read="Path", terraform="path", applies="never")
    ] = "/"
    """The path in front of the name in its ARN. Fixed once it exists."""
    trust: Annotated[Trust | None, Field(create="AssumeRolePolicyDocument", into="document")] = None
    """Who may assume it."""
    document: Annotated[
        Document | None,
        Field(
            create="AssumeRolePolicyDocument",
            change="UpdateAssumeRolePolicy.PolicyDocument",
            read="AssumeRolePolicyDocument",
            terraform="assume_role_policy",
            document=True,
        ),
    ] = None
    """The whole trust policy in IAM's own words, in place of `trust`: for federated users, and for everybody."""
    description: Annotated[
        Str,
        Field(
            create="Description",
            change="UpdateRole.Description",
            read="GetRole.Role.Description",
            terraform="description",
        ),
    ] = ""
    """What it is for, at most 1000 characters; none, if left out."""
    max_session: Annotated[
        Int,
        Limit(ge=3600, le=43200),
        Field(
            create="MaxSessionDuration",
            change="UpdateRole.MaxSessionDuration",
            read="GetRole.Role.MaxSessionDuration",
            terraform="max_session_duration",
        ),
    ] = 3600
    """How long a session may last, in seconds, 3600 to 43200. An hour, the least there is, if left out."""
    instance_profile: Annotated[
        Bool,
        Field(
            create="CreateInstanceProfile.InstanceProfileName",
            change="AddRoleToInstanceProfile.InstanceProfileName",
            read="InstanceProfileList[].InstanceProfileName",
        ),
    ] = False
    """Whether there is an instance profile of the role's name with the role in it, so that EC2 instances can have it.
    It is deleted with the role."""


class IamRole(Kind[IamRoleSpec]):
    """IAM `CreateRole` and its like."""

    name = "iam_role"
    title = "IAM role"
    spec = IamRoleSpec
    exports = {"arn": "its ARN", "name": "its name", "id": "its unique id, such as AROA…"}
    services = ("iam",)
    read_actions = (*principals.READ_ACTIONS, *profile.READ_ACTIONS, "iam:GetRole")
    home = True
    imported = False

    def draft(self, live: Live[IamRoleSpec]) -> IamRoleSpec:
        return principals.with_names(live.spec)

    def unsaid(self, live: Live[IamRoleSpec]) -> Iterator[str]:
        return principals.unsaid(live.spec.inline_policies)

    def check(self, key: str, spec: IamRoleSpec) -> Iterator[Complaint]:
        yield from principals.check_name(spec.name, 64)
        yield from principals.check_policies(spec.policies)
        if (spec.trust is None) == (spec.document is None):
            said = "both 'trust' and 'document' are written" if spec.trust else "nothing says who may assume it"
            yield Complaint((), said, "write either 'trust' or 'document'")
            return
        yield from check_trust(spec.trust) if spec.trust else check_trust_document(spec.document)
        if Address(self.name, key) in {ref.target for ref in refs(values_of(spec))}:
            yield Complaint((_written(spec),), "it trusts itself, before it exists", "take that out")

    def verify(self, reader: Reader, resource: Resource[IamRoleSpec], scope: Scope) -> Iterator[Complaint]:
        spec = resource.spec
        if spec.trust:
            yield from verify_trust(reader, spec.trust, scope)
        if said := verify_trust_size(reader, trust_document(spec.trust) if spec.trust else spec.document):
            yield Complaint((_written(spec),), said, "trust fewer, or ask AWS for a larger quota")
        yield from principals.verify_policies(reader, "Role", resource.name, spec, scope)
        yield from principals.verify_boundary(reader, spec.boundary, scope)
        if spec.instance_profile:
            yield from profile.verify_profile(reader, resource.name, resource.tags)

    def predict(self, scope: Scope, name: str, spec: IamRoleSpec) -> Mapping[str, str]:
        return {"arn": scope.arn("iam", f"role{spec.path}{name}", regional=False), "name": name}

    def normalise(self, resource: Resource[IamRoleSpec], live: Live[IamRoleSpec] | None, scope: Scope) -> IamRoleSpec:
        spec = principals.with_arns(resource.spec, scope.partition)
        if spec.trust is None:
            return spec
        return spec.model_copy(update={"document": trust_document(spec.trust, scope), "trust": None})

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[IamRoleSpec]]:
        details = [
            detail for detail in principals.listed(reader, "Role") if principals.is_wanted(detail, "Role", wanted)
        ]
        specs = {
            item.name.lower(): item.spec for item in wanted.declared.values() if isinstance(item.spec, IamRoleSpec)
        }
        plain = {name for name, spec in specs.items() if not spec.instance_profile}
        described, policies, profiles = together(
            reader,
            lambda: reader.each(
                lambda detail: reader.call("iam", "GetRole", {"RoleName": detail["RoleName"]}, absent=GONE), details
            ),
            lambda: reader.each(lambda detail: principals.attached(reader, detail, wanted), details),
            lambda: reader.each(
                lambda detail: profile.profiles(reader, detail, wanted=detail["RoleName"].lower() not in plain), details
            ),
        )
        for detail, more, held, around in zip(details, described, policies, profiles, strict=True):
            if more:  # else it was deleted between the two calls
                yield _found(detail, more["Role"], held, around)

    def inspect(
        self, reader: Reader, live: Live[IamRoleSpec], scope: Scope, going: frozenset[str]
    ) -> Live[IamRoleSpec] | str:
        """A role that an instance profile holds, or that has what is not its stack's, stays (IAM-5)."""
        held = [f"the instance profile {name}" for name in live.facts["instance_profiles"]]
        held.extend(strange(live))
        return must_stay(held) if held else live

    def create(self, resource: Resource[IamRoleSpec], scope: Scope) -> tuple[Operation, ...]:
        name, spec = resource.name, self.normalise(resource, None, scope)
        params: dict[str, Value] = {
            "RoleName": name,
            "Path": spec.path,
            "AssumeRolePolicyDocument": documents.template(spec.document),
            "MaxSessionDuration": spec.max_session,
            "Tags": tagging.pairs(resource.tags),
        }
        if spec.description:
            params["Description"] = spec.description
        if spec.boundary:
            params["PermissionsBoundary"] = spec.boundary
        create = Operation(
            service="iam",
            action="CreateRole",
            params=params,
            summary=f"create role {name}",
            exports={"arn": "Role.Arn", "name": "Role.RoleName", "id": "Role.RoleId"},
            retry_on=(*_NOT_SEEN_YET, *(NEW if spec.boundary else ())),
            also=("iam:TagRole",),
            weak=True,
        )
        profiled = profile.made(name, spec.path, resource.tags) if spec.instance_profile else ()
        return (create, *policies_made("Role", name, spec.policies), *profiled)

    def update(self, change: Change[IamRoleSpec]) -> tuple[Operation, ...]:
        """What bounds it comes first, what widens it last; in between nothing is missing for a moment."""
        return (
            *boundary_set("Role", change),
            *_trust_changed(change),
            *_described(change),
            *policies_settled("Role", change),
            *boundary_removed("Role", change),
            *_profile_changed(change),
        )

    def delete(self, live: Live[IamRoleSpec], scope: Scope) -> tuple[Operation, ...]:
        return (
            *profile.gone(live.name, live.facts["profile"]),
            *policies_let_go("Role", live),
            Operation(
                service="iam",
                action="DeleteRole",
                params={"RoleName": live.name},
                summary=f"delete role {live.name}",
                retry_on=LETTING_GO,
                done_on=GONE,
                destructive=True,
            ),
        )

    def tag(
        self,
        subject: Resource[IamRoleSpec] | Live[IamRoleSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tag("Role", {"RoleName": subject.name}, add, remove)


def _written(spec: IamRoleSpec) -> str:
    return "trust" if spec.trust else "document"


def _trust_changed(change: Change[IamRoleSpec]) -> Iterator[Operation]:
    if "document" in change:
        document = documents.template(change.resource.spec.document)
        yield Operation(
            service="iam",
            action="UpdateAssumeRolePolicy",
            params={"RoleName": change.live.name, "PolicyDocument": document},
            summary="change who may assume it",
            retry_on=_NOT_SEEN_YET,
            weak=True,
        )


def _described(change: Change[IamRoleSpec]) -> Iterator[Operation]:
    """Description and session length go together: what is left out would fall back to AWS's default."""
    if "description" in change or "max_session" in change:
        spec = change.resource.spec
        params = {
            "RoleName": change.live.name,
            "Description": spec.description,
            "MaxSessionDuration": spec.max_session,
        }
        changed = [name for name in ("description", "max_session") if name in change]
        summary = f"change {' and '.join(changed)}"
        yield Operation(service="iam", action="UpdateRole", params=params, summary=summary)


def _profile_changed(change: Change[IamRoleSpec]) -> tuple[Operation, ...]:
    if "instance_profile" not in change:
        return ()
    name, spec, live = change.live.name, change.resource.spec, change.live.facts["profile"]
    if spec.instance_profile:
        return profile.restored(name, spec.path, change.resource.tags, live)
    return profile.gone(name, live)


def _found(
    detail: Mapping[str, Any], described: Mapping[str, Any], policies: Attached, profiles: profile.Profiles
) -> Found[IamRoleSpec]:
    return Found(
        name=detail["RoleName"],
        identity=detail["RoleName"].lower(),
        spec=IamRoleSpec.model_construct(
            path=detail["Path"],
            document=documents.parse(detail["AssumeRolePolicyDocument"]),
            description=described.get("Description", ""),
            max_session=described["MaxSessionDuration"],
            boundary=principals.boundary_of(detail),
            policies=policies.outside,
            inline_policies=principals.inline(detail, "Role"),
            instance_profile=detail["RoleName"] in profiles.roles,
        ),
        exports={"arn": detail["Arn"], "name": detail["RoleName"], "id": detail["RoleId"]},
        tags=tagging.mapping(detail.get("Tags")),
        facts={**policies.facts, **profiles.facts},
    )


KIND = IamRole()
