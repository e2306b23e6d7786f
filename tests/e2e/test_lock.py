"""The lock around apply and destroy against the sandbox (meaning §7): who waits, who is told, what is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from rds_secure import api
from rds_secure.apply import Outcome
from rds_secure.cli.turn import UNKNOWN, Turn
from rds_secure.errors import ApplyError, LockedError, RdsSecureError
from rds_secure.sandbox import Sandbox
from tests.e2e.harness import ROOT, STACK, Harness
from tests.e2e.test_commands import QUICKSTART, Commands, command, connections, spec
from tests.fakes import FakeClock

__all__ = ["command", "connections"]  # fixtures of theirs

ME = "arn:aws:iam::123456789012:root"


def entries(harness: Harness, stack: str = STACK) -> list[str]:
    """The names of the lock's parameters below the stack's path."""
    path = f"/rds-secure/{stack}/lock/"
    pages = harness.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True)
    return sorted(found["Name"].removeprefix(path) for page in pages for found in page["Parameters"])


def turn(harness: Harness) -> Turn:
    return Turn(STACK, ("--region", "us-east-1"), api.stack_lock(STACK, harness.account), 0)


@contextmanager
def held(harness: Harness, digest: str = "another digest") -> Iterator[int]:
    """Somebody else holds the lock of the stack."""
    with api.hold(api.stack_lock(STACK, harness.account), digest) as lock:
        yield lock.number


# When it is taken, and given back


def test_an_apply_takes_the_lock_and_releases_it(command: Commands) -> None:
    file = spec(command)
    assert command("apply", file, "--yes").code == 0
    assert entries(command.harness) == ["000000000001", "000000000001/released"]
    assert command("destroy", file, "--confirm", STACK).code == 0
    assert entries(command.harness)[2:] == ["000000000002", "000000000002/released"]


def test_plans_and_an_empty_apply_take_no_lock_and_a_locked_stack_does_not_hinder_them(command: Commands) -> None:
    """Meaning §6."""
    file = spec(command)
    command.harness.make(file)
    with held(command.harness):
        assert command("plan", file).code == 0
        assert command("apply", file, "--yes").code == 0
    assert entries(command.harness) == ["000000000001", "000000000001/released"]


def test_the_question_comes_before_the_lock(command: Commands) -> None:
    """Meaning §6."""
    assert command.typing("no", "apply", spec(command)).code == 1
    assert entries(command.harness) == []


@pytest.mark.parametrize("code", ["LimitExceeded", "ExpiredToken"])
def test_it_is_released_when_calls_fail(code: str, command: Commands) -> None:
    command.harness.recorder.refusals["CreateGroup"] = code
    assert command("apply", spec(command), "--yes").code == 1
    assert entries(command.harness) == ["000000000001", "000000000001/released"]


def test_it_is_released_when_somebody_ends_the_job(command: Commands) -> None:
    """A runner sends SIGTERM first: that is an orderly end, as Ctrl-C is."""
    with pytest.raises(KeyboardInterrupt), turn(command.harness).hold("digest", 1):
        signal.raise_signal(signal.SIGTERM)
    assert entries(command.harness) == ["000000000001", "000000000001/released"]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_lock_that_cannot_be_released_is_told_with_the_way_to_release_it(
    command: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    with turn(command.harness).hold("digest", 1):
        command.harness.recorder.refusals["PutParameter"] = "ExpiredTokenException"
    said = capsys.readouterr().err
    assert "the lock of bench could not be released: AWS does not accept the credentials" in said
    assert "rds-secure unlock bench --generation 1 --region us-east-1" in said


# Held by somebody else


def test_a_held_lock_is_1_and_says_who_where_since_when_and_what_to_do(command: Commands) -> None:
    with held(command.harness, "digest-of-theirs"):
        result = command("apply", spec(command), "--yes")
    assert result.code == 1
    assert f"bench is locked by {ME} on " in result.err
    assert " since 20" in result.err
    assert "(plan digest digest-of-theirs)" in result.err
    assert "--lock-timeout 10m" in result.err
    assert "rds-secure unlock bench --generation 1 --region us-east-1" in result.err
    assert command.writes == []


def test_whoever_waits_says_so_plans_again_and_carries_it_out(
    command: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meaning §6: plan, ask, lock, plan again if another apply came between."""
    other = api.stack_lock(STACK, command.harness.account)
    other.acquire("digest", 0, lambda holder: None)

    class Clock(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            other.release()

    monkeypatch.setattr(api, "SystemClock", Clock)
    result = command("apply", spec(command), "--yes", "--lock-timeout", "5m")
    assert result.code == 0
    assert f"waiting up to 300 s for the lock of bench, held by {ME} on " in result.err
    assert command.writes == ["CreateGroup"]
    reads = [call.action for call in command.harness.recorder.calls]
    assert reads.count("GetAccountAuthorizationDetails") >= 3  # the plan, the plan again, and the look back


def test_a_plan_that_another_apply_made_stale_is_3(command: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    file = spec(command)
    planned = api.make_plan

    def with_another_apply(*arguments: Any, **more: Any) -> api.Planned:
        made = planned(*arguments, **more)
        if not entries(command.harness):
            with held(command.harness):
                command.client("iam").create_group(GroupName="orders")  # and so the same plan is refused by now
        return made

    monkeypatch.setattr(api, "make_plan", with_another_apply)
    result = command("apply", file, "--yes")
    assert result.code == 3
    assert "another apply came between" in result.err
    assert command.writes == []


def test_what_another_apply_of_the_same_has_done_meanwhile_is_done(
    command: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = spec(command)
    planned = api.make_plan

    def with_another_apply(*arguments: Any, **more: Any) -> api.Planned:
        made = planned(*arguments, **more)
        if not entries(command.harness):
            with held(command.harness):
                assert api.apply(made, command.harness.account, clock=FakeClock()).succeeded
        return made

    monkeypatch.setattr(api, "make_plan", with_another_apply)
    result = command("apply", file, "--yes")
    assert (result.code, result.err) == (0, "")
    assert "No changes are left: another apply made them meanwhile." in result.out
    assert command.writes == ["CreateGroup"]


def test_sixteen_applies_at_once_are_one_that_runs_and_fifteen_that_say_who_it_is(harness: Harness) -> None:
    planned = harness.plan({"iam_group": {"orders": {}}})
    harness.sandbox.realism("none")
    reported, at_once = [Event() for _ in range(15)], Barrier(16)

    def one(_: int) -> Outcome | str:
        mine = turn(harness)
        expected = mine.next()
        at_once.wait()
        try:
            with mine.hold(planned.plan.digest, expected) as (guard, came_between):
                assert not came_between
                done = api.apply(planned, harness.account, clock=FakeClock(), guard=guard)
                assert all(other.wait(30) for other in reported)
                return done
        except ApplyError as error:
            next(event for event in reported if not event.is_set() and not event.set())
            return str(error)

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(one, range(16)))
    (outcome,) = [result for result in results if isinstance(result, Outcome)]
    others = [result for result in results if isinstance(result, str)]
    assert outcome.succeeded
    assert len(others) == 15
    assert all(other.startswith(f"bench is locked by {ME} on ") and "--generation 1 " in other for other in others)
    assert entries(harness) == ["000000000001", "000000000001/released"]


def test_a_plan_that_is_refused_while_another_applies_says_so_and_not_what_is_half_done(command: Commands) -> None:
    command.client("iam").create_group(GroupName="orders")
    file = spec(command)
    with held(command.harness):
        result = command("apply", file, "--yes", "--lock-timeout", "5m")
        assert result.code == 1
        assert "waiting up to 300 s for the lock of bench" in result.err
        assert "bench is locked by" in result.err
        assert "Refused" not in result.out
    assert command("apply", file, "--yes").code == 3


def test_a_reading_that_fails_while_another_applies_names_the_other(
    command: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KMS-8: what the other made a moment ago shows in one list and not yet in another."""

    def half_seen(*_: Any, **__: Any) -> api.Planned:
        raise RdsSecureError("a key was just made, and KMS does not show it yet")

    monkeypatch.setattr(api, "make_plan", half_seen)
    with held(command.harness):
        assert "bench is locked by" in command("apply", spec(command), "--yes").err
    result = command("apply", spec(command), "--yes")
    assert (result.code, "a key was just made" in result.err) == (1, True)


def test_a_plan_that_was_refused_because_of_an_apply_that_is_over_is_made_again(
    command: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = spec(command)
    iam, planned = command.client("iam"), api.make_plan
    iam.create_group(GroupName="orders")

    def half_done(*arguments: Any, **more: Any) -> api.Planned:
        made = planned(*arguments, **more)
        if not entries(command.harness):
            with held(command.harness):
                iam.delete_group(GroupName="orders")
        return made

    monkeypatch.setattr(api, "make_plan", half_done)
    assert command("apply", file, "--yes").code == 0
    assert command.writes == ["CreateGroup"]


# Lost while the apply goes on


def test_a_lock_that_somebody_released_stops_the_apply_before_its_next_deletion(command: Commands) -> None:
    file = command.harness.spec({"iam_group": {"orders": {}, "other": {}}})
    command.harness.make(file)
    planned = command.harness.plan_destroy(file, api.Deletion(everything=True))
    with turn(command.harness).hold(planned.plan.digest, 1) as (guard, _):
        assert guard.lost() == ""
        api.stack_lock(STACK, command.harness.account).close(1)
        outcome = api.apply(planned, command.harness.account, clock=FakeClock(), guard=guard)
    assert command.writes == []
    assert f"the lock (generation 1) was released by {ME} on " in outcome.lost
    assert len(outcome.skipped) == 2


def test_a_lost_lock_is_1_with_a_plain_account(command: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    file = spec(command)
    apply = api.apply

    def unlocked_meanwhile(*arguments: Any, **more: Any) -> Outcome:
        api.stack_lock(STACK, command.harness.account).close(1)
        return apply(*arguments, **more)

    monkeypatch.setattr(api, "apply", unlocked_meanwhile)
    result = command("apply", file, "--yes")
    assert result.code == 1
    assert "stopped: the lock (generation 1) was released by" in result.err
    assert "0 of 1 calls are done, 0 failed, 1 remain" in result.err
    assert command.writes == []


# Without it


@pytest.mark.parametrize("action", ["GetParametersByPath", "PutParameter"])
def test_where_ssm_is_denied_it_is_3_unless_no_lock_is_asked_for_in_words(action: str, command: Commands) -> None:
    file = spec(command)
    command.harness.recorder.refusals[action] = "AccessDeniedException"
    result = command("apply", file, "--yes")
    assert result.code == 3
    assert f"ssm:{action}" in result.err
    assert "--no-lock" in result.err
    assert command.writes == []
    assert command("apply", file, "--yes", "--no-lock").code == 0
    assert command.writes == ["CreateGroup"]
    assert entries(command.harness) == []


def test_waiting_for_no_lock_and_times_that_are_none_are_64(command: Commands) -> None:
    file = spec(command)
    assert command("apply", file, "--yes", "--no-lock", "--lock-timeout", "5m").code == 64
    for wrong in ("soon", "5d", "-1", "1.5m", "٣"):
        result = command("apply", file, "--yes", "--lock-timeout", wrong)
        assert result.code == 64
        assert "90s, 5m, 1h" in result.err
    assert command.writes == []


# Unlocking


def test_unlock_shows_the_holder_asks_and_releases_that_generation(command: Commands) -> None:
    lock = api.stack_lock(STACK, command.harness.account)
    lock.acquire("digest-of-theirs", 0, lambda holder: None)
    declined = command.typing("no", "unlock", STACK)
    assert declined.code == 1
    assert f"bench is locked by {ME} on " in declined.out
    assert "(plan digest digest-of-theirs): generation 1" in declined.out
    assert entries(command.harness) == ["000000000001"]
    assert command.typing("yes", "unlock", STACK).code == 0
    assert entries(command.harness) == ["000000000001", "000000000001/released"]


def test_what_is_not_locked_needs_no_unlocking(command: Commands) -> None:
    assert (command("unlock", STACK).code, command("unlock", STACK).out) == (0, "bench is not locked\n")
    with held(command.harness):
        pass
    assert command("unlock", STACK).out == "bench is not locked\n"
    assert command("unlock", STACK, "--generation", "1", "--yes").out == "generation 1 is released already\n"
    assert len(entries(command.harness)) == 2


def test_unlocking_an_old_generation_frees_nothing_new(command: Commands) -> None:
    with held(command.harness):
        pass
    with held(command.harness):
        assert command("unlock", STACK, "--generation", "1", "--yes").code == 0
        with pytest.raises(LockedError):
            api.stack_lock(STACK, command.harness.account).acquire("", 0, lambda holder: None)


def test_unlock_is_64_without_somebody_to_ask_for_one_that_never_was_and_for_yes_to_anything(command: Commands) -> None:
    with held(command.harness):
        assert "--generation N --yes" in command("unlock", STACK).err
        assert command("unlock", STACK).code == 64
        assert command("unlock", STACK, "--yes").code == 64
        missing = command("unlock", STACK, "--generation", "7", "--yes")
        assert (missing.code, "no generation 7" in missing.err) == (64, True)
        assert command("unlock", "Not A Name").code != 0
        assert entries(command.harness) == ["000000000001"]


def test_a_holder_that_was_killed_leaves_a_lock_that_unlock_clears(
    command: Commands, sandbox: Sandbox, tmp_path: Path
) -> None:
    code = "import sys; from rds_secure.cli.main import main; main(sys.argv[1:])"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, "apply", str(QUICKSTART), "--yes"],
        cwd=ROOT,
        env={**os.environ, **sandbox.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 60
        while not entries(command.harness, "quickstart") and time.monotonic() < end:
            time.sleep(0.02)
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert entries(command.harness, "quickstart") == ["000000000001"]

    refused = command("apply", QUICKSTART, "--yes")
    assert refused.code == 1
    assert f"quickstart is locked by {ME} on " in refused.err
    assert command("unlock", "quickstart", "--generation", "1", "--yes").code == 0
    assert command("apply", QUICKSTART, "--yes").code == 0  # which reads back, and finds nothing left to do


def test_the_generation_to_come_is_unknown_while_somebody_applies(harness: Harness) -> None:
    assert turn(harness).next() == 1
    with held(harness):
        assert turn(harness).next() == UNKNOWN
    assert turn(harness).next() == 2
