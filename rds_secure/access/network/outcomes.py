"""One verdict out of the paths to all ports and places of a target. It follows no path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rds_secure.access.network.evidence import Grade, Outcome, Path, Role, Verdict
from rds_secure.access.network.target import Door


def best(paths: Iterable[Path]) -> Path:
    """The path that comes furthest: by verdict, then by how little is in its way. Of equals the first."""
    return min(paths, key=_rank)


def outcome(paths: Sequence[Path]) -> Outcome:
    """What becomes of a source with these paths, one for each port and place.

    Whatever is there now decides alone. Where a member is at one of several places, only what holds at each is sure;
    what holds at some is possible. A standby's place, or a port to come, is never more than possible: paths say so.
    """
    candidates: dict[tuple[str, Door], list[Verdict]] = {}
    verdict = Verdict.NONE
    for path in paths:
        if path.place.role is Role.CANDIDATE:
            candidates.setdefault((path.place.member, path.door), []).append(path.verdict)
        else:
            verdict = max(verdict, path.verdict)
    for verdicts in candidates.values():
        verdict = max(verdict, _one_of(verdicts))
    return Outcome(verdict, tuple(sorted(paths, key=_rank)))


def _one_of(verdicts: Sequence[Verdict]) -> Verdict:
    best = max(verdicts)
    return best if best is min(verdicts) else min(best, Verdict.POSSIBLE)


def _rank(path: Path) -> tuple[int, int]:
    blocked = sum(hop.grade is Grade.BLOCKED for hop in path.hops)
    return -path.verdict, blocked
