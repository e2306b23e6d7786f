"""Managed IAM policies: a document, and the users, groups and roles it is attached to. Inline policies are not made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from rds_secure import documents, tagging
from rds_secure.fields import Bool, Document, Field, Mode, Named, Part, PolicyText, ResourceSpec, Str, Tagged, values_of
from rds_secure.iam import principals
from rds_secure.iam.attachments import LETTING_GO, attach, detach, releases, tag
from rds_secure.iam.principals import GONE, What
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Operation
from rds_secure.values import Ref, Value, refs

VERSIONS = 5
"""Versions of a policy that IAM keeps (IAM-2)."""

ATTACHED_TO: Mapping[str, What] = {"users": "User", "groups": "Group", "roles": "Role"}

_RESERVED = ("AWSReservedSSO_", "AWSServiceRole")
_SHORTEST_ARN = len("arn:aws:rds:us-east-1:123456789012:")


class Statement(Part):
    """One statement of a policy of identities."""

    sid: Annotated[Str | None, Field(create="Statement.Sid", terraform="sid")] = None
    """A name for the statement: letters and digits, unique in the policy."""
    effect: Annotated[Literal["allow", "deny"], Field(create="Statement.Effect", terraform="effect")]
    """allow or deny."""
    actions: Annotated[tuple[PolicyText, ...], Field(create="Statement.Action", terraform="actions")] = ()
    """Actions such as rds:DescribeDBInstances; * and ? are wildcards."""
    not_actions: Annotated[tuple[PolicyText, ...], Field(create="Statement.NotAction", terraform="not_actions")] = ()
    """All actions but these, in place of `actions`."""
    resources: Annotated[tuple[PolicyText, ...], Field(create="Statement.Resource", terraform="resources")] = ()
    """ARNs, or "*". A bare reference such as ${db_instance.orders} is the ARN of what it names."""
    not_resources: Annotated[
        tuple[PolicyText, ...], Field(create="Statement.NotResource", terraform="not_resources")
    ] = ()
    """All resources but these, in place of `resources`."""
    conditions: Annotated[Document, Field(create="Statement.Condition", terraform="condition")] = {}
    """Operator → key → value, or list of values, as in IAM: {Bool: {aws:SecureTransport: true}}."""


def _attachments(what: What) -> Field:
    return Field(
        create=f"Attach{what}Policy.PolicyArn",
        change=f"Detach{what}Policy.PolicyArn",
        read=f"{what}DetailList[].AttachedManagedPolicies[].PolicyArn",
        terraform=f"{what.lower()}s",
        as_set=True,
        shared=True,
    )


class AttachTo(Part):
    """Who a policy is attached to: references, or the names of what exists outside the stack."""

    users: Annotated[tuple[principals.UserName, ...], _attachments("User")] = ()
    """Users, each by reference or by name."""
    groups: Annotated[tuple[principals.GroupName, ...], _attachments("Group")] = ()
    """Groups, each by reference or by name."""
    roles: Annotated[tuple[principals.RoleName, ...], _attachments("Role")] = ()
    """Roles, each by reference or by name; not the roles that Identity Center or AWS services make for themselves."""


class IamPolicySpec(Named, Tagged, ResourceSpec):
    """A customer managed policy. Exactly one of `statements` and `document` is written."""

    path: Annotated[
        principals.Path, Field(Mode.CREATE_ONLY, create="Path", read="Path", terraform="path", applies="never")
    ] = "/"
    """The path in front of the name in its ARN. Fixed once it exists."""
    description: Annotated[
        Str | None,
        Field(
            Mode.NOTED,
            create="Description",
            read="GetPolicy.Policy.Description",
            terraform="description",
            applies="never",
        ),
    ] = None
    """What it is for, at most 1000 characters. AWS cannot change it, so a difference is only noted."""
    statements: Annotated[
        tuple[Statement, ...], Field(create="PolicyDocument", terraform="statement", into="document")
    ] = ()
    """What the policy allows and denies."""
    document: Annotated[
        Document | None,
        Field(
            create="PolicyDocument",
            change="CreatePolicyVersion.PolicyDocument",
            read="PolicyVersionList[].Document",
            terraform="policy",
            document=True,
        ),
    ] = None
    """The whole policy document in IAM's own words, in place of `statements`."""
    attach_to: Annotated[AttachTo, Field()] = AttachTo()
    """Who has the policy. This is the one home of an attachment: it is not written at the principal as well."""
    exclusive: Annotated[Bool, Field(Mode.META)] = True
    """Whether attachments that are not written here are removed; if not, they are only shown."""


