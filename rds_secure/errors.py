"""What can go wrong, and the exit code each kind of failure means.

The exception tree::

    RdsSecureError            1   everything this package raises on purpose
    ├── SpecError             1   problems found in the spec; nothing was called
    ├── CallError             1   AWS (or the endpoint) answered a call with an error
    │   ├── DeniedError       1   the caller lacks a permission
    │   └── UnsupportedError  1   the endpoint does not know the operation: unknown, never "absent"
    ├── CredentialsError      1   no credentials, or AWS does not accept them
    ├── StaleError            1   what a call was about to delete is not what the plan looked at
    ├── ApplyError            1   some calls of an apply failed, or it did not converge
    ├── DeclinedError         1   the person said no
    ├── LockedError           1   somebody else holds the stack's lock
    ├── RefusedError          3   a safety rule stopped the run: conflict, immutable change, wrong account
    └── UsageError           64   a wrong command line, or a question without a terminal

Foreign exceptions are translated once, where they enter (``aws/errors.py``, ``spec/source.py``),
always ``from`` their cause. The command line maps each class to its exit code in one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a spec file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what it is, and what to do about it; ``details``: lines that list what it is about."""

    what: str
    fix: str
    location: Location | None = None
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        return "\n  ".join((f"{where}{self.what}: {self.fix}", *self.details))


class RdsSecureError(Exception):
    """The base of every error this package raises on purpose."""

    exit_code: ClassVar[int] = 1


class SpecError(RdsSecureError):
    """The spec has problems; all that were found, in the order of the files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class CallError(RdsSecureError):
    """A call was answered with an error.

    ``code`` is the code on the wire (AWS's API reference: not the exception's name), ``status`` the HTTP status,
    0 when no answer came at all (then ``code`` is ``NoReply``). ``uncertain``: the call, or an earlier attempt at it,
    may have taken effect all the same.
    """

    def __init__(
        self,
        service: str,
        action: str,
        code: str,
        message: str,
        *,
        status: int = 0,
        request_id: str = "",
        uncertain: bool = False,
    ) -> None:
        self.service, self.action = service, action
        self.code, self.message = code, message
        self.status, self.request_id = status, request_id
        self.uncertain = uncertain or code == "NoReply" or status >= 500
        super().__init__(f"{service} {action}: {code}: {message}")


class DeniedError(CallError):
    """The caller lacks a permission for this call."""


class UnsupportedError(CallError):
    """The endpoint does not offer this operation (ANY-3)."""


class StoppedError(CallError):
    """Somebody stopped the run before another attempt at this call."""


class CredentialsError(RdsSecureError):
    """There are no credentials, or AWS does not accept them."""


class StaleError(RdsSecureError):
    """What a call was about to delete has moved since the plan; the call was not made."""


class ApplyError(RdsSecureError):
    """Some calls of an apply failed, or the account did not reach the declared state."""


class DeclinedError(RdsSecureError):
    """The person was asked and said no."""


class LockedError(RdsSecureError):
    """Somebody else holds the lock: the number of the generation, and who has it, where, since when."""

    def __init__(self, generation: int, holder: str) -> None:
        self.generation, self.holder = generation, holder
        super().__init__(f"locked by {holder}")


class RefusedError(RdsSecureError):
    """A safety rule stopped the run before anything was changed."""

    exit_code = 3

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(RdsSecureError):
    """The command line was wrong, or a question could not be asked without a terminal."""

    exit_code = 64
