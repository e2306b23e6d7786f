"""Database parameters: which one forces TLS, how a change is applied, what must travel together. Knows no full list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from rds_secure.engines.engine import ENGINES
from rds_secure.engines.version import engine_of_family, family_version

ApplyType: TypeAlias = Literal["static", "dynamic"]
"""What AWS says of a parameter: ``DescribeDBParameters: Parameters[].ApplyType``."""

ApplyMethod: TypeAlias = Literal["immediate", "pending-reboot"]

PAIRS: tuple[frozenset[str], ...] = (
    frozenset({"ssl_max_protocol_version", "ssl_min_protocol_version"}),
    frozenset({"character_set_server", "collation_server"}),
    frozenset({"enforce_gtid_consistency", "gtid-mode"}),
    frozenset({"password_encryption", "rds.accepted_password_auth_method"}),
    frozenset({"binlog_format", "rds.change_data_capture_streaming"}),
    frozenset({"aurora_enhanced_binlog", "binlog_backup", "binlog_replication_globaldb"}),
)
"""Parameters that AWS checks against each other, so that they must change in one call (RDS-8).

Source: the lists in CloudFormation's handlers for parameter groups (cfn-rds PR 270 and later).
"""

_ON = frozenset({"1", "on", "true"})
_OFF = frozenset({"0", "off", "false"})
_NOTHING: Mapping[str, str] = MappingProxyType({})


def tls_parameters(family_or_engine: str) -> Mapping[str, str]:
    """Parameter → value that makes the server refuse connections without TLS; empty where no parameter does (RDS-8).

    Takes a parameter group family, or an engine, then supposing a version that has the parameter. For Aurora it belongs
    into the cluster's group.
    """
    engine = ENGINES.get(family_or_engine) or ENGINES.get(engine_of_family(family_or_engine) or "")
    if engine is None:
        return _NOTHING
    version = family_version(engine, family_or_engine)
    return engine.tls if version is None or version >= engine.tls_since else _NOTHING


def apply_method(engine: str, parameter: str, apply_type: str | None = None) -> ApplyMethod:
    """How to send a change: at once for what is dynamic, at the next reboot for what is static or not known (RDS-8).

    ``apply_type`` is AWS's answer where there is one; without it only the type of the TLS parameters is known.
    AWS refuses ``immediate`` for a static parameter, and on SQL Server ``pending-reboot`` for a dynamic one.
    """
    facts = ENGINES.get(engine)
    if apply_type is None and facts is not None and parameter in facts.tls:
        apply_type = facts.tls_apply_type
    return "immediate" if apply_type == "dynamic" else "pending-reboot"


def same_parameter_value(one: str | None, other: str | None) -> bool:
    """Whether two values mean the same: ``1``, ``ON``, ``true`` do, and case has no meaning (RDS-8).

    None, no value, equals only itself.
    """
    if one is None or other is None:
        return one is other
    return _value(one) == _value(other)


def _value(value: str) -> str:
    text = value.strip().casefold()
    return "1" if text in _ON else "0" if text in _OFF else text


def batches(parameters: Iterable[str], size: int = 20) -> tuple[tuple[str, ...], ...]:
    """The names in groups of at most ``size``, `PAIRS` kept together; sorted, each name once.

    20 is what one call takes (RDS-8). Raises ValueError if a pair does not fit into one group.
    """
    names = set(parameters)
    paired = [tuple(sorted(pair & names)) for pair in PAIRS if pair & names]
    single = [(name,) for name in sorted(names - {name for pair in paired for name in pair})]
    result: list[tuple[str, ...]] = []
    for group in (*sorted(paired, key=lambda pair: (-len(pair), pair)), *single):
        if len(group) > size:
            raise ValueError(f"{size} parameters a call are too few for {', '.join(group)}")
        fitting = next((index for index, batch in enumerate(result) if len(batch) + len(group) <= size), None)
        if fitting is None:
            result.append(group)
        else:
            result[fitting] += group
    return tuple(tuple(sorted(batch)) for batch in result)
