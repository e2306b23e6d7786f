"""KMS keys with their alias, policy and rotation. Grants are not this kind's, and none is ever revoked (KMS-7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rds_secure import documents, tagging
from rds_secure.iam import principals
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Stateful, Wanted
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.resources.kms_key import policy
from rds_secure.resources.kms_key.read import read, users
from rds_secure.resources.kms_key.spec import OFF, PREFIX, KmsKeySpec, usages
from rds_secure.values import Value

_DAYS = 365
_WINDOW_DAYS = 30
"""How long a key waits for its deletion: the longest that AWS offers (KMS-4)."""

_NEW = (Retry("NotFoundException"),)  # KMS-4: what has just been made is not seen everywhere at once
_PRINCIPALS = (Retry("MalformedPolicyDocumentException", "invalid principals"),)  # IAM-1; a lock-out says other words


class KmsKey(Kind[KmsKeySpec]):
    """KMS `CreateKey` and the calls around it. Keys are called by id; BypassPolicyLockoutSafetyCheck is never sent."""

    name = "kms_key"
    title = "KMS key"
    spec = KmsKeySpec
    exports = {"id": "its id", "arn": "its ARN", "alias": "its alias, alias/…"}
    services = ("kms", "rds", "secretsmanager", "iam")
    read_actions = (
        "kms:ListAliases",
        "kms:ListKeys",
        "kms:ListResourceTags",
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "iam:GetAccountAuthorizationDetails",
        "rds:DescribeDBInstances",
        "rds:DescribeDBClusters",
        "rds:DescribeDBSnapshots",
        "rds:DescribeDBClusterSnapshots",
        "secretsmanager:ListSecrets",
    )
    tagged_as = "kms:key"
    adopted_by = "id"
    stateful = Stateful.KEY
    renames = True

    # What is declared

    def aws_name(self, stack: str, key: str, spec: KmsKeySpec) -> str:
        return PREFIX + (spec.alias or f"{stack}/{key}").removeprefix(PREFIX)

    def identity(self, name: str, spec: KmsKeySpec, scope: Scope) -> str:
        return name

    def check(self, key: str, spec: KmsKeySpec) -> Iterator[Complaint]:
        if spec.alias and spec.alias.removeprefix(PREFIX).startswith("aws/"):  # KMS-6
            yield Complaint(("alias",), "AWS reserves aliases that begin with alias/aws/", "choose another alias")
        if len(spec.description) > 8192:
            yield Complaint(("description",), "the description is too long", "use at most 8192 characters")
        possible = usages(spec.spec)
        if spec.usage and spec.usage not in possible:
            fix = f"write {' or '.join(possible)}, or another spec"
            yield Complaint(("usage",), f"a key of spec {spec.spec} is not for {spec.usage}", fix)
        if spec.rotation_days is not None and not spec.is_symmetric:  # KMS-4
            yield Complaint(("rotation_days",), f"a key of spec {spec.spec} does not rotate", "take rotation_days out")
        if spec.document is not None:
            yield from _check_document(spec, spec.document)

    def verify(self, reader: Reader, resource: Resource[KmsKeySpec], scope: Scope) -> Iterator[Complaint]:
        named = [item for item in _named(resource.spec) if ":user/" in item[1] or ":role/" in item[1]]
        if not named:
            return
        existing = {item["Arn"] for what in ("User", "Role") for item in principals.listed(reader, what)}
        for path, arn in named:
            if arn.startswith(f"arn:{scope.partition}:iam::{scope.account}:") and arn not in existing:
                fix = "name one that exists, or declare it and refer to it"
                yield Complaint(path, f"there is no {arn}, and KMS refuses a policy that names it", fix)

    def predict(self, scope: Scope, name: str, spec: KmsKeySpec) -> Mapping[str, str]:
        return {"alias": name}

    def normalise(self, resource: Resource[KmsKeySpec], live: Live[KmsKeySpec] | None, scope: Scope) -> KmsKeySpec:
        spec = resource.spec
        usage = spec.usage or usages(spec.spec)[0]
        document = spec.document if spec.document is not None else policy.composed(spec, usage, scope)
        if live and not spec.exclusive:
            document = policy.beside(document, live.spec.document)
        return spec.model_copy(
            update={
                "alias": resource.name,
                "usage": usage,
                "document": policy.with_arns(document, scope.partition),
                "rotation_days": spec.rotation_days or (_DAYS if spec.is_symmetric else None),
            }
        )

    # What is live

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[KmsKeySpec]]:
        return read(reader, wanted)

    def inspect(
        self, reader: Reader, live: Live[KmsKeySpec], scope: Scope, going: frozenset[str]
    ) -> Live[KmsKeySpec] | str:
        if live.found.blocked:  # KMS-2: it goes by itself, or is to be brought back
            return live.found.blocked
        found = users(reader, live, scope, going)
        return f"it is in use by {', '.join(found)}, which nobody could read without it" if found else live

    # How the two compare

    def same(self, field: str, wanted: KmsKeySpec, live: KmsKeySpec) -> bool | None:
        if field == "rotation_days" and None in (wanted.rotation_days, live.rotation_days):
            return True  # one of the two is a key that cannot rotate, and what a key is cannot change
        if field == "rotation_days" and not (wanted.enabled or live.enabled):
            return True  # a disabled key does not rotate, and its rotation cannot be set
        return None

    def advice(self, field: str, resource: Resource[KmsKeySpec], live: Live[KmsKeySpec]) -> str:
        return (
            f"the {field} of a key is fixed: declare a new key under another name, move what is encrypted to it, "
            "and remove this one when nothing uses it"
        )

    # Operations

    def create(self, resource: Resource[KmsKeySpec], scope: Scope) -> tuple[Operation, ...]:
        spec, key = resource.spec, resource.ref("id")
        create = Operation(
            service="kms",
            action="CreateKey",
            params={
                "Policy": documents.template(spec.document),
                "Description": spec.description,
                "KeySpec": spec.spec,
                "KeyUsage": spec.usage,
                "Tags": tagging.pairs(resource.tags, "TagKey", "TagValue"),
            },
            summary=f"create key for {resource.name}",
            exports={"id": "KeyMetadata.KeyId", "arn": "KeyMetadata.Arn"},
            wait=_until_enabled(key),
            retry_on=_PRINCIPALS,
            also=("kms:PutKeyPolicy", "kms:TagResource"),
            repeatable=False,  # KMS-1: each repetition would make another key
        )
        rotation = () if spec.rotation_days in (None, OFF) else (_rotate(key, spec.rotation_days),)
        return (create, _name(key, resource.name), *rotation, *(() if spec.enabled else (_disable(key),)))

    def update(self, change: Change[KmsKeySpec]) -> tuple[Operation, ...]:
        """Enabled first and disabled last, because rotation can only be set on an enabled key."""
        spec, key = change.resource.spec, change.live.exports["id"]
        calls: list[Operation] = []
        if "enabled" in change and spec.enabled:
            calls.append(_enable(key))
        if "document" in change:
            calls.append(_put_policy(key, spec.document))
        if "description" in change:
            calls.append(_describe(key, spec.description))
        if "rotation_days" in change:
            calls.append(_rotate(key, spec.rotation_days))
        if "alias" in change:
            calls.extend(_rename(change))
        if "enabled" in change and not spec.enabled:
            calls.append(_disable(key))
        return tuple(calls)

    def delete(self, live: Live[KmsKeySpec], scope: Scope) -> tuple[Operation, ...]:
        schedule = Operation(
            service="kms",
            action="ScheduleKeyDeletion",
            params={"KeyId": live.exports["id"], "PendingWindowInDays": _WINDOW_DAYS},
            summary=f"schedule the deletion of the key, in {_WINDOW_DAYS} days",
            done_on=("NotFoundException", "KMSInvalidStateException"),
            destructive=True,
        )
        return (*((_unname(live.spec.alias),) if live.spec.alias else ()), schedule)

    def tag(
        self,
        subject: Resource[KmsKeySpec] | Live[KmsKeySpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tagging.kms(subject.exports["id"] if isinstance(subject, Live) else subject.ref("id"), add, remove)


# What is declared


def _check_document(spec: KmsKeySpec, document: Value) -> Iterator[Complaint]:
    for field in ("administrators", "users"):
        if getattr(spec, field):
            yield Complaint((field,), f"both document and {field} are written", f"keep the document or the {field}")
    if not spec.exclusive:
        what = "a document replaces the whole policy, so nothing can stand beside it"
        yield Complaint(("exclusive",), what, "take exclusive out, or write administrators and users")
    found = documents.problems(document, principals="required", resources="required")
    yield from principals.document_complaints(("document", "Statement"), found)
    if (size := documents.size(document)) > documents.KEY_POLICY_LIMIT:
        what = f"the policy has {size} characters, and KMS takes {documents.KEY_POLICY_LIMIT}"
        yield Complaint(("document",), what, "join statements, or name fewer principals")
    if not found and not policy.is_manageable(document):  # KMS-3
        fix = "allow kms:PutKeyPolicy, or kms:* for the account's root"
        yield Complaint(("document",), "nobody could ever change this policy: KMS refuses it", fix)


def _named(spec: KmsKeySpec) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every principal that is written as a literal, and where."""
    for field in ("administrators", "users"):
        for index, item in enumerate(getattr(spec, field)):
            if isinstance(item, str):
                yield (field, index), item
    for index, statement in enumerate(policy.statements(spec.document)):
        for item in policy.principals(statement):
            if isinstance(item, str):
                yield ("document", "Statement", index, "Principal"), item


