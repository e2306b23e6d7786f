"""KMS keys with their alias, policy, rotation, and grants of the stack. No other grant is ever revoked (KMS-7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rds_secure import documents, tagging
from rds_secure.iam import principals
from rds_secure.kind import Change, Complaint, FieldChange, Found, Kind, Live, Reader, Resource, Scope, Stateful, Wanted
from rds_secure.operation import Operation
from rds_secure.resources.kms_key import calls, grants, policy, uses
from rds_secure.resources.kms_key.lockout import locked_out
from rds_secure.resources.kms_key.read import read
from rds_secure.resources.kms_key.spec import OFF, PREFIX, KmsKeySpec, usages
from rds_secure.values import Value

_DAYS = 365
_INTENT = "if that is meant, write 'disable_in_use: true' beside it, else move them to another key first"


class KmsKey(Kind[KmsKeySpec]):
    """KMS `CreateKey` and the calls around it. Keys are called by id; BypassPolicyLockoutSafetyCheck is never sent."""

    name = "kms_key"
    title = "KMS key"
    spec = KmsKeySpec
    exports = {"id": "its id", "arn": "its ARN", "alias": "its alias, alias/…"}
    services = ("kms", "rds", "secretsmanager", "iam", "sts")
    read_actions = (
        "kms:ListAliases",
        "kms:ListKeys",
        "kms:ListResourceTags",
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:ListGrants",
        "iam:GetAccountAuthorizationDetails",
        "sts:GetCallerIdentity",
        *uses.READ_ACTIONS,
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
        yield from grants.check(spec.grants, spec.usage or possible[0], symmetric=spec.is_symmetric)

    def verify(self, reader: Reader, resource: Resource[KmsKeySpec], scope: Scope) -> Iterator[Complaint]:
        yield from _verify_named(reader, resource.spec, scope)
        if resource.spec.document is None:
            return  # what administrators and users make delegates to the account
        document = policy.with_arns(resource.spec.document, scope.partition)
        if caller := locked_out(reader, document, scope):  # KMS-3
            said = f"{caller} could never change this policy again: KMS refuses it"
            fix = "allow kms:PutKeyPolicy to whom you call as, or kms:* for the account's root, and deny it to neither"
            yield Complaint(("document",), said, fix)

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
                "grants": grants.normal(spec.grants, scope.partition),
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
        found = uses.users(reader, live, scope, going)
        return f"it is in use by {', '.join(found)}, which nobody could read without it" if found else live

    # How the two compare

    def same(self, field: str, wanted: KmsKeySpec, live: KmsKeySpec) -> bool | None:
        if field == "rotation_days" and None in (wanted.rotation_days, live.rotation_days):
            return True  # one of the two is a key that cannot rotate, and what a key is cannot change
        if field == "rotation_days" and not (wanted.enabled or live.enabled):
            return True  # a disabled key does not rotate, and its rotation cannot be set
        return None

    def foreign(self, path: str, value: Value) -> bool:
        """A grant that is not declared is nobody's to revoke (KMS-7): `notes` names it."""
        return path == "grants"

    def refuses(self, change: FieldChange, resource: Resource[KmsKeySpec], live: Live[KmsKeySpec]) -> str:
        spec = resource.spec
        if change.path == "grants" and not (spec.enabled or live.spec.enabled):
            return "a disabled key takes no grants: enable it, or leave its grants as they are"
        if change.path != "enabled" or spec.enabled or spec.disable_in_use:
            return ""
        held = live.facts["databases"]
        if held is None:
            return f"which databases it encrypts could not be seen, and they would become inaccessible: {_INTENT}"
        return f"{', '.join(held)} would become inaccessible (RDS-4): {_INTENT}" if held else ""

    def notes(self, resource: Resource[KmsKeySpec], live: Live[KmsKeySpec] | None) -> Iterator[str]:
        if live is None:
            return
        spec, now = resource.spec, live.spec
        differs = None not in (spec.rotation_days, now.rotation_days) and spec.rotation_days != now.rotation_days
        if differs and not (spec.enabled or now.enabled) and "rotation_days" not in spec.ignore:
            yield (
                f"rotation_days stays {now.rotation_days} while the key is disabled, and {spec.rotation_days} takes "
                "effect when it is enabled"
            )
        if not spec.enabled and (held := live.facts["databases"]):
            yield f"without the key these {'become' if now.enabled else 'are'} inaccessible: {', '.join(held)}"
        yield from grants.notes(spec.grants, live)

    def advice(self, field: str, resource: Resource[KmsKeySpec], live: Live[KmsKeySpec]) -> str:
        return (
            f"the {field} of a key is fixed: declare a new key under another name, move what is encrypted to it, "
            "and remove this one when nothing uses it"
        )

    # Operations

    def create(self, resource: Resource[KmsKeySpec], scope: Scope) -> tuple[Operation, ...]:
        spec, key = resource.spec, resource.ref("id")
        return (
            calls.create(resource),
            calls.name(key, resource.name),
            *(() if spec.rotation_days in (None, OFF) else (calls.rotate(key, spec.rotation_days),)),
            *grants.made(spec.grants, key, scope.stack, resource.address),
            *(() if spec.enabled else (calls.disable(key),)),
        )

    def update(self, change: Change[KmsKeySpec]) -> tuple[Operation, ...]:
        """Enabled first and disabled last, because rotation and grants need an enabled key."""
        spec, key = change.resource.spec, change.live.exports["id"]
        made: list[Operation] = []
        if "enabled" in change and spec.enabled:
            made.append(calls.enable(key))
        if "document" in change:
            made.append(calls.put_policy(key, spec.document))
        if "description" in change:
            made.append(calls.describe(key, spec.description))
        if "rotation_days" in change:
            made.append(calls.rotate(key, spec.rotation_days))
        made.extend(grants.settled(change))
        if "alias" in change:
            made.extend(calls.rename(change))
        if "enabled" in change and not spec.enabled:
            made.append(calls.disable(key, change.live.facts["databases"] or ()))
        return tuple(made)

    def delete(self, live: Live[KmsKeySpec], scope: Scope) -> tuple[Operation, ...]:
        """Its grants go with it."""
        unnamed = (calls.unname(live.spec.alias),) if live.spec.alias else ()
        return (*unnamed, calls.schedule_deletion(live.exports["id"], live.facts.get("window_days", calls.WINDOW_DAYS)))

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


