"""`rds-secure migration`: how far the migration of a database has come, the rest of it, and the way back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rds_secure.cli import judging, options

if TYPE_CHECKING:
    from rds_secure.api import Planned
    from rds_secure.values import Address

_ADDRESS = click.argument("address", metavar="ADDRESS")


@click.group("migration")
def command() -> None:
    """The migration of a database to another key, to encryption, or to other subnets.

    It is asked for in the spec, by `migration:` of a db_instance, shown by `plan` and carried out by `apply`.
    ADDRESS is that of the database: db_instance.orders.
    """


@command.command("status", short_help="How far it has come.")
@_ADDRESS
@options.specs
@options.access
def status(
    address: str, specs: tuple[str, ...], profile: str | None, region: str | None, role_arn: str | None, sandbox: bool
) -> int:
    """Say how far it has come, what is left to do, and what is kept aside. Nothing is changed."""
    from rds_secure import api
    from rds_secure.render.terminal import migration_text
    from rds_secure.spec import load

    stack, sources = load(specs)
    at = _known(address, stack.resources)
    account = options.connect(stack, profile, region, role_arn, sandbox)
    planned = api.make_plan(stack, account, sources)
    if not sandbox:  # which has no permissions
        planned = api.with_preconditions(planned, account)
    migration_text(planned.plan, at, stream=sys.stdout)
    return 0


@command.command("continue", short_help="The rest of it: applies the spec.")
@_ADDRESS
@options.specs
@options.access
@options.safety
@options.lock
@click.option("--yes", is_flag=True, help="Do not ask. Nothing that holds data is deleted by this command.")
@options.preflight
@options.report
@judging.options
def go_on(
    address: str,
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    safety: Path | None,
    lock_timeout: float,
    no_lock: bool,
    yes: bool,
    preflight: str,
    report: tuple[Path, ...],
) -> int:
    """Apply the spec, which does the rest of a migration; refused where none was begun, or data would be deleted."""
    from rds_secure import api
    from rds_secure.cli.carry import Question, Terms, carry_out
    from rds_secure.cli.record import Record
    from rds_secure.cli.turn import turn
    from rds_secure.plan import Deletion
    from rds_secure.spec import load
    from rds_secure.spec.safety import read_safety

    stack, sources = load(specs)
    at = _known(address, stack.resources)
    bounds = judging.given(stack)
    account = options.connect(stack, profile, region, role_arn, sandbox)
    reaching = options.reaching(profile, account.identity.region, role_arn, sandbox)
    deletion = Deletion(at_most=read_safety(safety) if safety else None)
    return carry_out(
        lambda: _begun(api.make_plan(stack, account, sources, deletion), at),
        account,
        Terms(
            lambda plan: Question("yes", yes, "pass --yes"),
            deletion,
            turn(stack.name, account, lock_timeout, no_lock, reaching),
            preflight="skip" if sandbox else preflight,
            record=Record(report, [source.file for source in sources]),
            begun=lambda plan: True,
            bounds=bounds,
            show_findings=judging.shows_all(),
        ),
    )


@command.command("roll-back", short_help="The way back to the old database.")
@_ADDRESS
@options.specs
@options.access
@options.lock
@click.option("--migration", metavar="ID", default="", help="The one to take back, where it is not the last.")
@click.option("--confirm", metavar="ADDRESS", help="The address once more, in place of typing it.")
@options.preflight
@options.report
@options.no_access
@judging.options
@click.option("--show-calls", is_flag=True, help="List the exact API calls with the plan.")
def roll_back(
    address: str,
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    lock_timeout: float,
    no_lock: bool,
    migration: str,
    confirm: str | None,
    preflight: str,
    report: tuple[Path, ...],
    no_access: bool,
    show_calls: bool,
) -> int:
    """Put the old database back in its place, and say beforehand what that loses.

    Until the new database has its place, nothing is lost, and the copy is deleted. After that what was written to the
    new database is not in the old one: it stays in the new one, which is kept aside.

    Of several migrations it takes back the last one, once. To go further back, name the one: it is the end of
    the address of what is kept aside, k3f9zq2w of db_instance.orders#old-k3f9zq2w.

    What the spec expects of access, and what gets worse by the rules of security, is told, and never stops it.
    """
    from rds_secure import api
    from rds_secure.cli.carry import Question, Terms, carry_out
    from rds_secure.cli.record import Record
    from rds_secure.cli.turn import turn
    from rds_secure.plan import Deletion
    from rds_secure.spec import load

    stack, sources = load(specs)
    at = _known(address, stack.resources)
    if confirm is not None and confirm != address:
        raise click.UsageError(f"--confirm {confirm} does not name {address}")
    bounds = judging.given(stack)
    account = options.connect(stack, profile, region, role_arn, sandbox)
    reaching = options.reaching(profile, account.identity.region, role_arn, sandbox)
    return carry_out(
        lambda: api.make_plan(stack, account, sources, roll_back=at, migration=migration),
        account,
        Terms(
            lambda plan: Question(address, confirm is not None, "pass --confirm ADDRESS"),
            Deletion(),
            turn(stack.name, account, lock_timeout, no_lock, reaching),
            preflight="skip" if sandbox else preflight,
            show_calls=show_calls,
            record=Record(report, [source.file for source in sources]),
            access=not no_access,
            bounds=bounds,
            show_findings=judging.shows_all(),
        ),
    )


def _known(address: str, declared: Any) -> Address:
    from rds_secure.spec.suggest import closest

    found = {str(item): item for item in declared}
    if address not in found:
        guess = closest(address, found)
        hint = f": did you mean {guess!r}?" if guess else ""
        raise click.UsageError(f"the spec declares no {address}{hint}")
    at: Address = found[address]
    return at


def _begun(planned: Planned, address: Address) -> Planned:
    """The plan, if a migration of the address is on its way and nothing that holds data is deleted beside it.

    Raises `RefusedError`.
    """
    from rds_secure import ownership
    from rds_secure.cli.approve import unconfirmed
    from rds_secure.errors import Problem, RefusedError

    live = planned.snapshot.live.get(address)
    (step,) = (step for step in planned.plan.steps if step.address == address)
    if live is None or ownership.STEP not in live.found.tags or not (step.operations or planned.plan.refusals):
        raise RefusedError([Problem(f"no migration of {address} was begun", "rds-secure apply begins one")])
    if lost := unconfirmed(planned.plan, ()):
        what = f"{', '.join(lost)} would be deleted as well"
        raise RefusedError([Problem(what, "use rds-secure apply, which asks for the name of each")])
    return planned
