"""What people call principals and verbs, and whom or what they mean by a word. It decides nothing about access.

Principals: ``user dana``, ``role app-ci``, ``root``, ``account 210987654321``, ``service ec2.amazonaws.com``,
``provider …``, ``anyone``. Databases, and their words: `names`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from rds_secure.access import names
from rds_secure.access.account import NAMES
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.estate import GENERAL
from rds_secure.access.iam.verbs import VERBS, Verb
from rds_secure.errors import UsageError
from rds_secure.inventory import Inventory
from rds_secure.ownership import owner
from rds_secure.spec.suggest import closest

_NEW = ("new", GENERAL)


def label(caller: Caller, account: str) -> str:
    """What a principal is called by somebody who looks at this account."""
    abroad = f" of {caller.account}" if caller.account != account else ""
    match caller.kind:
        case "root":
            return f"account {caller.account}" if abroad else "root"
        case "user" | "role":
            session = f" (session {caller.session})" if caller.session else " (federated)" if caller.token else ""
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
    """All that a principal is called by, in small letters, its address in a spec among it (meaning §3).

    Names of IAM are the same in any case.
    """
    called = label(caller, account).lower()
    yield from (caller.arn.lower(), called, called.replace(" ", "/", 1))
    if caller.kind != "anyone":
        yield caller.name.lower()
    found = owner(caller.tags)
    if found and found.name == caller.name:
        yield str(found.address)


def principals(patterns: Sequence[str], askers: Sequence[Asker], account: str) -> list[Asker]:
    """Those that the patterns fit (all, if there are none). Raises `UsageError` for one that fits nobody."""
    if not patterns:
        return list(askers)
    known = [(asker, tuple(_words(asker.caller, account))) for asker in askers]
    chosen: dict[Asker, None] = {}
    for pattern in patterns:
        found = [asker for asker, words in known if any(fnmatchcase(word, pattern.lower()) for word in words)]
        if not found:
            raise UsageError(_nobody("principal", pattern, (word for _, words in known for word in words[1:])))
        chosen |= dict.fromkeys(found)
    return [asker for asker in askers if asker in chosen]


def principal(word: str, askers: Sequence[Asker], account: str) -> Asker:
    """The one that is meant. Raises `UsageError` where nobody is, or several."""
    found = principals([word], askers, account)
    if len(found) > 1:
        several = ", ".join(label(asker.caller, account) for asker in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise UsageError(f"{word!r} could be {several}{more}: say which, such as {label(found[0].caller, account)!r}")
    return found[0]


def databases(words: Sequence[str], known: Sequence[str], inventory: Inventory) -> frozenset[str] | None:
    """The databases that are meant, None for all: as `names.database` reads words, a pattern, or ``new``.

    Raises `UsageError` for a word that means none.
    """
    standing = [name for name in known if name != GENERAL]
    chosen: set[str] = set()
    for word in words:
        if word in _NEW:
            chosen.add(GENERAL)
        elif {"*", "?"} & set(word):
            fitting = {name for name in standing if fnmatchcase(name, word) or fnmatchcase(_bare(name), word)}
            if not fitting:
                raise UsageError(f"no database is called like {word!r}")
            chosen |= fitting
        else:
            chosen.add(names.database(inventory, word, standing))
    return frozenset(chosen) if words else None


def _bare(name: str) -> str:
    return name.partition(":")[2]


def names_database(word: str) -> bool:
    """Whether a word looks like the name of a database, and not like a file."""
    begins = word.startswith(tuple(f"{prefix}:" for prefix in NAMES.values()))
    return begins or (word.partition(".")[0] in NAMES and not word.endswith((".yaml", ".yml")))


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
