"""Short ways to say what a text parses to."""

from __future__ import annotations

from typing import Any

from rds_secure.errors import Problem
from rds_secure.spec.source import Source, parse

EXAMPLE = """\
version: 1
stack: orders
account: "123456789012"
resources:
  kms_key:
    orders-data: {rotation_days: 365, users: ["${iam_role.app}", arn:aws:iam::123456789012:role/x]}
  security_group:
    orders-db:
      ingress:
        - {from: 10.0.0.0/8, port: 5432}
        - from: "::/0"
          description: |
            [not a bracket
              { nor this
"""


def good(text: str | bytes) -> Source:
    found, problems = parse(text, "f.yaml")
    assert problems == ()
    assert found is not None
    return found


def bad(text: str | bytes) -> Problem:
    """The one problem of a text, which must have a place."""
    _, problems = parse(text, "f.yaml")
    assert len(problems) == 1, [str(problem) for problem in problems]
    assert problems[0].location is not None
    return problems[0]


def place(problem: Problem) -> tuple[int, int]:
    assert problem.location is not None
    return problem.location.line, problem.location.column


def paths(data: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """The path of every value."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return {path}.union(*(paths(value, (*path, step)) for step, value in items))
