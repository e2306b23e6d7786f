"""What comes before the first call: IAM is asked whether the caller may make them all, and the answer is said."""

from __future__ import annotations

from collections.abc import Iterable

import click

from rds_secure import api
from rds_secure.errors import Problem, RefusedError
from rds_secure.plan import permissions as policy

SKIP, AUTO, REQUIRE = "skip", "auto", "require"


def check(planned: api.Planned, account: api.Account, how: str, *, locks: bool) -> None:
    """Raises `RefusedError` where a call is denied, after the smallest policy that is missing; with ``require`` also
    where one could not be checked. What was not checked is said. ``locks``: whether the lock is to be taken, too.
    """
    if how == SKIP:
        return
    also = api.lock_rights(planned.plan.stack, account) if locks else ()
    answer = api.preflight(planned, account, also)
    problems = []
    for why, names in answer.unchecked.items():
        click.echo(f"\nNot checked before the first call: {_named(names) or 'all permissions'} ({why}).")
    if answer.unchecked and how == REQUIRE:
        problems.append(Problem("not every permission could be checked", "see above; or pass --preflight auto"))
    if answer.denied:
        denied = _named(right.action for right in answer.denied)
        problems.append(Problem(f"{answer.principal} may not {denied}", _ATTACH))
        click.echo(f"\nThe smallest policy that is missing:\n{policy.text(policy.documents(answer.denied))}\n")
    if problems:
        raise RefusedError(problems)


_ATTACH = "attach the policy above to it, or use other credentials; nothing was changed"


def _named(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))
