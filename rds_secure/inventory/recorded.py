"""Readers for recordings: one notes what another one answers, one answers from what was noted. Neither calls AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, TypeVar

from rds_secure.errors import CallError, DeniedError, UnsupportedError
from rds_secure.inventory.recording import Answer, Call, Recording, Refusal, call, not_recorded, refusal
from rds_secure.inventory.withheld import without_secrets
from rds_secure.reader import Reader

T = TypeVar("T")
U = TypeVar("U")


class RecordingReader:
    """A `Reader` that asks another one, and notes each answer in ``answers``; what could be a secret goes no further.

    An error is noted with its code, whatever the asker takes for absent; calls that got no answer are not noted.
    """

    def __init__(self, reader: Reader, region: str) -> None:
        self.answers: dict[Call, Answer] = {}
        self._reader, self._region, self._lock = reader, region, Lock()

    def call(
        self,
        service: str,
        action: str,
        params: Mapping[str, Any] | None = None,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        first_page: bool = False,
    ) -> Mapping[str, Any] | None:
        asked = call(service, action, params, None if region == self._region else region, first_page=first_page)
        try:
            reply = self._reader.call(service, action, params, region=region, first_page=first_page)
        except CallError as error:
            if isinstance(error, DeniedError | UnsupportedError) or not error.uncertain:
                self._note(asked, refusal(error))
            if error.code in absent:
                return None
            raise
        kept = without_secrets(reply or {})
        self._note(asked, kept)
        return kept

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> list[U]:
        return self._reader.each(function, items)

    def _note(self, asked: Call, answer: Answer) -> None:
        with self._lock:
            self.answers[asked] = answer


class RecordedReader:
    """A `Reader` of a recording; a call that is not in it raises `UnsupportedError`: what it would say is unknown."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def call(
        self,
        service: str,
        action: str,
        params: Mapping[str, Any] | None = None,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        first_page: bool = False,
    ) -> Mapping[str, Any] | None:
        there = None if region == self._recording.place.region else region
        asked = call(service, action, params, there, first_page=first_page)
        answer = self._recording.answers.get(asked)
        if answer is None and first_page:  # a whole list begins with its first page
            answer = self._recording.answers.get(call(service, action, params, there))
        if answer is None:
            raise not_recorded(asked, self._recording)
        if isinstance(answer, Refusal):
            if answer.code in absent:
                return None
            raise answer.error(asked)
        return answer

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> list[U]:
        return [function(item) for item in items]
