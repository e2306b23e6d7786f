"""An apply at a terminal: a picture of what is out, lines above it of what is over, and a cursor that comes back."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from rich.console import Console

from rds_secure.events import Done, Event, Failed, Retrying, Started, Stopping, Verifying, Waiting
from rds_secure.render.live import LiveProgress
from rds_secure.render.screen import is_live
from rds_secure.render.terminal import Progress, progress
from tests.render.plans import address
from tests.render.streams import BrokenPipe, Terminal

GROUP, KEY, DATABASE = address("iam_group.operators"), address("kms_key.data"), address("db_instance.orders")
SHOW, HIDE = "\x1b[?25h", "\x1b[?25l"


class Utf8(Terminal):
    encoding = "utf-8"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")


class Screen:
    """A display whose clock stands still until it is told."""

    def __init__(self) -> None:
        self.stream, self.time = Utf8(), 0.0
        self.progress = LiveProgress(self.stream, lambda: self.time)

    def __call__(self, *events: Event) -> Screen:
        for event in events:
            self.progress(event)
        return self

    def picture(self, width: int = 80, height: int = 24) -> list[str]:
        """The lines that are drawn now."""
        self.progress._console.size = (width, height)  # type: ignore[assignment]
        console = Console(file=io.StringIO(), width=width, height=height)
        console.print(self.progress.picture())
        return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


def started(*subjects: tuple[object, str]) -> Iterator[Event]:
    for number, (subject, summary) in enumerate(subjects, 1):
        yield Started(subject, summary, number, 12)  # type: ignore[arg-type]


BOTH = tuple(started((KEY, "create key"), (DATABASE, "create database orders")))


def test_each_call_that_is_out_has_a_line_and_a_counter_is_below() -> None:
    screen = Screen()(*BOTH)
    screen.time = 7
    assert screen.picture() == [
        "  db_instance.orders  create database orders                               7.0 s",
        "  kms_key.data        create key                                           7.0 s",
        "  0 of 12 done, 2 running",
    ]


def test_a_line_says_what_the_call_waits_for_and_for_how_long() -> None:
    screen = Screen()(*BOTH, Waiting(DATABASE, "…", 30.0, "DBInstanceStatus is creating"), Retrying(KEY, "", "Busy"))
    screen.time = 75
    assert screen.picture()[:2] == [
        "  db_instance.orders  DBInstanceStatus is creating (create database…  1 min 15 s",
        "  kms_key.data        again, after Busy (create key)                  1 min 15 s",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    screen = Screen()(*BOTH, Waiting(DATABASE, "…", 30.0, "DBInstanceStatus is creating"), Stopping())
    assert max(map(len, screen.picture(width))) <= width


def test_a_low_terminal_shows_the_oldest_and_how_many_more_there_are() -> None:
    screen = Screen()(*started(*((address(f"iam_group.team-{number}"), "create") for number in range(9))))
    lines = screen.picture(height=6)
    assert [line.split()[0] for line in lines] == ["iam_group.team-0", "iam_group.team-1", "0"]
    assert lines[-1] == "  0 of 12 done, 9 running, 7 not shown"


def test_what_is_over_is_a_line_above_and_leaves_the_picture() -> None:
    screen = Screen()
    with screen.progress:
        screen(*BOTH, Done(KEY, "create key", 2.0), Failed(DATABASE, "create database orders", "Busy", "not now"))
        assert screen.picture() == ["  2 of 12 done"] or screen.picture() == []
    written = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.stream.getvalue())
    assert "[ 1/12] kms_key.data: create key (2.0 s)" in written
    assert "[ 2/12] db_instance.orders: FAILED: create database orders: Busy: not now" in written


def test_waits_and_repetitions_write_no_lines() -> None:
    screen = Screen()(*BOTH)
    screen(Waiting(DATABASE, "…", 90.0, "x"), Retrying(KEY, "create key", "Busy"))
    assert screen.stream.getvalue() == ""


@pytest.mark.parametrize(
    ("event", "said"), [(Stopping(), "stopping: what is out comes back first"), (Verifying(1), "reading AWS back")]
)
def test_what_goes_on_as_a_whole_is_said_beside_the_counter(event: Event, said: str) -> None:
    assert Screen()(*BOTH, event).picture()[-1] == f"  0 of 12 done, 2 running  {said}"


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_the_cursor_comes_back_however_it_ends(error: type[BaseException] | None) -> None:
    screen = Screen()
    try:
        with screen.progress:
            screen(*BOTH)
            assert screen.stream.getvalue().count(HIDE) == 1
            if error:
                raise error
    except KeyboardInterrupt:
        pass
    assert screen.stream.getvalue().rindex(SHOW) > screen.stream.getvalue().rindex(HIDE)


def test_words_of_aws_cannot_command_the_terminal() -> None:
    screen = Screen()(*BOTH, Waiting(DATABASE, "…", 1.0, "a\x1b[2Jb"))
    assert "a\\x1b[2Jb" in screen.picture()[0]


def test_a_terminal_that_goes_away_stops_nothing() -> None:
    stream = BrokenPipe()
    screen = LiveProgress(stream, lambda: 0.0)
    screen(Done(KEY, "create key", 1.0))
    screen(Done(KEY, "create key", 1.0))
    assert stream.attempts == 1


@pytest.mark.parametrize(
    ("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("CI", "true"), (None, None)], ids=str
)
def test_a_picture_is_for_a_terminal_that_somebody_sits_at(
    name: str | None, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name:
        monkeypatch.setenv(name, value or "")
    assert is_live(Utf8()) is (name is None)
    assert isinstance(progress(Utf8(), lambda: 0.0), LiveProgress if name is None else Progress)


def test_pipes_and_other_encodings_get_lines() -> None:
    class Latin(Terminal):
        encoding = "latin-1"

    assert not is_live(Latin())
    assert isinstance(progress(io.StringIO(), lambda: 0.0), Progress)
