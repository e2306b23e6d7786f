"""What people call principals and databases, and whom or what they mean by a word. It decides nothing about access.

Principals: ``user dana``, ``role app-ci``, ``root``, ``account 210987654321``, ``service ec2.amazonaws.com``,
``provider …``, ``anyone``. Databases are called as the end of their ARN (`account`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.estate import GENERAL
from rds_secure.access.iam.verbs import VERBS, Verb
from rds_secure.errors import UsageError
from rds_secure.spec import Stack
from rds_secure.spec.suggest import closest
from rds_secure.values import Address

DATABASE_KINDS = {"db_instance": "db", "db_cluster": "cluster"}
"""Kinds of a spec → how the names of their databases begin."""
PRINCIPAL_KINDS = {"iam_user": "user", "iam_role": "role"}
"""Kinds of a spec → what their principals are called."""

_NEW = ("new", GENERAL)


def label(caller: Caller, account: str) -> str:
    """What a principal is called by somebody who looks at this account."""
    abroad = f" of {caller.account}" if caller.account != account else ""
    match caller.kind:
        case "root":
            return f"account {caller.account}" if abroad else "root"
        case "user" | "role":
            session = f" (session {caller.session})" if caller.session else ""
            return f"{caller.kind} {caller.name}{abroad}{session}"
        case "federated":
            return f"provider {caller.arn.partition('-provider/')[2] or caller.arn}"
        case "service":
            return f"service {caller.arn}"
        case _:
            return "anyone"


def short(arn: str) -> str:
    """An ARN of IAM in few words: ``role app-ci``, ``policy deploy``; the end of any other."""
    what, _, path = arn.split(":", 5)[-1].partition("/")
    return f"{what} {path.rpartition('/')[2]}" if path else what


def _words(caller: Caller, account: str) -> Iterator[str]:
    """All that a principal is called by, in small letters: names of IAM are the same in any case."""
    called = label(caller, account).lower()
    yield from (caller.arn.lower(), called, called.replace(" ", "/", 1))
    if caller.kind != "anyone":
        yield caller.name.lower()


def _meant(word: str, stack: Stack | None) -> str:
    """A word for a principal; an address of the spec becomes what it is called at AWS."""
    kind, dot, key = word.partition(".")
    if dot and stack is not None and kind in PRINCIPAL_KINDS and Address(kind, key) in stack.resources:
        return f"{PRINCIPAL_KINDS[kind]} {stack.aws_name(Address(kind, key))}"
    return word


def principals(patterns: Sequence[str], askers: Sequence[Asker], account: str, stack: Stack | None) -> list[Asker]:
    """Those that the patterns fit (all, if there are none). Raises `UsageError` for one that fits nobody."""
    if not patterns:
        return list(askers)
    known = [(asker, tuple(_words(asker.caller, account))) for asker in askers]
    chosen: dict[Asker, None] = {}
    for pattern in patterns:
        wanted = _meant(pattern, stack).lower()
        found = [asker for asker, words in known if any(fnmatchcase(word, wanted) for word in words)]
        if not found:
            raise UsageError(_nobody("principal", pattern, (word for _, words in known for word in words[1:])))
        chosen |= dict.fromkeys(found)
    return [asker for asker in askers if asker in chosen]


def principal(word: str, askers: Sequence[Asker], account: str, stack: Stack | None) -> Asker:
    """The one that is meant. Raises `UsageError` where nobody is, or several."""
    found = principals([word], askers, account, stack)
    if len(found) > 1:
        several = ", ".join(label(asker.caller, account) for asker in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise UsageError(f"{word!r} could be {several}{more}: say which, such as {label(found[0].caller, account)!r}")
    return found[0]


def databases(words: Sequence[str], known: Sequence[str], stack: Stack | None) -> frozenset[str] | None:
    """The databases that are meant, None for all: ``db:orders``, ``orders``, an address, a pattern, ``new``.

    Raises `UsageError` for a word that means none.
    """
    if not words:
        return None
    chosen: set[str] = set()
    for word in words:
        found = {GENERAL} if word in _NEW else set(_databases(word, known, stack))
        if not found:
            raise UsageError(_nobody("database", word, [*known, *(name.partition(":")[2] for name in known)]))
        chosen |= found
    return frozenset(chosen)


def _databases(word: str, known: Sequence[str], stack: Stack | None) -> Iterator[str]:
    kind, dot, key = word.partition(".")
    if dot and stack is not None and kind in DATABASE_KINDS and Address(kind, key) in stack.resources:
        word = f"{DATABASE_KINDS[kind]}:{stack.aws_name(Address(kind, key))}"
    wanted = word.lower()
    for name in known:
        if name != GENERAL and any(fnmatchcase(called, wanted) for called in (name, name.partition(":")[2])):
            yield name


def names_database(word: str) -> bool:
    """Whether a word looks like the name of a database, and not like a file."""
    return word.startswith(tuple(f"{prefix}:" for prefix in DATABASE_KINDS.values())) or (
        word.partition(".")[0] in DATABASE_KINDS and not word.endswith((".yaml", ".yml"))
    )


def verb(word: str) -> Verb:
    """A verb, its words parted by a blank or a hyphen. Raises `UsageError`."""
    wanted = word.lower().replace("-", " ")
    for known in VERBS:
        if known == wanted:
            return known
    raise UsageError(_nobody("verb", word, VERBS) + f"; the verbs are {', '.join(VERBS)}")


def _nobody(what: str, word: str, known: Iterable[str]) -> str:
    guess = closest(word, known)
    return f"there is no {what} {word!r}" + (f": did you mean {guess!r}?" if guess else "")
