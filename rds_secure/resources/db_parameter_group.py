"""DB parameter groups: how an engine is set up, TLS forced where one parameter does it. It reboots nothing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag

from rds_secure import engines, ownership, tagging
from rds_secure.engines import ENGINES
from rds_secure.fields import Field, Mode, Named, Part, Pattern, ResourceSpec, Str, Tagged
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.values import Value

_NAME = re.compile(r"(?=.{1,255}$)[A-Za-z](-?[A-Za-z0-9])*")
_FAMILY = re.compile(r"([a-z][a-z0-9-]*?)-?(\d+(?:\.\d+)?)")
_GONE = "DBParameterGroupNotFound"


class Parameter(Part):
    """A parameter whose way of being applied is written too."""

    value: Annotated[Str, Field(create="ModifyDBParameterGroup.Parameters[].ParameterValue")]
    """Its value, as the engine takes it."""
    apply: Annotated[
        Literal["immediate", "pending-reboot"] | None,
        Field(Mode.META, create="ModifyDBParameterGroup.Parameters[].ApplyMethod", terraform="apply_method"),
    ] = None
    """immediate, which AWS refuses for static parameters, or pending-reboot. Left out: what is known to be right."""


def _form(value: Any) -> str:
    return "mapping" if isinstance(value, Mapping | Parameter) else "text"


Setting = Annotated[Annotated[Str, Tag("text")] | Annotated[Parameter, Tag("mapping")], Discriminator(_form)]
ParameterName = Annotated[str, Pattern(r"[A-Za-z0-9_][A-Za-z0-9_ .:()/-]{0,254}", "the name of a parameter")]


class DbParameterGroupSpec(Named, Tagged, ResourceSpec):
    """Parameters of an engine, for instances of one family."""

    family: Annotated[
        Str,
        Field(
            Mode.CREATE_ONLY,
            create="DBParameterGroupFamily",
            read="DBParameterGroupFamily",
            terraform="family",
            applies="never",
        ),
    ]
    """The engine and its major version: postgres16, mysql8.0, sqlserver-se-15.0. The group's name ends in it, so that
    another family makes another group."""
    description: Annotated[
        Str, Field(Mode.NOTED, create="Description", read="Description", terraform="description", applies="never")
    ] = "managed by rds-secure"
    """What it is for; fixed once the group exists."""
    parameters: Annotated[
        dict[ParameterName, Setting],
        Field(
            create="ModifyDBParameterGroup.Parameters",
            change="ModifyDBParameterGroup.Parameters",
            read="DescribeDBParameters.Parameters[].ParameterValue",
            terraform="parameter",
        ),
    ] = {}
    """Name → value, or {value, apply}. The one that forces TLS is added, unless it is written. What others have set is
    set back to the family's default."""


@dataclass(frozen=True, slots=True)
class _Described:
    """The parameters of a group: what was set, what the family has anyway, and static or dynamic."""

    set: Mapping[str, str]
    default: Mapping[str, str]
    types: Mapping[str, str]


