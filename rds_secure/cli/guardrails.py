"""What the options of a command bind it to: rules, a policy, a baseline, what stops it. One place for all commands."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rds_secure.finding import Finding
    from rds_secure.rules import Guardrails
    from rds_secure.spec import Stack

F = TypeVar("F", bound=Callable[..., Any])

FAILED = 3
"""The exit code where something fails at or above ``--fail-on``."""
POLICY = "RDS_SECURE_POLICY"
"""The environment variable that names a policy."""

_KEY = "rds_secure.guardrails"
_FILE = click.Path(dir_okay=False, path_type=Path)


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    ctx.meta[f"{_KEY}.{param.name}"] = value


_OPTIONS = (
    click.option(
        "--rules",
        metavar="baseline|strict|FILE",
        expose_value=False,
        callback=_keep,
        help="baseline: what every database needs; strict: as much as public controls ask for; or a file that lists "
        "rules.  [default: baseline]",
    ),
    click.option(
        "--fail-on",
        type=click.Choice(["low", "medium", "high", "critical"]),
        expose_value=False,
        callback=_keep,
        help="Exit with 3 if a rule of at least this severity fails.  [default: high]",
    ),
    click.option(
        "--policy",
        type=_FILE,
        multiple=True,
        metavar="FILE",
        expose_value=False,
        callback=_keep,
        help=f"What a spec and these options can only tighten, beside what {POLICY} names; repeatable.",
    ),
    click.option(
        "--baseline",
        type=_FILE,
        metavar="FILE",
        expose_value=False,
        callback=_keep,
        help="What failed before, as check --record wrote it: it is shown, and stops nothing.",
    ),
)


def options(function: F) -> F:
    """The options; what they say is for `given`, and no parameter of the command."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def recording(function: F) -> F:
    """``--record``, for commands that may write a baseline."""
    return click.option(
        "--record",
        is_flag=True,
        expose_value=False,
        callback=_keep,
        help="Write what fails now to the file that --baseline names.",
    )(function)


def _said(name: str) -> Any:
    """What an option says; None or () where it does not."""
    return click.get_current_context().meta.get(f"{_KEY}.{name}")


def given(*stacks: Stack) -> Guardrails:
    """The guardrails that the options of this command name, for these stacks.

    Raises `SpecError` for what is wrong with a file, `RefusedError` for what would loosen a policy.
    """
    from rds_secure.errors import RefusedError, SpecError
    from rds_secure.finding import Severity
    from rds_secure.rules import Guardrails, Profile, binding, files, installed
    from rds_secure.rules.meta import META

    rules, baseline = _said("rules"), _said("baseline")
    if records() and not baseline:
        raise click.UsageError("--record: say in which file, with --baseline FILE")
    is_new = records() and not baseline.exists()
    packages = installed.load({Path(source.file).parent for stack in stacks for source in stack.sources.values()})
    ids = {rule.id for rule in (*packages.table, *META)}
    policies = tuple(files.read_policy(path, ids) for path in _policies())
    if problems := list(files.missing_packages(policies, packages.names)):
        raise SpecError(problems)
    profile = Profile(rules) if rules in set(Profile) else files.read_profile(Path(rules), ids) if rules else None
    fail_on = Severity.parse(_said("fail_on")) if _said("fail_on") else None
    loosened = binding.loosened_by_options(policies, profile, fail_on, str(baseline or ""))
    if problems := [*loosened, *files.beside_spec(policies, stacks)]:
        raise RefusedError(problems)
    strict = any(one.profile is Profile.STRICT for one in policies)
    bound = Guardrails(
        profile=profile or (Profile.STRICT if strict else Profile.BASELINE),
        fail_on=fail_on or min((one.fail_on for one in policies), default=Severity.HIGH),
        policies=policies,
        baseline=files.read_baseline(baseline) if baseline and not is_new else None,
        table=packages.table,
    )
    return bound.of(*stacks)


def let_old_pass(binding: Guardrails, option: str) -> None:
    """Raises `RefusedError` where a policy does not let an option let pass what failed before."""
    from rds_secure.errors import RefusedError
    from rds_secure.rules.binding import letting_old_pass

    if problems := list(letting_old_pass(binding.policies, option)):
        raise RefusedError(problems)


def records() -> bool:
    """Whether a baseline is to be written."""
    return bool(_said("record"))


def recorded(binding: Guardrails, findings: tuple[Finding, ...]) -> Guardrails | None:
    """With ``--record``: the same guardrails with a baseline of these findings, which is written; None without."""
    if not records():
        return None
    from dataclasses import replace

    from rds_secure.rules import files

    path = _said("baseline")
    files.write_baseline(path, binding.recorded(findings))
    return replace(binding, baseline=files.read_baseline(path))


def _policies() -> list[Path]:
    """Every policy that binds: what the option names never takes the place of what the environment does."""
    found = list(_said("policy") or ())
    if POLICY in os.environ:
        if not os.environ[POLICY]:
            raise click.UsageError(f"{POLICY} is set, and empty: name a policy, or unset it")
        found.insert(0, Path(os.environ[POLICY]))
    once: dict[str, Path] = {}
    for path in found:
        once.setdefault(os.path.realpath(path), path)
    return list(once.values())


def words() -> list[str]:
    """The same options as words of a command line, those that were given."""
    found: list[str] = []
    for name in ("rules", "fail_on", "policy", "baseline"):
        said = _said(name)
        for value in said if isinstance(said, tuple) else (said,):
            found += [f"--{name.replace('_', '-')}", str(value)] if value else []
    return found
