"""The exact API calls of a step, each also as a line for the AWS CLI. Nothing here runs one."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping

from rich.text import Text as Line

from rds_secure.operation import Operation, snake
from rds_secure.plan.model import Plan, Step
from rds_secure.render.screen import DIM, indented, joined, part
from rds_secure.render.value import name
from rds_secure.values import JSON, Handed, Ref, Secret, Text, Value, resolve, transform


def calls(step: Step, plan: Plan, indent: int) -> Iterator[Line]:
    """Every call of a step in order, with its command; a command is one line, whatever its length."""
    if step.operations:
        yield joined(" " * indent, part("calls:", DIM))
    for operation in step.operations:
        called = joined(part(f"{operation.service} {operation.action}"), part(f"  {operation.summary}", DIM))
        yield indented(indent + 2, called)
        yield indented(indent + 4, part(command(operation, operation.region or plan.region, plan.known)))


def command(operation: Operation, region: str, known: Mapping[Ref, str]) -> str:
    """``aws rds create-db-instance --region … --cli-input-json '{…}'``, quoted for a POSIX shell.

    The JSON holds the API's own parameters, for every service. What only earlier calls will tell stands in it as
    ``<kms_key.orders-data.arn>``, for a person to fill in, what one call hands to the next as ``(encrypted data key)``,
    and what is never shown as ``(secret from env NAME)``.
    """
    params = json.dumps(transform(resolve(operation.params, known), _named), ensure_ascii=False)
    words = ["aws", operation.service, snake(operation.action, "-"), "--region", region]
    return shlex.join([*words, "--cli-input-json", _printable(params)])


def _named(leaf: Value) -> JSON:
    if isinstance(leaf, Handed):
        return str(leaf)
    if isinstance(leaf, Ref):
        return f"<{name(leaf)}>"
    if isinstance(leaf, Secret):
        return str(leaf)
    if isinstance(leaf, Text):
        return "".join(str(_named(item)) for item in leaf.parts)
    return leaf


def _printable(text: str) -> str:
    """JSON in which every character that does not print is escaped as JSON escapes it, so that it stays the same."""
    return "".join(item if item.isprintable() else json.dumps(item)[1:-1] for item in text).replace("\x7f", "\\u007f")