class DbParameterGroup(Kind[DbParameterGroupSpec]):
    """RDS `CreateDBParameterGroup` and its like (AWS's API reference)."""

    name = "db_parameter_group"
    title = "DB parameter group"
    spec = DbParameterGroupSpec
    exports = {"name": "the group's name", "arn": "its ARN"}
    tagged_as = "rds:pg"
    services = ("rds",)
    read_actions = (
        "rds:DescribeDBInstances",
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBParameters",
        "rds:DescribeEngineDefaultParameters",
        "rds:ListTagsForResource",
    )
    versioned = True

    def aws_name(self, stack: str, key: str, spec: DbParameterGroupSpec) -> str:
        return spec.name or f"{key.replace('~', '-')}-{spec.family.replace('.', '-')}"  # RDS-22: no dots

    def check(self, key: str, spec: DbParameterGroupSpec) -> Iterator[Complaint]:
        name = self.aws_name("", key, spec)
        if name.startswith("default."):
            what = "groups named default.… are AWS's own, and cannot be changed"
            yield Complaint(("name",), what, "choose another name")
        elif not _NAME.fullmatch(name):
            what = f"{name!r} is no name for a parameter group"
            fix = "use 1 to 255 letters, digits and single hyphens, a letter first and no hyphen last"
            yield Complaint(("name",) if spec.name else (), what, fix)
        yield from _family_problems(spec.family)
        engine = ENGINES.get(engines.engine_of_family(spec.family) or "")
        for parameter, setting in spec.parameters.items():
            if isinstance(setting, str) or engine is None or setting.apply != "immediate":
                continue
            if parameter in engine.tls and engine.tls_apply_type == "static":  # RDS-8
                what = f"{parameter} of {engine.name} is static: it takes a reboot"
                yield Complaint(("parameters", parameter, "apply"), what, "write pending-reboot, or leave it out")

    def predict(self, scope: Scope, name: str, spec: DbParameterGroupSpec) -> Mapping[str, str]:
        return {"name": name.lower(), "arn": _arn(scope, name)}

    def normalise(
        self, resource: Resource[DbParameterGroupSpec], live: Live[DbParameterGroupSpec] | None, scope: Scope
    ) -> DbParameterGroupSpec:
        """Values only, with those that force TLS; a value that means the same as the live one becomes that one.

        A parameter set to what the family has anyway is never shown as set (issue 23335 of Terraform's aws provider:
        rds.force_ssl of postgres15 and later is 1 from the start), so it is left out of the comparison.
        """
        spec = resource.spec
        wanted = {**_tls(spec.family), **_values(spec)}
        if live is None:
            return spec.model_copy(update={"parameters": wanted})
        shown, default = _values(live.spec), live.facts["default"]
        kept = {
            name: shown[name] if engines.same_parameter_value(value, shown.get(name)) else value
            for name, value in wanted.items()
            if name in shown or not engines.same_parameter_value(value, default.get(name))
        }
        return spec.model_copy(update={"parameters": kept})

    def draft(self, live: Live[DbParameterGroupSpec]) -> DbParameterGroupSpec:
        """With what does not force TLS, where that is so."""
        default: Mapping[str, str] = live.facts["default"]
        shown = {name: default.get(name, "0") for name in _tls(live.spec.family)} | _values(live.spec)
        said = {name: value for name, value in shown.items() if value != _tls(live.spec.family).get(name)}
        return live.spec.model_copy(update={"parameters": dict(sorted(said.items()))})

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[DbParameterGroupSpec]]:
        reply = reader.call("rds", "DescribeDBParameterGroups") or {}
        groups = [
            group
            for group in reply["DBParameterGroups"]
            if wanted.asks_for(group["DBParameterGroupName"].lower(), group["DBParameterGroupArn"])
        ]
        families = sorted({group["DBParameterGroupFamily"] for group in groups})
        calls = [
            *(("DescribeEngineDefaultParameters", {"DBParameterGroupFamily": family}) for family in families),
            *(("ListTagsForResource", {"ResourceName": group["DBParameterGroupArn"]}) for group in groups),
            *(("DescribeDBParameters", _set_by_users(group["DBParameterGroupName"])) for group in groups),
        ]
        replies = iter(reader.each(lambda call: reader.call("rds", call[0], call[1]) or {}, calls))
        defaults = {family: next(replies)["EngineDefaults"].get("Parameters", ()) for family in families}
        tags = [tagging.mapping(next(replies)["TagList"]) for _ in groups]
        described = [
            _described(next(replies)["Parameters"], defaults[group["DBParameterGroupFamily"]]) for group in groups
        ]
        return [_found(*one) for one in zip(groups, tags, described, strict=True)]

    def inspect(
        self, reader: Reader, live: Live[DbParameterGroupSpec], scope: Scope, going: frozenset[str]
    ) -> Live[DbParameterGroupSpec] | str:
        reply = reader.call("rds", "DescribeDBInstances") or {}
        for instance in reply["DBInstances"]:
            named = {group["DBParameterGroupName"].lower() for group in instance.get("DBParameterGroups") or ()}
            ours = tagging.mapping(instance.get("TagList")).get(ownership.STACK) == scope.stack
            if live.name.lower() in named and not ours and instance["DBInstanceArn"] not in going:
                return f"database {instance['DBInstanceIdentifier']}, which is not of this stack, uses it"
        return live

    def advice(self, field: str, resource: Resource[DbParameterGroupSpec], live: Live[DbParameterGroupSpec]) -> str:
        if field == "family":
            return "AWS never changes it: write another 'name:', or none, so that a new group is made for the family"
        return super().advice(field, resource, live)

    def create(self, resource: Resource[DbParameterGroupSpec], scope: Scope) -> tuple[Operation, ...]:
        spec = resource.spec
        params: dict[str, Value] = {
            "DBParameterGroupName": resource.name,
            "DBParameterGroupFamily": spec.family,
            "Description": spec.description,
            "Tags": tagging.pairs(resource.tags),
        }
        made = Operation(
            service="rds",
            action="CreateDBParameterGroup",
            params=params,
            summary=f"create parameter group {resource.name}",
            exports={
                "name": "DBParameterGroup.DBParameterGroupName",
                "arn": "DBParameterGroup.DBParameterGroupArn",
            },
            also=("rds:AddTagsToResource",),
        )
        return (made, *_set(resource, _values(spec), {}))

    def update(self, change: Change[DbParameterGroupSpec]) -> tuple[Operation, ...]:
        types: Mapping[str, str] = change.live.facts["types"]
        members = change.members("parameters")
        wanted = {item.member: str(item.new) for item in members if item.new is not None}
        dropped = [item.member for item in members if item.new is None]
        return (
            *_set(change.resource, wanted, types),
            *_reset(change.live.name, change.resource.spec.family, dropped, types),
        )

    def delete(self, live: Live[DbParameterGroupSpec], scope: Scope) -> tuple[Operation, ...]:
        return (
            Operation(
                service="rds",
                action="DeleteDBParameterGroup",
                params={"DBParameterGroupName": live.name},
                summary=f"delete parameter group {live.name}",
                # An instance that is gone, or has another group, may count as a user for a moment (RDS-10).
                retry_on=(Retry("InvalidDBParameterGroupState"),),
                done_on=(_GONE,),
                destructive=True,
            ),
        )

    def tag(
        self,
        subject: Resource[DbParameterGroupSpec] | Live[DbParameterGroupSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tagging.rds(_arn(scope, subject.name), add, remove)


def _arn(scope: Scope, name: str) -> str:
    return scope.arn("rds", f"pg:{name.lower()}")


def _tls(family: str) -> Mapping[str, str]:
    """What forces TLS; for Aurora that belongs to the cluster's group (RDS-8)."""
    engine = ENGINES.get(engines.engine_of_family(family) or "")
    return {} if engine is None or engine.clustered else engines.tls_parameters(family)


def _values(spec: DbParameterGroupSpec) -> dict[str, str]:
    return {name: setting if isinstance(setting, str) else setting.value for name, setting in spec.parameters.items()}


def _family_problems(family: str) -> Iterator[Complaint]:
    """Families are not listed anywhere offline: only what cannot be one, or is near to a known one, is a problem."""
    parts = _FAMILY.fullmatch(family)
    if parts is None:
        yield Complaint(("family",), f"{family!r} is no family", "write one such as postgres16 or mysql8.0")
        return
    name, version = parts.groups()
    if name in ENGINES:
        right = engines.family(name, version)
        if right != family:
            fix = f"did you mean {right!r}?" if right else f"write more of its version, such as {family}.0"
            yield Complaint(("family",), f"{name} has no family {family!r}", fix)
    elif near := () if name.startswith("custom-") else difflib.get_close_matches(name, ENGINES, 1, cutoff=0.8):
        right = engines.family(near[0], version) or near[0]
        yield Complaint(("family",), f"there is no family {family!r}", f"did you mean {right!r}?")


def _set_by_users(name: str) -> Mapping[str, Value]:
    """A group has hundreds of parameters, several pages (RDS-17), and few of them were set by anybody."""
    return {"DBParameterGroupName": name, "Source": "user"}


def _described(rows: Iterable[Mapping[str, Any]], defaults: Iterable[Mapping[str, Any]]) -> _Described:
    return _Described(
        set={row["ParameterName"]: str(row.get("ParameterValue") or "") for row in rows},
        default={row["ParameterName"]: str(row["ParameterValue"]) for row in defaults if "ParameterValue" in row},
        types={row["ParameterName"]: row["ApplyType"] for row in (*defaults, *rows)},
    )


def _found(group: Mapping[str, Any], tags: Mapping[str, str], described: _Described) -> Found[DbParameterGroupSpec]:
    return Found(
        name=group["DBParameterGroupName"],
        identity=group["DBParameterGroupName"].lower(),
        spec=DbParameterGroupSpec.model_construct(
            family=group["DBParameterGroupFamily"],
            description=group["Description"],
            parameters=dict(sorted(described.set.items())),
        ),
        exports={"name": group["DBParameterGroupName"], "arn": group["DBParameterGroupArn"]},
        tags=tags,
        facts={"default": described.default, "types": described.types},
    )


def _set(
    resource: Resource[DbParameterGroupSpec], wanted: Mapping[str, str], types: Mapping[str, str]
) -> Iterator[Operation]:
    """Calls of 20 parameters at most, pairs together (RDS-8); the last one waits until all values show (RDS-22)."""
    batches = engines.batches(wanted)
    for number, batch in enumerate(batches, 1):
        rows = tuple(
            {
                "ParameterName": name,
                "ParameterValue": wanted[name],
                "ApplyMethod": _written_method(resource.written, name) or _method(resource.spec.family, name, types),
            }
            for name in batch
        )
        yield Operation(
            service="rds",
            action="ModifyDBParameterGroup",
            params={"DBParameterGroupName": resource.name, "Parameters": rows},
            summary=f"set {_listed(batch)}",
            wait=_shown(resource.name, wanted) if number == len(batches) else None,
        )


def _reset(name: str, family: str, dropped: Iterable[str], types: Mapping[str, str]) -> Iterator[Operation]:
    for batch in engines.batches(dropped):
        rows = tuple({"ParameterName": name, "ApplyMethod": _method(family, name, types)} for name in batch)
        yield Operation(
            service="rds",
            action="ResetDBParameterGroup",
            # All are reset unless told otherwise (API reference).
            params={"DBParameterGroupName": name, "ResetAllParameters": False, "Parameters": rows},
            summary=f"reset {_listed(batch)}",
        )


def _written_method(written: DbParameterGroupSpec, name: str) -> str | None:
    setting = written.parameters.get(name)
    return setting.apply if isinstance(setting, Parameter) else None


def _method(family: str, name: str, types: Mapping[str, str]) -> str:
    return engines.apply_method(engines.engine_of_family(family) or "", name, types.get(name))


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) < 4 else f"{len(names)} parameters"


def _shown(name: str, wanted: Mapping[str, str]) -> Wait:
    conditions = (
        Condition(f"[?ParameterName=='{parameter}'] | [0].ParameterValue", _forms(value))
        for parameter, value in sorted(wanted.items())
    )
    return Wait(
        service="rds",
        action="DescribeDBParameters",
        params={"DBParameterGroupName": name},
        select="Parameters",
        until=tuple(conditions),
        timeout=900,
        interval=10,
    )


def _forms(value: str) -> tuple[str, ...]:
    """The ways in which AWS may show a value (RDS-8)."""
    candidates = (value, value.lower(), value.upper(), "1", "ON", "on", "true", "0", "OFF", "off", "false")
    return tuple(dict.fromkeys(form for form in candidates if engines.same_parameter_value(form, value)))


KIND = DbParameterGroup()