# Operations


def _until_enabled(key: Value) -> Wait:
    return Wait(
        service="kms",
        action="DescribeKey",
        params={"KeyId": key},
        select="KeyMetadata",
        until=(Condition("KeyState", ("Enabled",)),),
        fail=(Condition("KeyState", ("PendingDeletion", "PendingReplicaDeletion", "Unavailable")),),
        absent=("NotFoundException",),
    )


def _enable(key: Value) -> Operation:
    return Operation(
        service="kms", action="EnableKey", params={"KeyId": key}, summary="enable the key", wait=_until_enabled(key)
    )


def _disable(key: Value) -> Operation:
    summary = "disable the key: databases encrypted under it become inaccessible"  # RDS-4
    return Operation(service="kms", action="DisableKey", params={"KeyId": key}, summary=summary, retry_on=_NEW)


def _put_policy(key: Value, document: Value) -> Operation:
    return Operation(
        service="kms",
        action="PutKeyPolicy",
        params={"KeyId": key, "PolicyName": "default", "Policy": documents.template(document)},
        summary="replace the key policy",
        retry_on=_PRINCIPALS,
    )


def _describe(key: Value, text: str) -> Operation:
    params = {"KeyId": key, "Description": text}
    return Operation(service="kms", action="UpdateKeyDescription", params=params, summary="change the description")


