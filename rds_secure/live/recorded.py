"""What can be read: an account, or a recording of one, which needs neither credentials nor a network. It reads nothing.

A plan of a recording rests on what was true then: it is for reading, never for applying.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from rds_secure.errors import Problem, RefusedError
from rds_secure.inventory.model import Place
from rds_secure.inventory.recorded import RecordedReader, RecordingReader
from rds_secure.inventory.recording import Answer, Call, Recording
from rds_secure.live.snapshot import Identity
from rds_secure.reader import Reader
from rds_secure.spec.stack import Stack


class Readings(Protocol):
    """Something that can be read, as often as needed."""

    @property
    def identity(self) -> Identity:
        """Whose it is, and where."""

    def reading(self) -> AbstractContextManager[Reader]:
        """One reading: equal calls get equal answers."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded account, in place of the account itself."""

    recording: Recording

    @property
    def identity(self) -> Identity:
        place = self.recording.place
        return Identity(place.account, place.region, place.partition, self.recording.caller)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        yield RecordedReader(self.recording)


class Noted:
    """Something that can be read, and all that it has answered so far."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._answers: dict[Call, Answer] = {}

    @property
    def identity(self) -> Identity:
        return self._readings.identity

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        with self._readings.reading() as reader:
            noting = RecordingReader(reader, self.identity.region)
            yield noting
        self._answers.update(noting.answers)

    def recording(self, now: datetime, stack: str = "") -> Recording:
        """What was answered; ``stack``: the one whose plan was read."""
        identity = self.identity
        place = Place(identity.account, identity.region, identity.partition)
        return Recording(place, identity.arn, f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", self._answers, stack)


def recorded(recording: Recording, stack: Stack, region: str | None = None) -> Recorded:
    """A recorded account for a stack. Raises `RefusedError` where the spec, or ``region``, is for another one."""
    place, fix = recording.place, "use the snapshot of that one, or another spec"
    others = [wanted for wanted in dict.fromkeys((stack.region, region)) if wanted and wanted != place.region]
    problems = [Problem(f"the snapshot is of {place.region}, not {wanted}", fix) for wanted in others]
    if stack.account and stack.account != place.account and not recording.redacted:
        problems.append(Problem(f"the spec is for account {stack.account}, the snapshot is of {place.account}", fix))
    if problems:
        raise RefusedError(problems)
    return Recorded(recording)
