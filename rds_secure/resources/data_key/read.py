"""What Secrets Manager and Parameter Store say of data keys. Values are never read: their versions tell enough.

A secret is described by its name, because lists of secrets lag by minutes (SM-1); parameters are listed by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.kind import Found, Reader, Scope, Wanted, together
from rds_secure.resources.data_key.mark import Mark
from rds_secure.resources.data_key.spec import DataKeySpec, Store

SECRET, PARAMETER = "secret/", "parameter/"
"""What the identity of a data key begins with: names of secrets and of parameters are apart."""

_SERVICES = {SECRET: "secretsmanager", PARAMETER: "ssm"}

CURRENT = "AWSCURRENT"
_NAMES = 50
"""Values of one filter of DescribeParameters (AWS's API reference)."""


def read(reader: Reader, wanted: Wanted) -> Iterator[Found[DataKeySpec]]:
    """The secrets and parameters that are declared or tagged; the replies hold no values."""
    secrets, parameters = (_names(wanted, kind) for kind in (SECRET, PARAMETER))
    found = together(
        reader,
        lambda: reader.each(lambda name: _secret(reader, name, wanted.scope), secrets),
        lambda: _parameters(reader, parameters, wanted.scope),
    )
    yield from (item for items in found for item in items if item)


def described(reader: Reader, name: str) -> Mapping[str, Any] | None:
    """A secret with its tags and versions, also one that waits for its deletion; None where there is none."""
    return reader.call("secretsmanager", "DescribeSecret", {"SecretId": name}, absent=("ResourceNotFoundException",))


def listed(reader: Reader, names: list[str]) -> list[Mapping[str, Any]]:
    """The parameters of these names."""
    batches = [names[start : start + _NAMES] for start in range(0, len(names), _NAMES)]
    asked = [{"ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": batch}]} for batch in batches]
    replies = reader.each(lambda ask: reader.call("ssm", "DescribeParameters", ask) or {}, asked)
    return [item for reply in replies for item in reply["Parameters"]]


def _names(wanted: Wanted, kind: str) -> list[str]:
    """By what is declared, adopted, or tagged: there the name is in the tags, because an ARN does not tell it.

    Nothing more for ``everything``: what others keep is no data key that could be told from any other secret.
    """
    declared = {identity.removeprefix(kind) for identity in wanted.identities if identity.startswith(kind)}
    adopted = {name for written in wanted.adopted for name in _written(written, kind)}
    owners = (ownership.owner(tags) for arn, tags in wanted.tagged.items() if arn.split(":")[2] == _SERVICES[kind])
    return sorted(declared.union(adopted, (owner.name for owner in owners if owner)))


def _written(name: str, kind: str) -> Iterator[str]:
    """The names that a name or an ARN may stand for: ``parameter/orders`` is that of ``orders`` and of ``/orders``."""
    if not name.startswith("arn:"):
        yield name
        return
    _, _, service, _, _, resource = name.split(":", 5)
    if service == _SERVICES[kind] == "ssm":
        path = resource.removeprefix("parameter")
        yield from (path, path[1:]) if path.count("/") == 1 else (path,)
    elif service == _SERVICES[kind]:
        yield resource.removeprefix("secret:")[:-7]


# Secrets


def _secret(reader: Reader, name: str, scope: Scope) -> Found[DataKeySpec] | None:
    secret = described(reader, name)
    if secret is None:
        return None
    stages: Mapping[str, list[str]] = secret.get("VersionIdsToStages") or {}
    current = next((version for version, labels in stages.items() if CURRENT in labels), "")
    ours = {version: made for version in stages if (made := Mark.parse(version))}
    return Found(
        name=secret["Name"],
        identity=f"{SECRET}{secret['Name']}",
        spec=_spec(
            ours.get(current),
            _last(ours.values()),
            Store.model_construct(
                secret=secret["Name"], parameter=None, kms_key=_arn(secret.get("KmsKeyId") or "", scope)
            ),
            secret.get("Description", ""),
            scope,
        ),
        exports={"name": secret["Name"], "arn": secret["ARN"]},
        tags=tagging.mapping(secret.get("Tags")),
        facts={
            "versions": {version: version for version in ours},
            "current": current,
            "labels": tuple(sorted(label for labels in stages.values() for label in labels)),
            "replicas": tuple(sorted(item["Region"] for item in secret.get("ReplicationStatus") or ())),
        },
        blocked=_blocked(secret, scope),
    )


