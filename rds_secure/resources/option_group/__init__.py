"""Option groups: what an engine does beside its parameters, TDE and Oracle's network encryption among it.

That an option is there does not prove that it encrypts anything (RDS-20, RDS-21): notes in the plan say what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rds_secure import engines, tagging
from rds_secure.kind import Change, Complaint, FieldChange, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Operation
from rds_secure.resources.option_group import operations
from rds_secure.resources.option_group.check import check, port_of
from rds_secure.resources.option_group.read import PERMANENT, held, read
from rds_secure.resources.option_group.spec import Option, OptionGroupSpec
from rds_secure.resources.option_group.verify import verify
from rds_secure.values import Value

_NAMED = 5
"""How many users of a group are named before they are only counted."""


class OptionGroup(Kind[OptionGroupSpec]):
    """RDS `CreateOptionGroup` and its like (AWS's API reference)."""

    name = "option_group"
    title = "Option group"
    spec = OptionGroupSpec
    exports = {"name": "the group's name", "arn": "its ARN"}
    tagged_as = "rds:og"
    services = ("rds", "ec2")
    read_actions = (
        "ec2:DescribeSecurityGroups",
        "rds:DescribeDBInstanceAutomatedBackups",
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshots",
        "rds:DescribeOptionGroupOptions",
        "rds:DescribeOptionGroups",
        "rds:ListTagsForResource",
    )
    versioned = True
    in_snapshots = True

    def aws_name(self, stack: str, key: str, spec: OptionGroupSpec) -> str:
        return spec.name or f"{key}-{spec.major_version.replace('.', '-')}"

    def check(self, key: str, spec: OptionGroupSpec) -> Iterator[Complaint]:
        return check(self.aws_name("", key, spec), spec)

    def verify(self, reader: Reader, resource: Resource[OptionGroupSpec], scope: Scope) -> Iterator[Complaint]:
        return verify(reader, resource)

    def predict(self, scope: Scope, name: str, spec: OptionGroupSpec) -> Mapping[str, str]:
        return {"name": name.lower(), "arn": _arn(scope, name)}

    def normalise(
        self, resource: Resource[OptionGroupSpec], live: Live[OptionGroupSpec] | None, scope: Scope
    ) -> OptionGroupSpec:
        spec = resource.spec
        options = {
            name: _normal(spec.engine, name, option, live, scope) for name, option in sorted(spec.options.items())
        }
        return spec.model_copy(update={"options": options})

    def notes(self, resource: Resource[OptionGroupSpec], live: Live[OptionGroupSpec] | None) -> Iterator[str]:
        spec = resource.written
        for name, option in () if "options" in spec.ignore else sorted(spec.options.items()):
            settings = {key: str(value) for key, value in option.settings.items()}
            yield from engines.option_notes(spec.engine, name, settings)

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[OptionGroupSpec]]:
        return read(reader, wanted)

    def inspect(
        self, reader: Reader, live: Live[OptionGroupSpec], scope: Scope, going: frozenset[str]
    ) -> Live[OptionGroupSpec] | str:
        return held(reader, live, scope, going) or live

    def advice(self, field: str, resource: Resource[OptionGroupSpec], live: Live[OptionGroupSpec]) -> str:
        if field in ("engine", "major_version"):
            return (
                "AWS never changes it: write another 'name:', so that a new group is made, and let databases use that"
            )
        return super().advice(field, resource, live)

    def refuses(self, change: FieldChange, resource: Resource[OptionGroupSpec], live: Live[OptionGroupSpec]) -> str:
        """A permanent option stays for ever, a persistent one while anything uses the group (RDS-9)."""
        lock = live.facts["locks"].get(change.member)
        if change.path != "options" or change.new is not None or lock is None:
            return ""
        if lock == PERMANENT:
            return (
                f"AWS never takes {change.member} out of an option group: write it again; databases that are to do "
                "without it need another group, and one that has this group keeps it"
            )
        holders: tuple[str, ...] = live.facts["holders"]
        if not holders:
            return ""
        users = ", ".join(holders[:_NAMED]) + (f" and {len(holders) - _NAMED} more" if len(holders) > _NAMED else "")
        return (
            f"AWS keeps {change.member} while anything uses the group: write it again, or first give these another "
            f"group, or let them go: {users}"
        )

    def create(self, resource: Resource[OptionGroupSpec], scope: Scope) -> tuple[Operation, ...]:
        return operations.create(resource)

    def update(self, change: Change[OptionGroupSpec]) -> tuple[Operation, ...]:
        return operations.update(change)

    def delete(self, live: Live[OptionGroupSpec], scope: Scope) -> tuple[Operation, ...]:
        return operations.delete(live)

    def tag(
        self,
        subject: Resource[OptionGroupSpec] | Live[OptionGroupSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tagging.rds(_arn(scope, subject.name), add, remove)


def _arn(scope: Scope, name: str) -> str:
    return scope.arn("rds", f"og:{name.lower()}")


def _normal(engine: str, name: str, option: Option, live: Live[OptionGroupSpec] | None, scope: Scope) -> Option:
    """An option as reading yields it; what is not written stays as it is (RDS-9)."""
    facts = engines.option_of(engine, name)
    wanted = {**(facts.settings if facts else {}), **option.settings}
    there = live.spec.options.get(name) if live else None
    if live is None or there is None:
        port = port_of(engine, name, option)
        return option.model_copy(update={"settings": dict(sorted(wanted.items())), "port": port})
    everything = live.facts["settings"][name]  # while the live spec has only what differs from AWS's defaults
    missing = {key: value for key, value in wanted.items() if not _in_place(value, everything.get(key), scope)}
    settings = {**there.settings, **missing}
    update: dict[str, Value] = {
        "settings": dict(sorted(settings.items())),
        "port": option.port or there.port,
        "version": option.version or there.version,
    }
    groups, found = (sorted(map(str, scope.resolve(part.security_groups))) for part in (option, there))
    if groups == found:
        update["security_groups"] = there.security_groups
    return option.model_copy(update=update)


def _in_place(wanted: Value, live: str | None, scope: Scope) -> bool:
    known = scope.resolve(wanted)
    return isinstance(known, str) and engines.same_setting(known, live)


KIND = OptionGroup()
