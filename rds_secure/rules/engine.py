"""Asks every rule about everything that it is about, and says where in the spec the answer is decided. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rds_secure.errors import Location
from rds_secure.finding import Finding, State
from rds_secure.rules.model import Context, Rule, Subject, Verdict
from rds_secure.values import Address

Place = Callable[[Address, tuple[str | int, ...]], Location | None]
"""Where a field of a resource of the stack was written (`Stack.place`)."""


def nowhere(address: Address, path: tuple[str | int, ...]) -> Location | None:
    """Where no spec was written."""
    return None


Asked = Callable[[Rule, Subject], bool]
"""Whether a rule is asked about a thing that it is about."""


def always(rule: Rule, subject: Subject) -> bool:
    """Every rule is."""
    return True


def judge(
    rules: Iterable[Rule],
    subjects: Iterable[Subject],
    context: Context,
    place: Place = nowhere,
    asked: Asked = always,
) -> Iterator[Finding]:
    """What the rules say of the things that they are about, thing by thing; "not applicable" is left out."""
    listed = tuple(rules)
    for subject in subjects:
        for rule in listed:
            if subject.of in rule.of and asked(rule, subject):
                verdict = rule.decide(subject, context)
                for each in (verdict, *verdict.also):
                    if each.state is not State.NOT_APPLICABLE:
                        yield _finding(rule, subject, each, place)


def _is_written(address: Address, path: tuple[str | int, ...], place: Place) -> bool:
    """Whether the field that a path begins with is written: a place of its own is never that of the whole resource."""
    return place(address, path[:1]) != place(address, ())


def _finding(rule: Rule, subject: Subject, verdict: Verdict, place: Place) -> Finding:
    path = verdict.path if verdict.path is not None else ((rule.field,) if rule.field else ())
    if subject.address:
        path = next((each for each in (path, *verdict.otherwise) if _is_written(subject.address, each, place)), path)
    wrong = verdict.state is not State.PASS
    return Finding(
        rule.id,
        verdict.state,
        rule.severity,
        subject.name,
        verdict.message,
        rule.fix if wrong else "",
        subject.address,
        path,
        place(subject.address, path) if subject.address and wrong else None,
        subject.stack,
        thing=subject.thing,
        what=verdict.what,
    )
