"""Backup and maintenance windows, written as AWS takes them, in minutes of a day or a week, UTC. It checks no form."""

from __future__ import annotations

SHORTEST = 30
"""Minutes that a window lasts at least (AWS's API reference)."""

_DAY = 24 * 60
_WEEK = 7 * _DAY
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def backup(window: str) -> tuple[int, int]:
    """``23:45-00:15`` → its start in minutes of a day, and how long it lasts."""
    start, end = (_minute(time) for time in window.split("-"))
    return start, (end - start) % _DAY


def maintenance(window: str) -> tuple[int, int]:
    """``sun:23:45-mon:00:15`` → its start in minutes of a week, and how long it lasts."""
    start, end = (_DAYS.index(day) * _DAY + _minute(time) for day, time in map(_halves, window.lower().split("-")))
    return start, (end - start) % _WEEK


def overlap(backup_window: str, maintenance_window: str) -> bool:
    """Whether a daily and a weekly window meet on any day; AWS refuses that. Where one ends the other may begin."""
    daily, daily_length = backup(backup_window)
    weekly, weekly_length = maintenance(maintenance_window)
    starts = (day * _DAY + daily for day in range(7))
    return any((start - weekly) % _WEEK < weekly_length or (weekly - start) % _WEEK < daily_length for start in starts)


def _halves(moment: str) -> tuple[str, str]:
    day, _, time = moment.partition(":")
    return day, time


def _minute(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)
