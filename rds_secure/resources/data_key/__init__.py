"""Data keys, made by KMS and kept encrypted in a secret or a parameter. Nobody ever asks for their plaintext here.

An old data key is needed for what was encrypted with it, so none is ever overwritten, and none deleted without being
asked for. The resource policy of a secret is not this kind's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rds_secure import ownership, tagging
from rds_secure.fields import ResourceSpec
from rds_secure.kind import Change, Complaint, FieldChange, Found, Kind, Live, Reader, Resource, Scope, Stateful, Wanted
from rds_secure.operation import Operation
from rds_secure.resources.data_key import operations
from rds_secure.resources.data_key.mark import Mark, digest, key_id, mark
from rds_secure.resources.data_key.read import PARAMETER, SECRET, described, listed, parameter_arn, read
from rds_secure.resources.data_key.spec import LENGTHS, DataKeySpec
from rds_secure.values import Address, Ref, Value

_LABELS = 20
"""Labels on all versions of a secret together (Secrets Manager's quotas, from memory)."""

_SYMMETRIC = "SYMMETRIC_DEFAULT"
"""The spec of the keys that make data keys."""

_MADE_AS = ("key_spec", "bytes", "encryption_context")


class DataKey(Kind[DataKeySpec]):
    """KMS `GenerateDataKeyWithoutPlaintext`, and `PutSecretValue` or `PutParameter` for what it gives."""

    name = "data_key"
    title = "data key"
    spec = DataKeySpec
    exports = {"name": "the name of its secret or parameter", "arn": "the ARN of its secret or parameter"}
    services = ("kms", "secretsmanager", "ssm")
    read_actions = (
        "kms:DescribeKey",
        "secretsmanager:DescribeSecret",
        "ssm:DescribeParameters",
        "ssm:ListTagsForResource",
    )
    tagged_as = "secretsmanager:secret ssm:parameter"
    stateful = Stateful.KEY
    imported = False

    # What is declared

    def aws_name(self, stack: str, key: str, spec: DataKeySpec) -> str:
        return spec.store.parameter or spec.store.secret or key

    def naming(self, name: str, live: DataKeySpec) -> str:
        return f"store: {{{'parameter' if live.in_parameter else 'secret'}: {name}}}"

    def identity(self, name: str, spec: DataKeySpec, scope: Scope) -> str:
        return (PARAMETER if spec.in_parameter else SECRET) + name

    def check(self, key: str, spec: DataKeySpec) -> Iterator[Complaint]:
        if spec.key_spec and spec.bytes:
            yield Complaint(("bytes",), "both key_spec and bytes are written", "keep one of them")
        if spec.store.secret and spec.store.parameter:
            yield Complaint(("store", "parameter"), "both a secret and a parameter are written", "keep one of them")
        if spec.store.kms_key and spec.in_parameter:
            what = "a parameter is not encrypted once more: what it holds is encrypted already"
            yield Complaint(("store", "kms_key"), what, "take kms_key out of store, or keep the data key in a secret")
        if len(spec.description) > 1024:
            yield Complaint(("description",), "the description is too long", "use at most 1024 characters")

    def check_beside(
        self, key: str, spec: DataKeySpec, declared: Mapping[Address, ResourceSpec]
    ) -> Iterator[Complaint]:
        """Keys of the same stack, by what is written of them."""
        for path, reference in ((("kms_key",), spec.kms_key), (("store", "kms_key"), spec.store.kms_key)):
            if not isinstance(reference, Ref):
                continue
            key_spec = getattr(declared.get(reference.target), "spec", _SYMMETRIC)
            if key_spec != _SYMMETRIC:
                what = f"{reference.target} makes no data keys: its spec is {key_spec}"
                yield Complaint(path, what, "refer to a symmetric encryption key")

    def verify(self, reader: Reader, resource: Resource[DataKeySpec], scope: Scope) -> Iterator[Complaint]:
        """Only keys outside the spec; whether one is enabled matters only while there is a data key to be made."""
        spec = resource.spec
        for path, key in ((("kms_key",), spec.kms_key), (("store", "kms_key"), spec.store.kms_key)):
            if isinstance(key, str):
                yield from _key_problems(reader, resource, path, key)

    def predict(self, scope: Scope, name: str, spec: DataKeySpec) -> Mapping[str, str]:
        """Secrets Manager adds six characters of its own to an ARN."""
        return {"name": name, **({"arn": parameter_arn(scope, name)} if spec.in_parameter else {})}

    def normalise(self, resource: Resource[DataKeySpec], live: Live[DataKeySpec] | None, scope: Scope) -> DataKeySpec:
        spec = resource.spec
        key, length = _arn(spec.kms_key, scope), spec.bytes or LENGTHS[spec.key_spec or "AES_256"]
        key_spec = next((name for name, size in LENGTHS.items() if size == length), None)
        held = live.spec.kms_key if live and "kms_key" in spec.ignore else key
        store_key = None if spec.in_parameter else _arn(spec.store.kms_key, scope) or held
        stored = {"secret": None if spec.in_parameter else resource.name, "kms_key": store_key}
        update: dict[str, Value] = {
            "kms_key": key,
            "key_spec": key_spec,
            "bytes": None if key_spec else length,
            "store": spec.store.model_copy(update=stored),
        }
        if live and digest(live.spec.encryption_context) == digest(spec.encryption_context):
            update["encryption_context"] = live.spec.encryption_context
        if live and spec.in_parameter and not _is_remade(key, spec.version, live, scope):
            update["description"] = live.spec.description  # Parameter Store takes it only together with a value
        return spec.model_copy(update=update)

    # What is live

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[DataKeySpec]]:
        return read(reader, wanted)

    def inspect(
        self, reader: Reader, live: Live[DataKeySpec], scope: Scope, going: frozenset[str]
    ) -> Live[DataKeySpec] | str:
        if live.found.blocked:  # SM-3: it goes by itself, or is to be brought back
            return live.found.blocked
        if live.facts["replicas"]:
            return f"it is replicated to {', '.join(live.facts['replicas'])}: remove the replicas first"
        return live

    # How the two compare

    def same(self, field: str, wanted: DataKeySpec, live: DataKeySpec) -> bool | None:
        if live.version is None and field in _MADE_AS:
            return True  # nothing of ours is stored, so that nothing can differ
        if field == "kms_key" and wanted.kms_key and live.kms_key:
            return key_id(wanted.kms_key) == key_id(live.kms_key)  # another account's, of which only the id is told
        return None

    def advice(self, field: str, resource: Resource[DataKeySpec], live: Live[DataKeySpec]) -> str:
        if field.startswith("store"):
            return "a data key stays where it is kept: declare a new one under another key of the spec"
        return "all versions of a data key are made alike: declare a new one under another key of the spec"

    def refuses(self, change: FieldChange, resource: Resource[DataKeySpec], live: Live[DataKeySpec]) -> str:
        """None is made instead of one that is there already, or in a place where nobody would find the old one."""
        version, context = resource.spec.version, resource.spec.encryption_context
        if change.path != ("version" if version != live.spec.version else "kms_key"):
            return ""
        kept = {mark.version for text in live.facts["versions"] if (mark := Mark.parse(text))}
        if not kept and live.facts["current"] and (reason := _unknown(resource, live)):
            return reason
        if resource.spec.kms_key is None or version is None:
            return "there is no data key yet that others could have made: take kms_key and version out of ignore"
        if change.path == "version" and version in kept:
            return ""
        if change.path == "version" and version < max(kept, default=0):
            return f"there was a data key {max(kept)} already: raise version above it to have a new one made"
        is_left = context == live.spec.encryption_context
        if kept and is_left and digest(resource.written.encryption_context) != digest(context):
            return "write the encryption_context that the data key was made with: all its versions are made alike"
        return _crowded(live.facts["labels"])

    # Operations

    def create(self, resource: Resource[DataKeySpec], scope: Scope) -> tuple[Operation, ...]:
        if resource.spec.in_parameter:
            return operations.make(resource, exists=False)
        return (operations.create_secret(resource), *operations.make(resource, exists=True))

    def update(self, change: Change[DataKeySpec]) -> tuple[Operation, ...]:
        """The secret's own key first, so that a new version is encrypted under it."""
        resource, live = change.resource, change.live
        calls: list[Operation] = []
        params: dict[str, Value] = {}
        if "store.kms_key" in change:
            params["KmsKeyId"] = resource.spec.store.kms_key
        if "description" in change:
            params["Description"] = resource.spec.description
        if params and not resource.spec.in_parameter:
            calls.append(operations.change_secret(live.name, params))
        if "kms_key" in change or "version" in change:
            version = change.scope.resolve(mark(resource.spec, resource.written.encryption_context))
            if version in live.facts["versions"]:
                calls.extend(operations.use_again(resource, live, version))
            else:
                calls.extend(operations.make(resource, exists=True))
        return tuple(calls)

    def delete(self, live: Live[DataKeySpec], scope: Scope) -> tuple[Operation, ...]:
        return (operations.delete(live.spec, live.name, live.facts.get("window_days", operations.RECOVERY_DAYS)),)

    def tag(
        self,
        subject: Resource[DataKeySpec] | Live[DataKeySpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return (tagging.parameter if subject.spec.in_parameter else tagging.secret)(subject.name, add, remove)


def _arn(key: Value, scope: Scope) -> Value:
    """A key as it is told apart, by its ARN: one of the stack by reference, one that is written by its id likewise."""
    if isinstance(key, Ref):
        return Ref(key.target, "arn")
    return scope.arn("kms", f"key/{key}") if isinstance(key, str) and not key.startswith("arn:") else key


def _is_remade(key: Value, version: int, live: Live[DataKeySpec], scope: Scope) -> bool:
    held = live.spec.kms_key
    keys = [str(scope.resolve(key_id(item))) for item in (key, held)] if held else ["", "none"]
    return version != live.spec.version or keys[0] != keys[1]


def _unknown(resource: Resource[DataKeySpec], live: Live[DataKeySpec]) -> str:
    """What to do where something is stored of which nothing tells that it is a data key of ours."""
    if ownership.owner(live.found.tags) is None:
        return f"nothing tells what {live.name} holds, so it cannot be adopted: have a data key made in another store"
    if ownership.was_applied(live.found.tags, resource.tags):
        return f"nothing tells any more which data key is in {live.name}: raise version to have a new one made"
    return ""


def _crowded(labels: tuple[str, ...]) -> str:
    """What to do where there is no room for the label of one more data key; it also takes AWSPREVIOUS once."""
    if len(labels) + (1 if "AWSPREVIOUS" in labels else 2) <= _LABELS:
        return ""
    what = f"a secret takes {_LABELS} labels, and these keep its older data keys: remove that of one which nothing "
    return f"{what}needs any more, with `aws secretsmanager update-secret-version-stage`"


def _key_problems(
    reader: Reader, resource: Resource[DataKeySpec], path: tuple[str, ...], key: str
) -> Iterator[Complaint]:
    reply = reader.call("kms", "DescribeKey", {"KeyId": key}, absent=("NotFoundException",))
    if reply is None:
        yield Complaint(path, f"there is no key {key} here", "name one that exists, or declare it")
        return
    found = reply["KeyMetadata"]
    if found.get("KeyManager") == "AWS":
        yield Complaint(path, f"key {key} is AWS's own, for its services only", "name a key of yours, or declare one")
    elif found.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT" or found.get("CustomKeyStoreId"):
        what, fix = f"key {key} makes no data keys", "name a symmetric encryption key that is in no custom key store"
        yield Complaint(path, what, fix)
    elif found["KeyState"] != "Enabled" and not _exists(reader, resource):
        what = f"key {key} makes no data keys while it is {found['KeyState']}"
        yield Complaint(path, what, "enable it, or name another")


def _exists(reader: Reader, resource: Resource[DataKeySpec]) -> bool:
    if resource.spec.in_parameter:
        return bool(listed(reader, [resource.name]))
    return described(reader, resource.name) is not None


KIND = DataKey()