def _verify_named(reader: Reader, spec: KmsKeySpec, scope: Scope) -> Iterator[Complaint]:
    named = [item for item in _named(spec) if ":user/" in item[1] or ":role/" in item[1]]
    if not named:
        return
    existing = {item["Arn"] for what in ("User", "Role") for item in principals.listed(reader, what)}
    for path, arn in named:
        if arn.startswith(f"arn:{scope.partition}:iam::{scope.account}:") and arn not in existing:
            fix = "name one that exists, or declare it and refer to it"
            what = "grant" if path[0] == "grants" else "policy"
            yield Complaint(path, f"there is no {arn}, and KMS refuses a {what} that names it", fix)


def _named(spec: KmsKeySpec) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every principal that is written as a literal, and where."""
    for field in ("administrators", "users"):
        for index, item in enumerate(getattr(spec, field)):
            if isinstance(item, str):
                yield (field, index), item
    for name, grant in spec.grants.items():
        for field, item in (("to", grant.to), ("retire_by", grant.retire_by)):
            if isinstance(item, str):
                yield ("grants", name, field), item
    for index, statement in enumerate(policy.statements(spec.document)):
        for item in policy.principals(statement):
            if isinstance(item, str):
                yield ("document", "Statement", index, "Principal"), item


KIND = KmsKey()
