"""``${aws.account_id}``, ``${aws.region}``, ``${aws.partition}``: what they stand for, put into what was written."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from rds_secure.spec.source import Source
from rds_secure.spec.suggest import closest
from rds_secure.spec.transfer import Report
from rds_secure.values import leaves

_FILLED = ("resources", "tags", "expect")
_AWS = re.compile(r"\$\{aws\.([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Environment:
    """What ``${aws.…}`` stands for; placeholders where nobody has asked AWS."""

    account_id: str = "000000000000"
    region: str = "us-east-1"
    partition: str = "aws"


_FACTS = ", ".join(f"${{aws.{fact.name}}}" for fact in fields(Environment))


def filled(source: Source, environment: Environment, report: Report) -> Source:
    """The source with ``${aws.…}`` replaced, keeping each text's own type (quoted or not).

    Not in what says where the stack lives, and whose it is: that must be known before AWS is asked.
    """
    known = asdict(environment)

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(item) for item in value]
        return type(value)(_AWS.sub(lambda match: known.get(match[1], match[0]), value)) if value else value

    for path, value in leaves(source.data):
        for name in _AWS.findall(value or "") if path[0] in _FILLED else ():
            if name not in known:
                guess = closest(name, known)
                fix = f"did you mean ${{aws.{guess}}}?" if guess else f"use one of {_FACTS}"
                report(f"${{aws.{name}}} is not known", fix, source.at(path))
    return replace(source, data={key: fill(item) if key in _FILLED else item for key, item in source.data.items()})
