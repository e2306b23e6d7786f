"""The policies that a session is given when it begins, as people name them, and who asks in it. No verdicts.

STS API reference, AssumeRole and GetFederationToken: one document, and the ARNs of up to ten managed policies; the
document has at most 2,048 characters. They are given to the session of a role, or to one that a user begins for
somebody by GetFederationToken (IAM-10, IAM-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rds_secure import documents
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.identities import Identities
from rds_secure.access.iam.policy import Policy, compile_policy
from rds_secure.errors import Location, Problem, SpecError, UsageError
from rds_secure.iam.principals import document_complaints
from rds_secure.spec.source import Source, parse
from rds_secure.values import Value

_MANAGED, _CHARACTERS = 10, 2048


@dataclass(frozen=True)
class Passed:
    """What a session is given: a document of its own, and ARNs of managed policies."""

    inline: Policy | None = None
    managed: tuple[str, ...] = ()


def passed(words: Sequence[str]) -> Passed | None:
    """What files and ARNs name; None without any. Raises `SpecError` for a file's problems, else `UsageError`."""
    if not words:
        return None
    managed = tuple(dict.fromkeys(word for word in words if word.startswith("arn:")))
    files = [word for word in words if not word.startswith("arn:")]
    if len(files) > 1:
        raise UsageError(f"a session is given one document at most, not {' and '.join(files)}: put them into one")
    if len(managed) > _MANAGED:
        raise UsageError(f"a session is given {_MANAGED} managed policies at most, not {len(managed)}")
    return Passed(_document(Path(files[0])) if files else None, managed)


def _document(path: Path) -> Policy:
    start = Location(str(path), 1, 1)
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"it cannot be read: {error.strerror}"
        raise SpecError([Problem(what, "name a file with a policy document, or an ARN", start)]) from error
    source, _ = parse(raw, str(path))
    try:
        document = documents.parse(raw.decode("utf-8"))
    except ValueError as error:
        raise SpecError([Problem(str(error), "write a policy document as JSON", start)]) from error
    if problems := list(_problems(document, source, start)):
        raise SpecError(problems)
    return compile_policy(path.name, document)


def _problems(document: Value, source: Source | None, start: Location) -> Iterator[Problem]:
    """What STS would refuse: the grammar is that of policies of identities."""
    found = documents.problems(document, principals="forbidden")
    for complaint in document_complaints(("Statement",), found):
        yield Problem(complaint.what, complaint.fix, source.at(complaint.path) if source else start)
    if (size := documents.size(document)) > _CHARACTERS:
        what = f"it has {size:,} characters without white space, and STS takes {_CHARACTERS:,}"
        yield Problem(what, "shorten it, or give the session a managed policy by its ARN", start)


def names(given: Passed | None) -> tuple[str, ...]:
    """What people call the policies of a session."""
    if given is None:
        return ()
    return (*((given.inline.name,) if given.inline else ()), *given.managed)


def limited(askers: Iterable[Asker], given: Passed, identities: Identities) -> Iterator[Asker]:
    """The same in sessions that are given these policies. Raises `UsageError` for whom no session can be given any.

    A managed policy of the account that is not there is an error; one of AWS's that nothing is attached to is not in
    what IAM answers, and so not known.
    """
    session = (*((given.inline,) if given.inline else ()), *(_managed(arn, identities) for arn in given.managed))
    for asker in askers:
        caller = asker.caller
        if caller.kind not in ("user", "role"):
            what = f"no session of {'root' if caller.kind == 'root' else caller.arn} is given policies here"
            raise UsageError(f"{what}: name a role, or a user who begins sessions by GetFederationToken")
        yield Asker(replace(caller, token=caller.kind == "user"), replace(asker.policies, session=session))


def _managed(arn: str, identities: Identities) -> Policy:
    local = f"arn:{identities.partition}:iam::{identities.account}:policy/"
    if arn.startswith(local) and arn not in identities.policies:
        raise UsageError(f"there is no policy {arn}")
    return identities.managed(arn)
