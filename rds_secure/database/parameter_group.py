"""What DB parameter groups and DB cluster parameter groups are alike in: spec, checks, reading, comparing.

The kinds are in `resources`: they say what AWS calls their things, which parameters force TLS, and who uses them.
"""

from __future__ import annotations

import difflib
import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeVar, cast

from pydantic import Discriminator, Tag

from rds_secure import engines, tagging
from rds_secure.database import parameter_calls
from rds_secure.database.parameter_calls import Names
from rds_secure.engines import ENGINES
from rds_secure.fields import Field, Mode, Named, Part, Pattern, ResourceSpec, Str, Tagged
from rds_secure.kind import Change, Complaint, FieldChange, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Operation
from rds_secure.values import Value

_NAME = re.compile(r"(?=.{1,255}$)[A-Za-z](-?[A-Za-z0-9])*")
_FAMILY = re.compile(r"([a-z][a-z0-9-]*?)-?(\d+(?:\.\d+)?)")


class Parameter(Part):
    """A parameter whose way of being applied is written too."""

    value: Annotated[Str, Field(create="Parameters[].ParameterValue")]
    """Its value, as the engine takes it."""
    apply: Annotated[
        Literal["immediate", "pending-reboot"] | None,
        Field(Mode.META, create="Parameters[].ApplyMethod", terraform="apply_method"),
    ] = None
    """immediate, which AWS refuses for static parameters, or pending-reboot. Left out: what is known to be right."""


def _form(value: Any) -> str:
    return "mapping" if isinstance(value, Mapping | Parameter) else "text"


Setting = Annotated[Annotated[Str, Tag("text")] | Annotated[Parameter, Tag("mapping")], Discriminator(_form)]
ParameterName = Annotated[str, Pattern(r"[A-Za-z0-9_][A-Za-z0-9_ .:()/-]{0,254}", "the name of a parameter")]


class ParameterGroupSpec(Named, Tagged, ResourceSpec):
    """Parameters of an engine. Kinds add where AWS has the parameters."""

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
    parameters: Annotated[dict[ParameterName, Setting], Field()] = {}


S = TypeVar("S", bound=ParameterGroupSpec)


