"""The real clock: durations go by, and retries are spread."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from rds_secure.apply import SystemClock


def test_time_goes_on_while_sleeping() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(0.001)
    assert clock.now() > before


def test_a_quicker_clock_counts_more_seconds_and_pauses_for_fewer() -> None:
    quick = SystemClock(1000)
    before, real = quick.now(), time.monotonic()
    quick.sleep(2)
    assert quick.now() - before >= 2
    assert time.monotonic() - real < 1


@given(st.floats(min_value=0.1, max_value=1000))
def test_a_pause_is_spread_around_what_was_asked_for(seconds: float) -> None:
    """More than half of an interval, so that a wait's own last reply is never fresh enough for it."""
    assert seconds / 2 < SystemClock().spread(seconds) < seconds * 1.5