def _rotate(key: Value, days: int | str | None) -> Operation:
    retry = (*_NEW, Retry("DisabledException"))  # KMS-4: a state change takes seconds
    if days == OFF:
        summary = "stop rotating the key"
        return Operation(
            service="kms", action="DisableKeyRotation", params={"KeyId": key}, summary=summary, retry_on=retry
        )
    return Operation(
        service="kms",
        action="EnableKeyRotation",
        params={"KeyId": key, "RotationPeriodInDays": days},
        summary=f"rotate the key every {days} days",
        retry_on=retry,
    )


def _name(key: Value, alias: str, action: str = "CreateAlias") -> Operation:
    return Operation(
        service="kms",
        action=action,
        params={"AliasName": alias, "TargetKeyId": key},
        summary=f"name the key {alias}",
        retry_on=_NEW,
        done_on=("AlreadyExistsException",) if action == "CreateAlias" else (),
    )


def _unname(alias: str) -> Operation:
    params = {"AliasName": alias}
    return Operation(
        service="kms", action="DeleteAlias", params=params, summary=f"remove {alias}", done_on=("NotFoundException",)
    )


def _rename(change: Change[KmsKeySpec]) -> Iterator[Operation]:
    """The new name before the old one goes, which is taken away only where the key was made under it."""
    key, new, old = change.live.exports["id"], change.resource.name, change.live.spec.alias
    target = change.live.facts["targets"].get(new)
    if target != key:
        yield _name(key, new, "UpdateAlias" if target else "CreateAlias")
    if old and old == change.live.name and change.resource.spec.exclusive:
        yield _unname(old)


KIND = KmsKey()
