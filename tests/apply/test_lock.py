"""The lock of a stack, as a pure algorithm (meaning §7): whoever contends, in whatever order, one holds it at most."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.apply.generation import Entry, Generation, Record
from rds_secure.apply.guard import CHECK_SECONDS
from rds_secure.apply.lock import KEPT, KEPT_GENERATIONS, SWEPT_AT_ONCE
from rds_secure.errors import CallError, DeniedError, LockedError
from tests.apply.stores import NOON, MemoryStore, Player, contender, is_open, lost, playing
from tests.fakes import FakeClock

FIRST, SECOND = "000000000001", "000000000002"


def ignore(holder: Generation) -> None:
    """Nobody is told."""


# Taking and releasing


def test_the_first_generation_says_who_where_when_and_for_which_plan() -> None:
    store = MemoryStore()
    held = contender(store, "a").acquire("the digest", 0, ignore)

    assert (held.number, list(store.kept)) == (1, [FIRST])
    assert json.loads(store.kept[FIRST].value) == {
        "run": "a",
        "who": "arn of a",
        "where": "here",
        "when": "2026-01-02T12:00:00Z",
        "digest": "the digest",
    }


def test_taking_it_lists_puts_and_lists_again() -> None:
    store = MemoryStore()
    contender(store, "a").acquire("", 0, ignore)
    assert store.calls == [("entries", ()), ("put", (FIRST,)), ("entries", ())]


def test_a_newest_generation_that_is_not_released_is_held_by_whom_it_names() -> None:
    store = MemoryStore()
    contender(store, "a").acquire("digest of a", 0, ignore)

    with pytest.raises(LockedError) as caught:
        contender(store, "b").acquire("", 0, ignore)

    assert caught.value.generation == 1
    assert caught.value.holder == "arn of a on here since 2026-01-02T12:00:00Z (plan digest digest of a)"
    assert list(store.kept) == [FIRST]


def test_a_release_is_an_entry_beside_it_and_the_next_takes_the_next_number() -> None:
    store = MemoryStore()
    first = contender(store, "a")
    first.acquire("", 0, ignore)
    assert first.release() == 1
    assert contender(store, "b").acquire("", 0, ignore).number == 2
    assert sorted(store.kept) == [FIRST, f"{FIRST}/released", SECOND]


def test_what_was_released_once_is_released_for_good() -> None:
    store = MemoryStore()
    lock = contender(store, "a")
    lock.acquire("", 0, ignore)
    contender(store, "b").close(1)
    before = dict(store.kept)
    assert lock.release() == 1
    assert store.kept == before
    assert lock.release() == 0


def test_whoever_has_nothing_releases_nothing() -> None:
    store = MemoryStore()
    contender(store, "a").acquire("", 0, ignore)
    second = contender(store, "b")
    with pytest.raises(LockedError):
        second.acquire("", 0, ignore)
    assert second.release() == 0
    assert list(store.kept) == [FIRST]


@pytest.mark.parametrize("text", ["", "{", "[" * 4096, "[]", '"word"', '{"run": 7, "who": null}', '{"run": ["a"]}'])
def test_a_generation_that_nobody_can_read_is_held_all_the_same(text: str) -> None:
    store = MemoryStore({FIRST: Entry(text, NOON)})
    with pytest.raises(LockedError, match=r"\? on \? since \?"):
        contender(store, "a").acquire("", 0, ignore)


def test_names_that_are_no_generation_are_strangers() -> None:
    kept = {name: Entry("", NOON) for name in ("notes", "1", f"{SECOND}/notes", f"{FIRST}/released/x")}
    assert contender(MemoryStore(kept), "a").acquire("", 0, ignore).number == 1


@given(st.builds(Record, *[st.text(max_size=2000)] * 5))
def test_what_a_record_says_fits_a_parameter_and_comes_back(record: Record) -> None:
    """SSM takes 4096 characters in a standard parameter, and no ``{{…}}``, which would name another one."""
    text = record.text()
    assert "{{" not in text
    assert "}}" not in text
    assert len(text) <= 4096
    assert Record.of(text).text() == text


def test_callers_and_jobs_are_kept_to_the_letter() -> None:
    who = f"arn:aws:sts::123456789012:assumed-role/{'r' * 64}/{'s' * 64}"
    record = Record("f" * 32, who, "https://ci.example.com/orders/-/jobs/7?a=b&c={d}", "2026-01-02T12:00:00Z", "d" * 43)
    assert Record.of(record.text()) == record


# Waiting


def test_whoever_waits_gets_it_when_it_is_released() -> None:
    store, clock = MemoryStore(), FakeClock()
    first = contender(store, "a")
    first.acquire("", 0, ignore)
    told: list[Generation] = []

    def meanwhile() -> None:
        if clock.time > 20:
            first.release()

    clock.meanwhile = meanwhile
    held = contender(store, "b", clock).acquire("", 60, told.append)

    assert held.number == 2
    assert 20 < clock.time < 35
    assert [str(holder.record.who) for holder in told] == ["arn of a"]
    assert max(clock.slept) <= 10


def test_whoever_waits_is_told_of_each_new_holder_and_gives_up_in_time() -> None:
    store, clock, turns = MemoryStore(), FakeClock(), itertools.count(1)
    current = [contender(store, "holder-0")]
    current[0].acquire("", 0, ignore)

    def hand_over() -> None:
        if clock.time > 10 and len(current) == 1:
            current[0].release()
            current.append(contender(store, f"holder-{next(turns)}"))
            current[1].acquire("", 0, ignore)

    clock.meanwhile = hand_over
    told: list[str] = []
    with pytest.raises(LockedError, match="arn of holder-1"):
        contender(store, "b", clock).acquire("", 30, lambda holder: told.append(holder.record.who))
    assert told == ["arn of holder-0", "arn of holder-1"]
    assert clock.time == 30


def test_whoever_waits_for_nobody_to_hold_it_takes_nothing() -> None:
    store, clock, told = MemoryStore(), FakeClock(), list[Generation]()
    first = contender(store, "a")
    first.acquire("", 0, ignore)
    with pytest.raises(LockedError):
        contender(store, "b", clock).idle(5, told.append)
    clock.meanwhile = first.release
    contender(store, "b", clock).idle(5, told.append)
    assert [holder.record.run for holder in told] == ["a", "a"]
    assert sorted(store.kept) == [FIRST, f"{FIRST}/released"]


# Lost replies, and calls that fail


def test_a_put_whose_reply_was_lost_and_that_was_repeated_is_known_by_its_run_id() -> None:
    store = MemoryStore()
    original = store.put

    def put(name: str, value: str) -> bool:
        original(name, value)
        return original(name, value)  # as the SDK repeats it

    store.put = put  # type: ignore[method-assign]
    held = contender(store, "a").acquire("", 0, ignore)
    assert (held.number, held.lost()) == (1, "")


@pytest.mark.parametrize("call", ["put", "entries"])
def test_what_may_have_been_taken_is_given_back_after_an_error(call: str) -> None:
    """ANY-1: the put took effect, and then its own reply was lost, or the list after it failed."""
    store, seen = MemoryStore(), list[str]()

    def after(name: str) -> None:
        seen.append(name)
        if name == call and "put" in seen:
            store.after = lambda name: None
            raise lost(call)

    store.after = after
    lock = contender(store, "a")
    with pytest.raises(CallError):
        lock.acquire("", 0, ignore)
    assert lock.release() == 1
    assert contender(store, "b").acquire("", 0, ignore).number == 2


def test_a_put_that_never_arrived_leaves_nothing_to_give_back() -> None:
    store = MemoryStore()

    def before(call: str) -> None:
        if call == "put":
            raise lost()

    store.before = before
    lock = contender(store, "a")
    with pytest.raises(CallError):
        lock.acquire("", 0, ignore)
    store.before = lambda call: None
    contender(store, "b").acquire("", 0, ignore)
    assert lock.release() == 0  # the number is another's by now
    assert list(store.kept) == [FIRST]


def test_a_put_that_is_refused_leaves_nothing_to_look_for() -> None:
    store = MemoryStore()

    def before(call: str) -> None:
        if call == "put":
            raise DeniedError("ssm", "PutParameter", "AccessDeniedException", "no", status=400)

    store.before = before
    lock = contender(store, "a")
    with pytest.raises(DeniedError):
        lock.acquire("", 0, ignore)
    store.calls.clear()
    assert lock.release() == 0
    assert store.calls == []


def test_a_release_that_fails_can_be_tried_again() -> None:
    store = MemoryStore()
    lock = contender(store, "a")
    lock.acquire("", 0, ignore)

    def before(call: str) -> None:
        raise lost()

    store.before = before
    with pytest.raises(CallError):
        lock.release()
    store.before = lambda call: None
    assert lock.release() == 1
    assert f"{FIRST}/released" in store.kept


# Coming late


def test_a_number_that_was_cleaned_up_meanwhile_is_not_the_newest() -> None:
    """A contender that slept between its list and its put makes a number anew; it sees the higher one, and lets go."""
    store = MemoryStore()

    def after(call: str) -> None:
        store.after = lambda call: None
        store.fill([30], released=False)  # between the first list and the put: others were here, and cleaned up

    store.after = after
    lock = contender(store, "late")
    with pytest.raises(LockedError) as caught:
        lock.acquire("", 0, ignore)
    assert caught.value.generation == 30
    assert f"{FIRST}/released" in store.kept
    assert f"{30:012}/released" not in store.kept


def test_a_lock_that_somebody_unlocked_before_we_had_it_is_taken_anew() -> None:
    store = MemoryStore()

    def after(call: str) -> None:
        if call == "put":
            store.after = lambda call: None
            contender(store, "impatient").close(1)

    store.after = after
    assert contender(store, "a").acquire("", 0, ignore).number == 2


def test_a_list_that_lags_never_makes_two_holders() -> None:
    store = MemoryStore()
    store.fill([1])
    stale = dict(store.kept)
    contender(store, "a").acquire("", 0, ignore)
    store.entries = lambda: stale  # type: ignore[method-assign]
    with pytest.raises(LockedError, match="arn of a"):
        contender(store, "b").acquire("", 0, ignore)


# Open


def test_open_is_looked_at_with_one_call_at_most_every_five_seconds() -> None:
    store, clock = MemoryStore(), FakeClock()
    held = contender(store, "a", clock).acquire("", 0, ignore)
    store.calls.clear()
    for _ in range(10):
        assert held.lost() == ""
        clock.sleep(CHECK_SECONDS / 4)
    assert store.calls == [("get", (FIRST, f"{FIRST}/released"))] * 3


def test_open_is_looked_at_anew_where_that_is_asked_for() -> None:
    store = MemoryStore()
    held = contender(store, "a").acquire("", 0, ignore)
    assert held.lost() == ""
    contender(store, "dana").close(1)
    assert held.lost() == ""  # seconds old
    assert "generation 1) was released by arn of dana on here at 2026-01-02T12:00:00Z" in held.lost(fresh=True)
    assert held.lost() != ""


def _fails(store: MemoryStore) -> None:
    def before(call: str) -> None:
        raise lost("GetParameters")

    store.before = before


CLOSED: list[tuple[Callable[[MemoryStore], object], str]] = [
    (lambda store: store.kept.pop(FIRST), "is not there any more"),
    (lambda store: store.kept.update({FIRST: Entry(Record(run="b").text(), NOON)}), "is not there any more"),
    (lambda store: store.kept.update({f"{FIRST}/released": Entry("", NOON)}), "was released by ? on ?"),
    (_fails, "cannot be looked at: ssm GetParameters: NoReply"),
]


@pytest.mark.parametrize(("close", "why"), CLOSED, ids=["gone", "another's", "released", "no answer"])
def test_what_is_not_surely_open_is_closed_and_stays_so(close: Callable[[MemoryStore], object], why: str) -> None:
    store = MemoryStore()
    held = contender(store, "a").acquire("", 0, ignore)
    kept = dict(store.kept)
    close(store)
    assert why in held.lost()
    store.kept.clear()
    store.kept.update(kept)
    store.before = lambda call: None
    assert why in held.lost(fresh=True)


# Cleaning up

OLD = KEPT + timedelta(hours=1)


def _left(store: MemoryStore) -> set[int]:
    return {int(name) for name in store.kept if "/" not in name}


def test_a_holder_cleans_up_what_is_old_and_released_and_never_the_newest() -> None:
    store = MemoryStore()
    store.fill(range(1, 4), OLD)
    store.fill(range(4, 24), OLD)
    held = contender(store, "a").acquire("", 0, ignore)
    assert held.number == 24
    assert _left(store) == set(range(24 - KEPT_GENERATIONS, 25))
    assert {int(name[:12]) for name in store.kept} == _left(store)


def test_deletions_go_the_generation_first_and_then_its_release() -> None:
    store = MemoryStore()
    store.fill(range(1, 24), OLD)
    contender(store, "a").acquire("", 0, ignore)
    deleted = [name for call, (name, *_) in (item for item in store.calls if item[0] == "delete")]
    assert deleted[:4] == [FIRST, f"{FIRST}/released", SECOND, f"{SECOND}/released"]


def test_what_is_young_or_was_never_released_stays() -> None:
    store = MemoryStore()
    store.fill([1], KEPT - timedelta(hours=1))
    store.fill([2], OLD, released=False)
    store.fill(range(3, 30), OLD)
    contender(store, "a").acquire("", 0, ignore)
    assert {1, 2} <= _left(store)
    assert 3 not in _left(store)


def test_one_holder_cleans_up_a_little_at_a_time() -> None:
    store = MemoryStore()
    store.fill(range(1, 61), OLD)
    contender(store, "a").acquire("", 0, ignore)
    assert len(_left(store)) == 61 - SWEPT_AT_ONCE


def test_whoever_is_kept_out_cleans_up_nothing() -> None:
    store = MemoryStore()
    store.fill(range(1, 40), OLD)
    store.fill([40], released=False)
    before = dict(store.kept)
    with pytest.raises(LockedError):
        contender(store, "a").acquire("", 0, ignore)
    assert store.kept == before


def test_a_deletion_that_is_denied_keeps_nobody_from_the_lock() -> None:
    store = MemoryStore()
    store.fill(range(1, 40), OLD)

    def before(call: str) -> None:
        if call == "delete":
            raise DeniedError("ssm", "DeleteParameter", "AccessDeniedException", "no", status=400)

    store.before = before
    assert contender(store, "a").acquire("", 0, ignore).number == 40
    assert len(_left(store)) == 40


def test_half_a_clean_up_is_finished_by_the_next_and_never_takes_a_number_back() -> None:
    store = MemoryStore()
    store.fill(range(1, 30), OLD)
    del store.kept[FIRST]
    assert contender(store, "a").acquire("", 0, ignore).number == 30
    assert f"{FIRST}/released" not in store.kept


# Any order of calls

FATES = st.sampled_from(["", "", "", "", "lost before", "lost after"])


class _Contest:
    """Contenders over one account; each takes the lock, looks once whether it is open, and releases it."""

    def __init__(self, runs: int) -> None:
        self.kept: dict[str, Entry] = {}
        MemoryStore(self.kept).fill([1])
        self.holding: dict[str, int] = {}
        """Who believes to hold which generation, from the moment it is told so."""
        self.refused = 0
        self.players = [self._player(f"run-{number}") for number in range(runs)]

    def _player(self, run: str) -> Player:
        store = MemoryStore(self.kept)
        lock = contender(store, run)

        def play() -> None:
            try:
                held = lock.acquire("", 0, ignore)
                self.holding[run] = held.number
                held.lost(fresh=True)
            except LockedError:
                self.refused += 1
            finally:
                self.holding.pop(run, None)
                lock.release()

        return Player(store, play)

    @property
    def holders(self) -> list[str]:
        """Those who hold a generation that is open."""
        return [run for run, number in self.holding.items() if is_open(self.kept, number, run)]


@settings(deadline=None, max_examples=150)
@given(st.integers(2, 3), st.lists(st.tuples(st.integers(0, 2), FATES), max_size=40))
def test_there_are_never_two_holders_whatever_the_order_and_whichever_reply_is_lost(
    runs: int, turns: list[tuple[int, str]]
) -> None:
    contest = _Contest(runs)
    with playing(*contest.players):
        for number, fate in turns:
            player = contest.players[number % runs]
            if not player.over:
                player.step(fate)
            assert len(contest.holders) <= 1
    if all(fate == "" for _, fate in turns):
        assert contest.refused < runs


def test_two_contenders_in_every_order_of_their_calls() -> None:
    """All interleavings of list, put, list, look, release of two runs: 252 of them."""
    won = set()
    for first in itertools.combinations(range(10), 5):
        contest = _Contest(2)
        with playing(*contest.players):
            for turn in range(10):
                player = contest.players[0 if turn in first else 1]
                if not player.over:
                    player.step()
                assert len(contest.holders) <= 1
        assert all(player.error is None for player in contest.players)
        won.add(2 - contest.refused)
    assert won == {1, 2}  # one at a time, or one after the other


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 12), max_size=8))
def test_unlocking_an_old_generation_frees_nothing_new(numbers: list[int]) -> None:
    store = MemoryStore()
    store.fill(range(1, 12))
    held = contender(store, "a").acquire("", 0, ignore)
    for number in numbers:
        contender(store, "dana").close(number)
        if 12 not in numbers:
            assert held.lost(fresh=True) == ""
            with pytest.raises(LockedError):
                contender(store, "b").acquire("", 0, ignore)
