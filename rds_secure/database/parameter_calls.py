"""The calls that make, fill, reset and delete a group of parameters, as data. What differs is in `parameter_group`.

DB parameter groups and DB cluster parameter groups have the same calls under different names: `Names` has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rds_secure import engines, tagging
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.values import Value

GONE = "DBParameterGroupNotFound"
"""What AWS answers for both kinds of group (RDS-25)."""


@dataclass(frozen=True, slots=True)
class Names:
    """What AWS calls things of one kind of group: ``what`` is the word in its calls, ``arn`` the one in its ARNs."""

    what: str
    arn: str
    title: str

    @property
    def group(self) -> str:
        """``DBParameterGroup``."""
        return f"DB{self.what}Group"

    @property
    def name(self) -> str:
        """``DBParameterGroupName``."""
        return f"{self.group}Name"

    @property
    def list_groups(self) -> str:
        """``DescribeDBParameterGroups``."""
        return f"Describe{self.group}s"

    @property
    def list_parameters(self) -> str:
        """``DescribeDBParameters``."""
        return f"DescribeDB{self.what}s"

    @property
    def list_defaults(self) -> str:
        """``DescribeEngineDefaultParameters``."""
        return f"DescribeEngineDefault{self.what}s"


OF_INSTANCES = Names("Parameter", "pg", "parameter group")
OF_CLUSTERS = Names("ClusterParameter", "cluster-pg", "cluster parameter group")


def create(names: Names, name: str, family: str, description: str, tags: Mapping[str, str]) -> Operation:
    """An empty group, with its tags."""
    params: dict[str, Value] = {
        names.name: name,
        "DBParameterGroupFamily": family,
        "Description": description,
        "Tags": tagging.pairs(tags),
    }
    exports = {"name": f"{names.group}.{names.name}", "arn": f"{names.group}.{names.group}Arn"}
    return Operation(
        service="rds",
        action=f"Create{names.group}",
        params=params,
        summary=f"create {names.title} {name}",
        exports=exports,
        also=("rds:AddTagsToResource",),
    )


def delete(names: Names, name: str) -> Operation:
    """Its deletion; a database that is gone, or has another group, may count as a user for a moment (RDS-10)."""
    return Operation(
        service="rds",
        action=f"Delete{names.group}",
        params={names.name: name},
        summary=f"delete {names.title} {name}",
        retry_on=(Retry("InvalidDBParameterGroupState"),),
        done_on=(GONE,),
        destructive=True,
    )


def set_values(names: Names, name: str, wanted: Mapping[str, str], methods: Mapping[str, str]) -> Iterator[Operation]:
    """Calls of 20 parameters at most, pairs together (RDS-8); the last one waits until all values show (RDS-22).

    ``methods``: parameter → how it is applied.
    """
    batches = engines.batches(wanted)
    for number, batch in enumerate(batches, 1):
        rows = tuple(
            {"ParameterName": one, "ParameterValue": wanted[one], "ApplyMethod": methods[one]} for one in batch
        )
        yield Operation(
            service="rds",
            action=f"Modify{names.group}",
            params={names.name: name, "Parameters": rows},
            summary=f"set {_listed(batch)}",
            wait=_shown(names, name, wanted) if number == len(batches) else None,
        )


def reset(names: Names, name: str, dropped: Iterable[str], methods: Mapping[str, str]) -> Iterator[Operation]:
    """The parameters back to the family's defaults."""
    for batch in engines.batches(dropped):
        rows = tuple({"ParameterName": one, "ApplyMethod": methods[one]} for one in batch)
        yield Operation(
            service="rds",
            action=f"Reset{names.group}",
            # All are reset unless told otherwise (API reference).
            params={names.name: name, "ResetAllParameters": False, "Parameters": rows},
            summary=f"reset {_listed(batch)}",
        )


def _listed(parameters: tuple[str, ...]) -> str:
    return ", ".join(parameters) if len(parameters) < 4 else f"{len(parameters)} parameters"


def _shown(names: Names, name: str, wanted: Mapping[str, str]) -> Wait:
    conditions = (
        Condition(f"[?ParameterName=='{parameter}'] | [0].ParameterValue", _forms(value), f"parameter {parameter}")
        for parameter, value in sorted(wanted.items())
    )
    return Wait(
        service="rds",
        action=names.list_parameters,
        params={names.name: name},
        select="Parameters",
        until=tuple(conditions),
        timeout=900,
        interval=10,
    )


def _forms(value: str) -> tuple[str, ...]:
    """The ways in which AWS may show a value (RDS-8)."""
    candidates = (value, value.lower(), value.upper(), "1", "ON", "on", "true", "0", "OFF", "off", "false")
    return tuple(dict.fromkeys(form for form in candidates if engines.same_parameter_value(form, value)))
