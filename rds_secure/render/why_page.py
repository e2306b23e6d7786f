"""Why somebody may do something, or may not, as text for people: each request with the statements that decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text as Line

from rds_secure.access.iam.evaluate import Decision, Place, Reason
from rds_secure.access.iam.explain import Explanation
from rds_secure.access.iam.logic import YES
from rds_secure.access.iam.match import ANY
from rds_secure.access.naming import label, short
from rds_secure.access.unknown import sentences
from rds_secure.access.why import Alike, Case, Why, together
from rds_secure.render.screen import BOLD, DIM, GREEN, RED, YELLOW, joined, part, words, wrapped
from rds_secure.render.who_words import databases, how, in_session, listed

PLACES: Mapping[Place, str] = {
    "identity": "policy of the principal",
    "boundary": "permissions boundary",
    "session": "policy of the session",
    "organization": "policy of the organization",
    "resource": "policy of the resource",
}
"""Where a statement stands."""

LACKING: Mapping[Place, str] = {
    "identity": "no policy of the principal allows it",
    "boundary": "the permissions boundary does not allow it",
    "session": "the policy of the session does not allow it",
    "organization": "a level of the organization does not allow it",
    "resource": "the policy of the resource does not let the principal, nor its account",
}
"""What is missing where nothing denies."""

_STYLES = {"allowed": GREEN, "conditional": YELLOW, "denied": RED, "implicit": ""}
_SHOWN = 3


def why_page(found: Why, width: int) -> Iterator[Line]:
    """All lines."""
    account = found.listing.account
    yield part(f"Why {label(found.principal, account)} may {found.verb}, or not", BOLD)
    if found.session:
        yield from wrapped(words(in_session(found.session)), width, 0, hang=2)
    for sentence in sentences(found.unknown, partial=found.inventory.partial):
        yield from wrapped([part("Not known:", f"{BOLD} {YELLOW}"), *words(sentence)], width, 0, hang=2)
    for case in found.cases:
        yield Line()
        yield from _case(found, case, width)
    if found.impossible:
        yield Line()
        missing = {"read secret": "no secret of its master user", "use key": "no key", "break key": "no key"}
        why = missing.get(found.verb, "nothing to do this to")
        named = " ".join(listed(found.impossible, _SHOWN * 2))
        yield from wrapped(words(f"{named}: AWS shows {why} there."), width, 0, hang=2)


def _case(found: Why, case: Case, width: int) -> Iterator[Line]:
    where = databases(case.databases, [*case.databases, ""])
    title = part(" ".join(where), BOLD)
    if not case.answers:
        yield joined(title, ": ", part("no", f"{BOLD} {RED}"))
    for answer in case.answers:
        for half in found.listing.halves(answer):
            only = () if half.itself else tuple(action for action, _ in half.acts)
            told = how(answer.way, half.when, only)
            said = part("yes", f"{BOLD} {GREEN if answer.sure else YELLOW}")
            yield from wrapped([joined(title, ": ", said, "," if told else ""), *words(told)], width, 0, hang=2)
    for explanation in case.explanations:
        yield from _explanation(explanation, width)


def _explanation(found: Explanation, width: int) -> Iterator[Line]:
    last = f"as {short(found.way[-1].role)}" if found.way else "as itself"
    for step in found.hops:
        yield part(f"  to become {short(step.resources[0])}", DIM)
        yield from _alike(Alike((step.action,), (), step.decision), width)
    yield part(f"  {last}", DIM)
    for alike in together(found.acts):
        yield from _alike(alike, width)


def _alike(found: Alike, width: int) -> Iterator[Line]:
    decision = found.decision
    verdict = part(_verdict(decision), _STYLES[decision.outcome])
    resources = [arn.replace(ANY, "*") for arn in found.resources]
    where = ["on", *listed(resources, _SHOWN)] if resources else []
    named = [part(action) for action in listed(found.actions, None)]
    yield from wrapped([*named, *(part(text, DIM) for text in where)], width, 4, hang=2)
    yield from wrapped([verdict], width, 6, hang=2)
    for reason in decision.reasons:
        yield from _reason(reason, width)


def _verdict(decision: Decision) -> str:
    match decision.outcome:
        case "allowed":
            return "allowed"
        case "conditional":
            return f"allowed if {decision.when}"
        case "denied":
            return "denied"
        case _:
            missing = [LACKING[place] for place in decision.lacking] or ["what it takes never holds at the same time"]
            return f"not allowed: {', and '.join(missing)}"


def _reason(reason: Reason, width: int) -> Iterator[Line]:
    sign = part("+ allows", GREEN) if reason.allow else part("- denies", RED)
    named = f"{reason.statement} of {reason.policy}"
    pieces = [sign, *words(named), *words(f"({PLACES[reason.place]})", DIM)]
    return wrapped([*pieces, *(words(f"if {reason.when}", YELLOW) if reason.when is not YES else ())], width, 8, hang=2)
