"""Whether access is as a spec expects it: who alone may do what, from where alone a database can be reached.

    outcomes = judge(stack.expectations, posture, Names(known, aws_name, declared))

Computed by the engines from a `Posture`; nothing is read. What was not read, or cannot be decided, is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable

from rds_secure.access.expect.names import Names
from rds_secure.access.expect.outcome import ByPath, ByPrincipal, Outcome, State
from rds_secure.access.expect.reach import from_where
from rds_secure.access.expect.who import who_may
from rds_secure.access.expect.words import expected as told
from rds_secure.access.expect.words import problems
from rds_secure.access.expect.worse import followed, is_no_worse
from rds_secure.access.posture import Posture
from rds_secure.inventory.model import Question
from rds_secure.inventory.questions import Topic
from rds_secure.inventory.subjects import key_questions
from rds_secure.spec.expect import Expected

__all__ = [
    "ByPath",
    "ByPrincipal",
    "Names",
    "Outcome",
    "State",
    "followed",
    "is_no_worse",
    "judge",
    "problems",
    "questions",
    "told",
    "topics",
]


def judge(expected: Iterable[Expected], posture: Posture, names: Names) -> tuple[Outcome, ...]:
    """What has become of each expectation, in their order."""
    return tuple(
        from_where(entry, posture, names) if entry.expectation.reach else who_may(entry, posture, names)
        for entry in expected
    )


_WHO = frozenset({Topic.DATABASES, Topic.IDENTITIES, Topic.ORGANIZATION, Topic.KEYS})
_REACH = frozenset({Topic.DATABASES, Topic.NETWORK})


def topics(expected: Iterable[Expected]) -> frozenset[Topic]:
    """What has to be read to judge them."""
    return frozenset().union(*(_REACH if entry.expectation.reach else _WHO for entry in expected))


def questions(expected: Iterable[Expected], names: Names) -> frozenset[Question]:
    """What has to be asked besides: about keys that no database may use yet."""
    arns = {arn for entry in expected for arn in names.keys(entry.expectation.on) if not arn.startswith("<")}
    return frozenset(question for arn in arns for question in key_questions(arn))
