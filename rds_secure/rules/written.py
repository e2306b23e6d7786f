"""The documents of things, and where in a spec each part of one is written. It judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rds_secure.access.iam.identities import Role
from rds_secure.access.iam.policy import Policy, Statement
from rds_secure.finding import State
from rds_secure.rules.model import NOT_APPLICABLE, Context, Decide, Of, Path, Subject, Verdict, together, unknown

DOCUMENTS = (Of.POLICY, Of.PRINCIPAL, Of.KEY, Of.SECRET)
"""What has a document: policies of IAM, roles (their trust), keys and secrets."""

GUARDED = (Of.PRINCIPAL, Of.KEY, Of.SECRET)
"""What has a document that says whom it lets in."""

_WORDS = {
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
    "Condition": "conditions",
}
"""Elements of a document → how the statements of an `iam_policy` call them."""

Part = tuple[str | int, ...]
"""What of a statement: an element, or one value in it: ``("Action", 2)``, ``("Condition", operator, key)``,
``("Principal", "Service", 0)``."""


def document(subject: Subject) -> Policy | None:
    """The document of a thing; None for what has none that somebody could change.

    Nobody changes the policies of AWS's own keys, and of roles that are linked to a service (IAM user guide).
    """
    if isinstance(subject.detail, Role):
        linked = ":role/aws-service-role/" in subject.detail.arn
        return None if linked else subject.detail.trust
    if not isinstance(subject.detail, Policy) or subject.reply.get("KeyManager") == "AWS":
        return None
    return subject.detail


def each_statement(check: Callable[[Statement, int, Subject], Iterator[Verdict]]) -> Decide:
    """The rule that asks this of every statement of a document, which are numbered from 0."""

    def of_document(subject: Subject, policy: Policy, context: Context) -> Iterator[Verdict]:
        for place, statement in enumerate(policy.statements or ()):
            yield from check(statement, place, subject)

    return each_document(of_document)


def each_document(check: Callable[[Subject, Policy, Context], Iterator[Verdict]]) -> Decide:
    """The rule that asks this of every document; of one that was not read the answer is unknown."""

    def decide(subject: Subject, context: Context) -> Verdict:
        policy = document(subject)
        if policy is None:
            return NOT_APPLICABLE
        if policy.statements is None:
            return unknown(f"{policy.name} was not read")
        return together(check(subject, policy, context))

    return decide


def wrong(subject: Subject, place: int, message: str, *part: str | int) -> Verdict:
    """A failure at a part of a statement: the message begins with its name."""
    return placed(State.FAIL, subject, place, message, *part)


def placed(state: State, subject: Subject, place: int, message: str, *part: str | int) -> Verdict:
    """An answer at a part of a statement."""
    statement = (document(subject) or Policy("", ())).statements or ()
    path, *otherwise = _paths(subject, statement[place], place, part)
    return Verdict(state, f"{statement[place].name} {message}", path, tuple(otherwise), what=(message,))


def action_part(statement: Statement, number: int) -> Part:
    """Where an action of a statement is."""
    return ("NotAction" if statement.not_actions else "Action", number)


def resource_part(statement: Statement, number: int) -> Part:
    """Where a resource of a statement is."""
    return ("NotResource" if statement.not_resources else "Resource", number)


def principal_part(statement: Statement, number: int) -> Part:
    """Where the principal of this number, of all kinds together, is."""
    entries = statement.principals.entries if statement.principals else ()
    kind = entries[number][0]
    return ("Principal", kind, [each for each, _ in entries[:number]].count(kind))


def _paths(subject: Subject, statement: Statement, place: int, part: Part) -> Iterator[Path]:
    """Where it is written: in a document of AWS's own words, or in those of the kind."""
    if subject.inline:
        yield ()
        return
    yield ("document", "Statement", place, *part)
    match subject.of:
        case Of.POLICY:
            words = (_WORDS.get(part[0], part[0]), *part[1:]) if part and isinstance(part[0], str) else ()
            yield ("statements", place, *words)
        case Of.PRINCIPAL:
            kinds = {kind for kind, _ in statement.principals.entries} if statement.principals else set()
            yield ("trust", *_trusted(part, "services" if "Service" in kinds else "principals"))
        case Of.KEY:
            yield ("administrators",) if statement.name.endswith("Administrators") else ("users",)
        case _:
            yield ()


def _trusted(part: Part, whom: str) -> Part:
    match part:
        case ("Principal", _, number):
            return (whom, number)
        case ("Condition", *rest):
            return ("conditions", *rest)
    return (whom,)
