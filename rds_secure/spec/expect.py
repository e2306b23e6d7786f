"""`expect:` of a spec: access written down as a test. Only its form is checked here; what is so, `access.expect` tells.

expect:
  - {only: ["${iam_role.dba}"], may: delete, on: "${db_instance.orders}"}
  - {reach: "${db_instance.orders}", only_from: [10.20.0.0/16, "${security_group.orders-app}"]}
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from rds_secure.errors import Location
from rds_secure.fields import Invalid, Part, Reference, Str
from rds_secure.spec.source import Source
from rds_secure.spec.transfer import Report
from rds_secure.values import Ref

Verb = Literal["create", "modify", "delete", "describe", "connect", "read secret", "use key", "break key"]
OF_KEYS: tuple[Verb, ...] = ("use key", "break key")
"""What is done to a key, be it asked of the key or of a database that it encrypts."""

EVERY = "every database"
"""Whatever database there is in the account and Region, or will be."""
OURS = "every database of this stack"

_NAMED = r"[A-Za-z][A-Za-z0-9-]{0,62}"
_KEY = r"arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+"
_PRINCIPAL = Reference(
    ("iam_role", "iam_user", "iam_group"),
    "arn",
    r"root|anyone|account [0-9]{12}|service [a-z0-9.-]+|arn:[a-z-]+:(?:iam|sts)::[0-9]{12}:[!-~]+",
    "a principal: an ARN (in which * stands for anything), root, anyone, account 123456789012 or service "
    "ecs-tasks.amazonaws.com",
)
_THING = Reference(
    ("db_instance", "db_cluster", "kms_key"),
    "arn",
    rf"{EVERY}|{OURS}|(?:db|cluster):{_NAMED}|{_KEY}",
    f"what it is about: '{EVERY}', '{OURS}', db:NAME, cluster:NAME or the ARN of a key",
)
_TARGET = Reference(
    ("db_instance", "db_cluster", "db_proxy"),
    "arn",
    rf"{EVERY}|{OURS}|(?:db|cluster|db-proxy):{_NAMED}",
    f"what is reached: '{EVERY}', '{OURS}', db:NAME, cluster:NAME or db-proxy:NAME",
)
_ORIGIN = Reference(
    ("security_group",),
    "id",
    r"[0-9a-fA-F.:]+/[0-9]{1,3}|(?:sg|i|eni)-[0-9a-f]{8,17}",
    "where from: a network such as 10.20.0.0/16, or the id of a security group, an instance or an interface",
)


def _network(value: Any) -> Any:
    if isinstance(value, str) and "/" in value:
        try:
            ipaddress.ip_network(value)
        except ValueError:
            with_host_bits = _masked(value)
            fix = f"write {with_host_bits}" if with_host_bits else "write it as 10.20.0.0/16 or 2001:db8::/32"
            raise Invalid(f"{str(value)!r} is not a network", fix) from None
    return value


def _masked(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        return ""


class _OrAlone:
    """Marks a list in whose place one of its items may stand alone."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: value if isinstance(value, list | tuple) else [value], handler(source)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        listed = handler(schema)
        return {"anyOf": [listed["items"], listed]}


Principal = Annotated[Ref | str, _PRINCIPAL]
Thing = Annotated[Ref | str, _THING]
Target = Annotated[Ref | str, _TARGET]
Origin = Annotated[Ref | str, _ORIGIN, BeforeValidator(_network)]
Choice = Literal["fail", "allow"]


class Expectation(Part):
    """Something that must be so of the account as every plan would leave it: who alone may do what, or from where alone
    a database can be reached. What is not so stops the plan (exit code 3)."""

    only: tuple[Principal, ...] = ()
    """Who may: references to roles, users and groups (their members), ARNs in which * stands for anything, root,
    anyone, account 123456789012, service ecs-tasks.amazonaws.com. Nobody, where the list is empty."""
    may: Annotated[tuple[Verb, ...], _OrAlone()] = ()
    """What they alone may do, always or on conditions: create, modify, delete, describe, connect, read secret, use key,
    break key."""
    on: Annotated[tuple[Thing, ...], _OrAlone()] = ()
    """To which databases or keys: references, db:NAME, cluster:NAME, the ARN of a key, every database, or every
    database of this stack."""
    reach: Annotated[tuple[Target, ...], _OrAlone()] = ()
    """Which databases or proxies: references, db:NAME, cluster:NAME, db-proxy:NAME, every database, or every database
    of this stack."""
    only_from: tuple[Origin, ...] = ()
    """From where alone a connection may be possible: networks, security groups (all that carries them), instances,
    interfaces. From nowhere, where the list is empty."""
    escalation: Choice = "fail"
    """allow: whoever can only give itself the right, by changing a policy say, is not counted."""
    unknown: Choice = "fail"
    """allow: what could not be read, or decided, does not fail it."""
    because: Str = ""
    """Why it must be so; shown where it is not."""


@dataclass(frozen=True, slots=True)
class Expected:
    """An expectation, and where it is written."""

    expectation: Expectation
    at: Location


def expectations(sources: Sequence[Source], report: Report) -> tuple[Expected, ...]:
    """What the sound headers of a stack's files expect, file by file."""
    found = []
    for source in sources:
        for index, data in enumerate(source.data.get("expect") or ()):
            entry = Expectation.model_validate(data)
            for path, what, fix in _complaints(entry):
                report(what, fix, source.at(("expect", index, *path)))
            found.append(Expected(entry, source.at(("expect", index))))
    return tuple(found)


_IAM, _NETWORK = ("only", "may", "on"), ("reach", "only_from")
_MAY_BE_EMPTY = ("only", "only_from")


def _complaints(entry: Expectation) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """What is wrong with an expectation as a whole: where below it, what, and what to do."""
    written = entry.model_fields_set
    wanted = _NETWORK if written & set(_NETWORK) else _IAM
    if mixed := written & set(_IAM if wanted is _NETWORK else _NETWORK):
        fix = "write 'only', 'may' and 'on', or 'reach' and 'only_from': two expectations are two entries"
        yield (min(mixed),), "this mixes who may with from where", fix
        return
    for name in wanted:
        if name not in written or not (name in _MAY_BE_EMPTY or getattr(entry, name)):
            yield (), f"{name!r} is missing", f"an expectation needs {', '.join(map(repr, wanted))}"
    if wanted is _NETWORK and "escalation" in written:
        yield ("escalation",), "'escalation' means nothing for this", "take it out: it is about who may"
    for index, thing in enumerate(entry.on):
        is_key = thing.target.kind == "kms_key" if isinstance(thing, Ref) else ":kms:" in thing
        for verb in entry.may:
            if is_key and verb not in OF_KEYS:
                fix = f"write {' or '.join(map(repr, OF_KEYS))}, or name a database"
                yield ("on", index), f"nobody can {verb!r} a key", fix