class IamPolicy(Kind[IamPolicySpec]):
    """IAM `CreatePolicy` and its like. A change of the document is a new default version; IAM keeps five (IAM-2)."""

    name = "iam_policy"
    title = "IAM policy"
    spec = IamPolicySpec
    exports = {"arn": "its ARN", "name": "its name", "id": "its unique id, such as ANPA…"}
    tagged_as = "iam:policy"
    services = ("iam",)
    read_actions = principals.READ_ACTIONS
    home = True

    def check(self, key: str, spec: IamPolicySpec) -> Iterator[Complaint]:
        yield from principals.check_name(spec.name, 128)
        if bool(spec.statements) == (spec.document is not None):
            said = "both 'statements' and 'document' are written" if spec.statements else "nothing says what it allows"
            yield Complaint((), said, "write either 'statements' or 'document'")
            return
        document = _document(spec)
        path = ("statements",) if spec.statements else ("document", "Statement")
        yield from principals.document_complaints(path, documents.problems(document, principals="forbidden"))
        yield from _check_size(path[:1], document)
        for index, role in enumerate(spec.attach_to.roles):
            if isinstance(role, str) and role.startswith(_RESERVED):  # IAM-9
                fix = "use a permission set for the first, and a role of your own for the second"
                said = f"{role} belongs to Identity Center or to an AWS service, which lets nobody attach to it"
                yield Complaint(("attach_to", "roles", index), said, fix)

    def verify(self, reader: Reader, resource: Resource[IamPolicySpec], scope: Scope) -> Iterator[Complaint]:
        attach_to = values_of(resource.spec.attach_to)
        policies = principals.account(reader)["Policies"] if any(attach_to.values()) else ()
        arn = next((found["Arn"] for found in policies if _name(found) == resource.name), resource.name)
        for field, what in ATTACHED_TO.items():
            path, names = ("attach_to", field), attach_to[field]
            yield from principals.verify_names(reader, path, what, names)
            held = principals.attachments(reader, what) if names else {}
            for index, name in enumerate(names):
                if name in held:
                    yield from principals.verify_room(reader, (*path, index), what, name, held[name], (arn,))

    def predict(self, scope: Scope, name: str, spec: IamPolicySpec) -> Mapping[str, str]:
        return {"arn": scope.arn("iam", f"policy{spec.path}{name}", regional=False), "name": name}

    def normalise(
        self, resource: Resource[IamPolicySpec], live: Live[IamPolicySpec] | None, scope: Scope
    ) -> IamPolicySpec:
        spec = resource.spec
        update = {"document": _document(spec), "statements": (), "description": spec.description or None}
        return spec.model_copy(update=update)

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[IamPolicySpec]]:
        details = [
            detail
            for detail in principals.account(reader)["Policies"]
            if wanted.asks_for(_name(detail).lower(), detail["Arn"])
        ]
        described = reader.each(lambda detail: principals.policy(reader, detail["Arn"]), details)
        attached = _attached(reader) if details else {}
        for detail, more in zip(details, described, strict=True):
            if more:  # else it was deleted between the two calls
                yield _found(detail, more, attached.get(detail["Arn"], {}))

    def inspect(
        self, reader: Reader, live: Live[IamPolicySpec], scope: Scope, going: frozenset[str]
    ) -> Live[IamPolicySpec] | str:
        """A policy that is somebody's boundary cannot be deleted; our own users and roles let go of it first."""
        held = [
            f"{what.lower()} {detail[f'{what}Name']}"
            for what in ("User", "Role")
            for detail in principals.listed(reader, what)
            if principals.boundary_of(detail) == live.exports["arn"]
            and principals.stack_of(tagging.mapping(detail.get("Tags"))) != scope.stack
        ]
        return f"it is the permissions boundary of {', '.join(held)}: give them another first" if held else live

    def create(self, resource: Resource[IamPolicySpec], scope: Scope) -> tuple[Operation, ...]:
        spec, arn = resource.spec, self.predict(scope, resource.name, resource.spec)["arn"]
        params: dict[str, Value] = {
            "PolicyName": resource.name,
            "Path": spec.path,
            "PolicyDocument": _sent(_document(spec), scope),
            "Tags": tagging.pairs(resource.tags),
        }
        if spec.description:
            params["Description"] = spec.description
        create = Operation(
            service="iam",
            action="CreatePolicy",
            params=params,
            summary=f"create policy {resource.name}",
            exports={"arn": "Policy.Arn", "name": "Policy.PolicyName", "id": "Policy.PolicyId"},
            also=("iam:TagPolicy",),
            weak=True,  # IAM does not ask whether the ARNs in a policy exist
        )
        names = values_of(spec.attach_to)
        return (create, *(_attach(field, name, arn) for field in ATTACHED_TO for name in dict.fromkeys(names[field])))

    def update(self, change: Change[IamPolicySpec]) -> tuple[Operation, ...]:
        arn, scope = change.live.exports["arn"], change.scope
        calls = list(_new_version(change)) if "document" in change else []
        paths = {field: f"attach_to.{field}" for field in ATTACHED_TO}
        calls.extend(_attach(field, name, arn) for field, path in paths.items() for name in change.added(path))
        calls.extend(_detach(field, name, arn, scope) for field, path in paths.items() for name in change.removed(path))
        return tuple(calls)

    def delete(self, live: Live[IamPolicySpec], scope: Scope) -> tuple[Operation, ...]:
        """All attachments and old versions go first (IAM-5); the default version goes with the policy."""
        arn, names = live.exports["arn"], values_of(live.spec.attach_to)
        retired = (version for version in live.facts["versions"] if not version["default"])
        return (
            *(_detach(field, name, arn, scope) for field in ATTACHED_TO for name in names[field]),
            *(_retire(arn, version, f"delete version {version['id']}") for version in retired),
            Operation(
                service="iam",
                action="DeletePolicy",
                params={"PolicyArn": arn},
                summary=f"delete policy {live.name}",
                retry_on=LETTING_GO,
                done_on=GONE,
                destructive=True,
            ),
        )

    def tag(
        self,
        subject: Resource[IamPolicySpec] | Live[IamPolicySpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        arn = self.predict(scope, subject.name, subject.spec)["arn"]
        return tag("Policy", {"PolicyArn": arn}, add, remove)


def _document(spec: IamPolicySpec) -> Value:
    return documents.statements_from(map(values_of, spec.statements)) if spec.document is None else spec.document


def _sent(document: Value, scope: Scope) -> Value:
    """The document as JSON text. ARNs that follow from names are filled in: so it need not wait for what has them."""
    return documents.template(scope.resolve(document))


def _check_size(path: tuple[str, ...], document: Value) -> Iterator[Complaint]:
    """IAM-2; a reference counts as little as an ARN can have, so nothing that fits is refused."""
    unknown = sum(1 for ref in refs(document) if ref.attribute == "arn")
    size = documents.size(document) + unknown * _SHORTEST_ARN
    if size > documents.MANAGED_POLICY_LIMIT:
        said = f"the policy has {size} characters without blanks, and IAM takes {documents.MANAGED_POLICY_LIMIT}"
        yield Complaint(path, said, "use wildcards, or split it into two policies")


def _attach(field: str, name: Value, arn: str) -> Operation:
    return attach(ATTACHED_TO[field], name, arn, f"attach to {_said(field, name)}")


def _detach(field: str, name: Value, arn: str, scope: Scope) -> Operation:
    what, summary = ATTACHED_TO[field], f"detach from {_said(field, name)}"
    return detach(what, scope.resolve(name), arn, summary, releases(name))


def _said(field: str, name: Value) -> str:
    return f"{ATTACHED_TO[field].lower()} {name.target.name if isinstance(name, Ref) else name}"


def _new_version(change: Change[IamPolicySpec]) -> Iterator[Operation]:
    """What makes the declared document the default: an older version that is just that, or else a new one."""
    arn, versions = change.live.exports["arn"], change.live.facts["versions"]
    document = change.scope.resolve(_document(change.resource.spec))
    older = [version for version in versions if not version["default"]]
    if same := next((version["id"] for version in older if documents.equal(version["document"], document)), None):
        yield Operation(
            service="iam",
            action="SetDefaultPolicyVersion",
            params={"PolicyArn": arn, "VersionId": same},
            summary=f"make version {same} the default again",
        )
        return
    if len(versions) >= VERSIONS:
        oldest = min(older, key=lambda version: int(version["id"].removeprefix("v")))
        said = f"retire version {oldest['id']} of {oldest['created']}, the oldest of the {VERSIONS} that IAM keeps"
        yield _retire(arn, oldest, said)
    yield Operation(
        service="iam",
        action="CreatePolicyVersion",
        params={"PolicyArn": arn, "PolicyDocument": documents.template(document), "SetAsDefault": True},
        summary="make a new default version",
        weak=True,
        repeatable=False,
    )


def _retire(arn: str, version: Mapping[str, Any], summary: str) -> Operation:
    params = {"PolicyArn": arn, "VersionId": version["id"]}
    return Operation(service="iam", action="DeletePolicyVersion", params=params, summary=summary, done_on=GONE)


def _name(detail: Mapping[str, Any]) -> str:
    return str(detail["Arn"]).rpartition("/")[2]  # the emulator has no PolicyName in the details


def _attached(reader: Reader) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Policy ARN → users, groups, roles → their names, of the whole account."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for field, what in ATTACHED_TO.items():
        for name, arns in sorted(principals.attachments(reader, what).items()):
            for arn in arns:
                names = found.setdefault(arn, {})
                names[field] = (*names.get(field, ()), name)
    return found


def _found(
    detail: Mapping[str, Any], described: Mapping[str, Any], attached: Mapping[str, tuple[str, ...]]
) -> Found[IamPolicySpec]:
    versions = tuple(
        {
            "id": version["VersionId"],
            "created": str(version["CreateDate"])[:10],
            "default": version["IsDefaultVersion"],
            "document": documents.parse(version["Document"]),
        }
        for version in detail["PolicyVersionList"]
    )
    return Found(
        name=_name(detail),
        identity=_name(detail).lower(),
        spec=IamPolicySpec.model_construct(
            path=detail["Path"],
            description=described.get("Description"),
            document=next(version["document"] for version in versions if version["default"]),
            attach_to=AttachTo.model_construct(
                users=attached.get("users", ()), groups=attached.get("groups", ()), roles=attached.get("roles", ())
            ),
        ),
        exports={"arn": detail["Arn"], "name": _name(detail), "id": described["PolicyId"]},
        tags=tagging.mapping(described.get("Tags")),
        facts={"versions": versions},
    )


KIND = IamPolicy()
