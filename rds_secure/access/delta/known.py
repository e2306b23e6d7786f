"""What conditions on any database come to for those that are asked about by name. It evaluates no policy."""

from __future__ import annotations

from collections.abc import Sequence

from rds_secure.access.delta.states import State, chain, state
from rds_secure.access.iam.estate import DELEGATES, GENERAL, Database
from rds_secure.access.iam.logic import NO, YES, Atom, Every, Formula, Literal, Some, resolve
from rds_secure.access.iam.match import NameFits, fits

_FIELDS = 6


class Known:
    """The databases that are asked about."""

    def __init__(self, databases: Sequence[Database]) -> None:
        self._arns = {arn for database in databases if database.name != GENERAL for arn in database.parts.values()}
        self._about: dict[str, bool] = {}

    def names(self, found: State) -> bool:
        """Whether something is allowed only on databases that are asked about by name; so is what is not at all."""
        return all(any(map(self._names, chain)) for chain in found)

    def _names(self, when: Formula) -> bool:
        match when:
            case Literal(NameFits(pattern), True):
                if pattern not in self._about:
                    self._about[pattern] = self._is_one(pattern)
                return self._about[pattern]
            case Every():
                return any(map(self._names, when.parts))
            case Some():
                return all(map(self._names, when.parts))
            case _:
                return False

    def _is_one(self, pattern: str) -> bool:
        """Whether a pattern is the name of one of them; behind that of a database may be any user of it."""
        name = pattern.split(":", _FIELDS - 1)[-1]
        if name.startswith("dbuser:"):
            name = name.partition("/")[0]
        return not any(wild in name for wild in "*?") and any(fits(pattern, arn) is not NO for arn in self._arns)

    @staticmethod
    def delegated(found: State) -> State:
        """A state of any database, for one whose key lets the account decide, as the usual policy of a key does."""
        return state(chain(resolve(when, _delegated) for when in one) for one in found)


def _delegated(atom: Atom) -> Formula:
    return YES if DELEGATES in atom.text(holds=True) else Literal(atom)
