"""What is kept of an apply: its journal, as it goes on, and the reports that were asked for, when it is over.

A journal that cannot be written is said once, and costs nothing else. `--resume` begins with what the last one tells.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from rds_secure.apply import journal
from rds_secure.apply.journal import Journal
from rds_secure.cli.revision import revision
from rds_secure.events import Event, utc
from rds_secure.plan import Plan
from rds_secure.plan.approved import ApprovedAccess
from rds_secure.plan.report import Collector, Report, read_back
from rds_secure.render.screen import printable
from rds_secure.sandbox.state import home
from rds_secure.values import Address


class Record:
    """An observer of one apply. ``reports``: the files to write; ``files``: the spec's, for the commit they are of.

    ``save`` writes the plan that is carried out to a file beside the journal, so that the rest of it needs no other
    approval.
    """

    def __init__(
        self,
        reports: Sequence[Path] = (),
        files: Sequence[str] = (),
        save: Callable[[Path, Plan, ApprovedAccess | None], None] | None = None,
    ) -> None:
        self._reports, self._files, self._save = reports, files, save
        self._journal: Journal | None = None
        self._collector = Collector()
        self._who, self._started = "", ""

    def begin(self, plan: Plan, who: str, gains: ApprovedAccess | None = None) -> None:
        """Open the journal, before the first call. ``gains``: what was shown that somebody gains by the plan."""
        self._who, self._started = who, utc()
        where = place(plan.account, plan.region, plan.stack)
        if where is None:
            return
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        self._journal = Journal(where / f"{name}.jsonl")
        calls = sum(1 for _ in plan.operations())
        self._journal.begin(
            stack=plan.stack, account=plan.account, region=plan.region, who=who, digest=plan.digest, calls=calls
        )
        if self._save and not self._journal.trouble:
            self._save(self._journal.path.with_suffix(journal.PLAN), plan, gains)

    def nothing_left(self, plan: Plan) -> None:
        """There was nothing to do, so that no apply before this one has anything left either."""
        if where := place(plan.account, plan.region, plan.stack):
            journal.settle(where)

    def __call__(self, event: Event) -> None:
        """Take an event in."""
        if self._journal:
            self._journal(event)
        self._collector(event)

    def end(self, outcome: str, plan: Plan, after: Plan | None, exports: Mapping[Address, Mapping[str, str]]) -> None:
        """Close the journal, and write the reports."""
        if self._journal:
            self._journal.end(outcome)
            if self._journal.trouble:
                click.echo(printable(f"the journal of this apply is not complete: {self._journal.trouble}"), err=True)
        if not self._reports:
            return
        commit, is_clean = revision(self._files)
        report = Report(
            plan=plan,
            who=self._who,
            commit=commit,
            is_clean=is_clean,
            started=self._started,
            ended=utc(),
            outcome=outcome,
            calls=tuple(self._collector.calls),
            resources=tuple(read_back(plan, after, exports)),
        )
        for path in self._reports:
            _write(path, report)


def place(account: str, region: str, stack: str) -> Path | None:
    """Where the journals of a stack are; None, which is said, where nothing can be written."""
    try:
        return journal.folder(home(), account, region, stack)
    except OSError as error:
        click.echo(printable(f"no journal is written: {error.filename}: {error.strerror}"), err=True)
        return None


def told(found: journal.Record) -> Iterator[str]:
    """What a journal tells of an apply that did not come to its end, in plain words."""
    begin, ended = found.begin, _END.get(found.ended, "stopped in the middle")
    counts = (
        f"{len(found.done)} of {begin['calls']} calls are done, {len(found.failed)} failed, "
        f"{len(found.open)} may have taken effect, {found.left} remain"
    )
    yield f"the apply of {begin['at']} by {begin['who']} {ended}: {counts}"
    for line in found.open:
        yield f"  may have taken effect: {line['address']}: {line['summary']} ({line['call']})"
    for line in found.failed:
        yield f"  failed: {line['address']}: {line['summary']}: {line['code']}: {line['message']}"


_END = {"failed": "failed", "interrupted": "was interrupted", "not converged": "did not converge"}


def _write(path: Path, report: Report) -> None:
    """JSON, or Markdown where the file is named so. A report that cannot be written is said: the apply is over."""
    if path.suffix.lower() in (".md", ".markdown"):
        from rds_secure.render.report_markdown import report_markdown

        text = report_markdown(report)
    else:
        from rds_secure.render.json import report_json

        text = report_json(report) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        click.echo(printable(f"the report could not be written: {path}: {error.strerror}"), err=True)