class ParameterGroup(Kind[S]):
    """Both kinds of group; see `Names` for what they differ in."""

    names: ClassVar[Names]
    exports = {"name": "the group's name", "arn": "its ARN"}
    services = ("rds",)
    versioned = True

    @abstractmethod
    def tls(self, family: str) -> Mapping[str, str]:
        """The parameters of this kind of group that force TLS (RDS-8)."""

    @abstractmethod
    def user(self, reader: Reader, name: str, stack: str, going: frozenset[str]) -> str:
        """Something that uses the group and is neither of the stack nor going with it, for people; "" if nothing."""

    def aws_name(self, stack: str, key: str, spec: S) -> str:
        return spec.name or f"{key.replace('~', '-')}-{spec.family.replace('.', '-')}"  # RDS-22: no dots

    def check(self, key: str, spec: S) -> Iterator[Complaint]:
        name = self.aws_name("", key, spec)
        if name.startswith("default."):
            what = "groups named default.… are AWS's own, and cannot be changed"
            yield Complaint(("name",), what, "choose another name")
        elif not _NAME.fullmatch(name):
            what = f"{name!r} is no name for a {self.names.title}"
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

    def predict(self, scope: Scope, name: str, spec: S) -> Mapping[str, str]:
        return {"name": name.lower(), "arn": self._arn(scope, name)}

    def normalise(self, resource: Resource[S], live: Live[S] | None, scope: Scope) -> S:
        """Values only, with those that force TLS; a value that means the same as the live one becomes that one.

        A parameter set to what the family has anyway is never shown as set (issue 23335 of Terraform's aws provider:
        rds.force_ssl of postgres15 and later is 1 from the start), so it is left out of the comparison.
        """
        spec = resource.spec
        wanted = {**self.tls(spec.family), **_values(spec)}
        if live is None:
            return spec.model_copy(update={"parameters": wanted})
        shown, default = _values(live.spec), live.facts["default"]
        kept = {
            name: shown[name] if engines.same_parameter_value(value, shown.get(name)) else value
            for name, value in wanted.items()
            if name in shown or not engines.same_parameter_value(value, default.get(name))
        }
        return spec.model_copy(update={"parameters": kept})

    def draft(self, live: Live[S]) -> S:
        """With what does not force TLS, where that is so."""
        default: Mapping[str, str] = live.facts["default"]
        forced = self.tls(live.spec.family)
        shown = {name: default.get(name, "0") for name in forced} | _values(live.spec)
        said = {name: value for name, value in shown.items() if not _same(value, forced.get(name))}
        return live.spec.model_copy(update={"parameters": dict(sorted(said.items()))})

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[S]]:
        names = self.names
        if not wanted.expects(names.arn):
            return []
        reply = reader.call("rds", names.list_groups) or {}
        groups = [
            group
            for group in reply[f"{names.group}s"]
            if wanted.asks_for(group[names.name].lower(), group[f"{names.group}Arn"])
        ]
        families = sorted({group["DBParameterGroupFamily"] for group in groups})
        calls: list[tuple[str, Mapping[str, Value]]] = [
            *((names.list_defaults, {"DBParameterGroupFamily": family}) for family in families),
            *(("ListTagsForResource", {"ResourceName": group[f"{names.group}Arn"]}) for group in groups),
            # A group has hundreds of parameters, several pages (RDS-17), and few of them were set by anybody.
            *((names.list_parameters, {names.name: group[names.name], "Source": "user"}) for group in groups),
        ]
        replies = iter(reader.each(lambda call: reader.call("rds", call[0], call[1]) or {}, calls))
        defaults = {family: next(replies)["EngineDefaults"].get("Parameters", ()) for family in families}
        tags = [tagging.mapping(next(replies)["TagList"]) for _ in groups]
        rows = [next(replies)["Parameters"] for _ in groups]
        return [
            self._found(group, own, set_, defaults[group["DBParameterGroupFamily"]])
            for group, own, set_ in zip(groups, tags, rows, strict=True)
        ]

    def inspect(self, reader: Reader, live: Live[S], scope: Scope, going: frozenset[str]) -> Live[S] | str:
        user = self.user(reader, live.name.lower(), scope.stack, going)
        return f"{user}, which is not of this stack, uses it" if user else live

    def advice(self, field: str, resource: Resource[S], live: Live[S]) -> str:
        if field == "family":
            return "AWS never changes it: write another 'name:', or none, so that a new group is made for the family"
        return super().advice(field, resource, live)

    def takes_effect(self, change: FieldChange, resource: Resource[S], live: Live[S]) -> str:
        if change.path != "parameters":
            return change.when
        method = _methods(resource, [change.member], live.facts["types"])[change.member]
        return "reboot" if method == "pending-reboot" else ""

    def create(self, resource: Resource[S], scope: Scope) -> tuple[Operation, ...]:
        spec, wanted = resource.spec, _values(resource.spec)
        made = parameter_calls.create(self.names, resource.name, spec.family, spec.description, resource.tags)
        methods = _methods(resource, wanted, {})
        return (made, *parameter_calls.set_values(self.names, resource.name, wanted, methods))

    def update(self, change: Change[S]) -> tuple[Operation, ...]:
        resource, types = change.resource, change.live.facts["types"]
        members = change.members("parameters")
        wanted = {item.member: str(item.new) for item in members if item.new is not None}
        dropped = [item.member for item in members if item.new is None]
        set_, reset = _methods(resource, wanted, types), _methods(resource, dropped, types)
        return (
            *parameter_calls.set_values(self.names, resource.name, wanted, set_),
            *parameter_calls.reset(self.names, change.live.name, dropped, reset),
        )

    def delete(self, live: Live[S], scope: Scope) -> tuple[Operation, ...]:
        return (parameter_calls.delete(self.names, live.name),)

    def tag(
        self, subject: Resource[S] | Live[S], add: Mapping[str, str], remove: tuple[str, ...], scope: Scope
    ) -> tuple[Operation, ...]:
        return tagging.rds(self._arn(scope, subject.name), add, remove)

    def _arn(self, scope: Scope, name: str) -> str:
        return scope.arn("rds", f"{self.names.arn}:{name.lower()}")

    def _found(
        self,
        group: Mapping[str, Any],
        tags: Mapping[str, str],
        rows: Iterable[Mapping[str, Any]],
        defaults: Iterable[Mapping[str, Any]],
    ) -> Found[S]:
        """``rows``: what was set; ``defaults``: what the family has anyway; both tell what is static."""
        name, arn = group[self.names.name], group[f"{self.names.group}Arn"]
        shown = {row["ParameterName"]: str(row.get("ParameterValue") or "") for row in rows}
        spec = self.spec.model_construct(
            family=group["DBParameterGroupFamily"],
            description=group["Description"],
            parameters=dict(sorted(shown.items())),
        )
        return Found(
            name=name,
            identity=name.lower(),
            spec=cast(S, spec),  # which pydantic's plugin takes for the bound alone
            exports={"name": name, "arn": arn},
            tags=tags,
            facts={
                "default": {row["ParameterName"]: str(row["ParameterValue"]) for row in defaults if _has_value(row)},
                "types": {row["ParameterName"]: row["ApplyType"] for row in (*defaults, *rows)},
            },
        )


def _same(value: str, forced: str | None) -> bool:
    return forced is not None and engines.same_parameter_value(value, forced)


def _has_value(row: Mapping[str, Any]) -> bool:
    return row.get("ParameterValue") is not None


def _values(spec: ParameterGroupSpec) -> dict[str, str]:
    return {name: setting if isinstance(setting, str) else setting.value for name, setting in spec.parameters.items()}


def _methods(resource: Resource[S], parameters: Iterable[str], types: Mapping[str, str]) -> dict[str, str]:
    """How each is applied: as it is written, or as is right for its type."""
    engine = engines.engine_of_family(resource.spec.family) or ""
    written = {
        name: setting.apply for name, setting in resource.written.parameters.items() if isinstance(setting, Parameter)
    }
    return {name: written.get(name) or engines.apply_method(engine, name, types.get(name)) for name in parameters}


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
