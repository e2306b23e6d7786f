"""A trail of some thousand events: everything planted is found, and nothing else. `tests.bench.trail` has more."""

from __future__ import annotations

from pathlib import Path

from rds_secure.audit.trail.files import Folder
from rds_secure.audit.trail.judge import judge
from rds_secure.finding import Severity
from tests.audit.generated import JUDGED_BY, START, found_in, trail


def test_everything_planted_is_found_and_nothing_else(tmp_path: Path) -> None:
    expected = trail(tmp_path, 3_000)
    folder = Folder(tmp_path)
    seen = judge(folder.records(), JUDGED_BY)
    assert found_in(seen) == expected
    assert (seen.events, seen.malformed, folder.broken, folder.files) == (3_000, 0, [], 6)
    assert seen.first == START
    assert seen.suspects()[0].severity is Severity.CRITICAL