def _blocked(secret: Mapping[str, Any], scope: Scope) -> str:
    """Why it cannot be used, and the way out: a secret that waits for its deletion is not gone (SM-3)."""
    if (primary := secret.get("PrimaryRegion") or scope.region) != scope.region:
        return f"it is a replica of a secret in {primary}: change it there, or use another name here"
    if not secret.get("DeletedDate"):
        return ""
    restore = f"aws secretsmanager restore-secret --secret-id {secret['Name']}"
    return f"it waits for its deletion on {str(secret['DeletedDate'])[:10]}: bring it back with `{restore}`"


def _arn(key: str, scope: Scope) -> str | None:
    """A key that was given by its id as its ARN; None for AWS's own key, which is not shown."""
    if not key or key.startswith(("arn:", "alias/")):
        return key or None
    return scope.arn("kms", f"key/{key}")


# Parameters


def _parameters(reader: Reader, names: list[str], scope: Scope) -> list[Found[DataKeySpec]]:
    found = listed(reader, names)
    tags = reader.each(lambda item: _tags(reader, item["Name"]), found)
    return [_parameter(item, tagged, scope) for item, tagged in zip(found, tags, strict=True)]


def _tags(reader: Reader, name: str) -> dict[str, str]:
    asked = {"ResourceType": "Parameter", "ResourceId": name}
    reply = reader.call("ssm", "ListTagsForResource", asked, absent=("InvalidResourceId",)) or {}
    return tagging.mapping(reply.get("TagList"))


def _parameter(item: Mapping[str, Any], tags: Mapping[str, str], scope: Scope) -> Found[DataKeySpec]:
    """The tag tells what was stored, and as which version: a newer one is somebody else's."""
    current = str(item["Version"])
    number, _, written = tags.get(ownership.DATA_KEY, "").partition("/")
    made = Mark.parse(written)
    return Found(
        name=item["Name"],
        identity=f"{PARAMETER}{item['Name']}",
        spec=_spec(
            made if number == current else None,
            made,
            Store.model_construct(secret=None, parameter=item["Name"], kms_key=None),
            item.get("Description", ""),
            scope,
        ),
        exports={"name": item["Name"], "arn": parameter_arn(scope, item["Name"])},
        tags=tags,
        facts={"versions": {written: number} if made else {}, "current": current, "labels": (), "replicas": ()},
    )


def parameter_arn(scope: Scope, name: str) -> str:
    """The ARN of a parameter, in which its name has a slash in front."""
    return scope.arn("ssm", f"parameter/{name.removeprefix('/')}")


def _last(made: Iterable[Mark]) -> Mark | None:
    return max(made, key=lambda mark: mark.version, default=None)


def _spec(made: Mark | None, last: Mark | None, store: Store, description: str, scope: Scope) -> DataKeySpec:
    """A spec as it would be written; None and "" where the current version is nothing of ours.

    The key of the last one that is ours is named even then: it must not go before what it encrypts.
    """
    named = made or last
    values: dict[str, Any] = {
        "kms_key": _arn(named.key_id, scope) if named else None,
        "key_spec": made.key_spec if made else None,
        "bytes": made.length if made and not made.key_spec else None,
        "encryption_context": made.context if made else "",
        "version": made.version if made else None,
    }
    return DataKeySpec.model_construct(store=store, description=description, **values)
