"""Streams to render into: memory, terminals that are none, and pipes that break."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class BrokenPipe(io.StringIO):
    """A stream whose reader has gone; it counts the attempts to write."""

    attempts = 0

    def write(self, text: str) -> int:
        self.attempts += 1
        raise BrokenPipeError


def text_of(draw: Callable[..., None], *subjects: Any, **options: Any) -> str:
    """What a renderer writes to a pipe."""
    stream = io.StringIO()
    draw(*subjects, stream=stream, **options)
    return stream.getvalue()
