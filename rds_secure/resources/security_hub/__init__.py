"""Security Hub (CSPM) in the account and region: enabled, with its standards. It is never disabled, nor is a standard.

The hub "V2" is another service, and none of this kind's. Findings are not read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rds_secure import tagging
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted, together
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.resources.security_hub import standards
from rds_secure.resources.security_hub.spec import SecurityHubSpec
from rds_secure.values import Value

_ABSENT = ("InvalidAccessException", "ResourceNotFoundException")
"""What Security Hub answers where it is not enabled."""
_NEW = (Retry("InvalidAccessException", "not subscribed"),)
"""A hub that has just been enabled may not be seen at once (memory)."""
_GENERATORS = {"security-control": "SECURITY_CONTROL", "standard-control": "STANDARD_CONTROL"}
_REASONS = {
    "NO_AVAILABLE_CONFIGURATION_RECORDER": "AWS Config records nothing here",
    "MAXIMUM_NUMBER_OF_CONFIG_RULES_EXCEEDED": "AWS Config has no room for more rules",
}


class SecurityHub(Kind[SecurityHubSpec]):
    """Security Hub's `EnableSecurityHub` and `BatchEnableStandards`. No longer declared, the hub is let go as it is."""

    name = "security_hub"
    title = "security hub"
    spec = SecurityHubSpec
    exports = {"arn": "the hub's ARN"}
    tagged_as = "securityhub:hub"
    services = ("securityhub",)
    read_actions = (
        "securityhub:DescribeHub",
        "securityhub:GetEnabledStandards",
        "securityhub:ListTagsForResource",
        "securityhub:DescribeStandards",
    )
    singleton = True
    imported = False

    # What is declared

    def aws_name(self, stack: str, key: str, spec: SecurityHubSpec) -> str:
        return "default"

    def identity(self, name: str, spec: SecurityHubSpec, scope: Scope) -> str:
        return name

    def check(self, key: str, spec: SecurityHubSpec) -> Iterator[Complaint]:
        seen: set[str] = set()
        for index, written in enumerate(spec.standards):
            name = standards.short(written, *_where(written))
            if name in seen:
                yield Complaint(("standards", index), f"{written!r} is written twice", "keep one of them")
            seen.add(name)

    def verify(self, reader: Reader, resource: Resource[SecurityHubSpec], scope: Scope) -> Iterator[Complaint]:
        for key in resource.tags:
            if not _takes(key):
                what = f"Security Hub does not take the tag key {key!r}"
                yield Complaint(
                    ("tags",), what, "use letters, digits and +-=._:/ only, or leave the hub to another stack"
                )
        reply = reader.call("securityhub", "DescribeStandards", absent=_ABSENT)
        if reply is None:
            return  # some regions show them only where the hub is enabled: then the call that enables one will tell
        offered = {item["StandardsArn"] for item in reply["Standards"]}
        for index, written in enumerate(resource.spec.standards):
            if standards.arn(written, scope.partition, scope.region) not in offered:
                names = sorted(standards.short(item, scope.partition, scope.region) for item in offered)
                what = f"Security Hub has no standard {written} in {scope.region}"
                yield Complaint(("standards", index), what, f"write one of {', '.join(names)}")

    def predict(self, scope: Scope, name: str, spec: SecurityHubSpec) -> Mapping[str, str]:
        return {"arn": _arn(scope)}

    def normalise(
        self, resource: Resource[SecurityHubSpec], live: Live[SecurityHubSpec] | None, scope: Scope
    ) -> SecurityHubSpec:
        named = tuple(standards.short(item, scope.partition, scope.region) for item in resource.spec.standards)
        return resource.spec.model_copy(update={"standards": named})

    # What is live

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[SecurityHubSpec]]:
        if not (wanted.identities or _arn(wanted.scope) in wanted.tagged):
            return  # most stacks have no hub, and may not look at one either
        hub = reader.call("securityhub", "DescribeHub", absent=_ABSENT)
        if hub is None:
            return
        arn = str(hub["HubArn"])
        enabled, tags = together(
            reader,
            lambda: reader.call("securityhub", "GetEnabledStandards") or {},
            lambda: reader.call("securityhub", "ListTagsForResource", {"ResourceArn": arn}) or {},
        )
        yield _found(hub, enabled["StandardsSubscriptions"], dict(tags.get("Tags") or {}), wanted.scope)

    # Operations

    def create(self, resource: Resource[SecurityHubSpec], scope: Scope) -> tuple[Operation, ...]:
        spec = resource.spec
        params: dict[str, Value] = {"Tags": dict(resource.tags), "EnableDefaultStandards": False}
        if spec.findings:
            params["ControlFindingGenerator"] = _GENERATORS[spec.findings]
        enabled = Operation(
            service="securityhub",
            action="EnableSecurityHub",
            params=params,
            summary="enable Security Hub",
            done_on=("ResourceConflictException",),
            also=("iam:CreateServiceLinkedRole", "securityhub:TagResource"),
        )
        configured = () if spec.new_controls else (_configure({"AutoEnableControls": False}),)
        return (enabled, *configured, *_enable(spec.standards, scope))

    def update(self, change: Change[SecurityHubSpec]) -> tuple[Operation, ...]:
        spec, params = change.resource.spec, dict[str, Value]()
        if "new_controls" in change:
            params["AutoEnableControls"] = spec.new_controls
        if "findings" in change and spec.findings:
            params["ControlFindingGenerator"] = _GENERATORS[spec.findings]
        return (*([_configure(params)] if params else []), *_enable(change.added("standards"), change.scope))

    def tag(
        self,
        subject: Resource[SecurityHubSpec] | Live[SecurityHubSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tagging.security_hub(_arn(scope), add, remove)


def _arn(scope: Scope) -> str:
    return scope.arn("securityhub", "hub/default")


def _where(written: str) -> tuple[str, str]:
    """The partition and region in an ARN; of a short name, any will do."""
    parts = written.split(":")
    return (parts[1], parts[3]) if len(parts) > 3 else ("aws", "")


def _takes(key: str) -> bool:
    return all(character.isascii() and (character.isalnum() or character in "+,-./:;<=_") for character in key)


def _configure(params: Mapping[str, Value]) -> Operation:
    said = {"AutoEnableControls": "new controls", "ControlFindingGenerator": "findings"}
    return Operation(
        service="securityhub",
        action="UpdateSecurityHubConfiguration",
        params=params,
        retry_on=_NEW,
        summary=f"change {' and '.join(said[name] for name in params)}",
    )


def _enable(names: Iterable[str], scope: Scope) -> tuple[Operation, ...]:
    """Enable standards. Their controls come within minutes; without AWS Config some never do (INCOMPLETE)."""
    names = sorted(names)
    if not names:
        return ()
    arns = [standards.arn(name, scope.partition, scope.region) for name in names]
    status = {name: f"[?StandardsArn=='{arn}'] | [0].StandardsStatus" for name, arn in zip(names, arns, strict=True)}
    operation = Operation(
        service="securityhub",
        action="BatchEnableStandards",
        params={"StandardsSubscriptionRequests": tuple({"StandardsArn": arn} for arn in arns)},
        retry_on=_NEW,
        summary=f"enable {', '.join(names)}",
        wait=Wait(
            service="securityhub",
            action="GetEnabledStandards",
            params={},
            select="StandardsSubscriptions",
            until=tuple(Condition(path, ("READY", "INCOMPLETE"), f"standard {name}") for name, path in status.items()),
            fail=tuple(Condition(path, ("FAILED",), f"standard {name}") for name, path in status.items()),
        ),
    )
    return (operation,)


def _found(
    hub: Mapping[str, Any], enabled: Iterable[Mapping[str, Any]], tags: Mapping[str, str], scope: Scope
) -> Found[SecurityHubSpec]:
    names, notes = [], []
    for item in enabled:
        name, status = standards.short(item["StandardsArn"], scope.partition, scope.region), item["StandardsStatus"]
        if status in ("DELETING", "FAILED"):
            notes.append(f"standard {name} is {status.lower()}")
            continue
        names.append(name)
        if status == "INCOMPLETE":
            code = (item.get("StandardsStatusReason") or {}).get("StatusReasonCode", "")
            notes.append(f"standard {name} is incomplete: {_REASONS.get(code, code or 'AWS does not say why')}")
    generators: dict[str, Any] = {value: word for word, value in _GENERATORS.items()}
    return Found(
        name="default",
        identity="default",
        spec=SecurityHubSpec.model_construct(
            standards=tuple(sorted(names)),
            new_controls=hub.get("AutoEnableControls", True),
            findings=generators.get(hub.get("ControlFindingGenerator", "")),
        ),
        exports={"arn": hub["HubArn"]},
        tags=tags,
        facts={"notes": tuple(notes)},
    )


KIND = SecurityHub()
