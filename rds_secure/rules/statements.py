"""Rules about statements that do nothing: others say it already, or take it back (see `access.iam.redundant`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rds_secure.access.iam.policy import Policy
from rds_secure.access.iam.redundant import redundant
from rds_secure.finding import Severity
from rds_secure.rules.model import Context, Rule, Subject, Verdict, aka
from rds_secure.rules.written import DOCUMENTS, each_document, wrong


def _needless(told: str, *, denied: bool) -> Callable[[Subject, Policy, Context], Iterator[Verdict]]:
    def check(subject: Subject, policy: Policy, context: Context) -> Iterator[Verdict]:
        for one in redundant(policy):
            if one.denied is denied:
                names = " and ".join((policy.statements or ())[place].name for place in one.by)
                yield wrong(subject, one.place, told.format(names))

    return check


_READ = "Effect: Allow, Action: 'rds:Describe*', Resource: '*'"
_MORE = "Effect: Allow, Action: 'rds:DescribeDBInstances', Resource: '*'"
_DENY = "Effect: Deny, Action: 'rds:*', Resource: '*'"

RULES = (
    Rule(
        id="no-shadowed-statement",
        of=DOCUMENTS,
        severity=Severity.LOW,
        title="No statement says what others of its policy say already",
        why="It hides what is meant: whoever takes it out to take something away takes nothing away.",
        fix="take it out, or take out of the others what only this one was to say",
        decide=each_document(_needless("says nothing that {} does not say already", denied=False)),
        good=f"{{Statement: [{{{_READ}}}]}}",
        bad=f"{{Statement: [{{{_READ}}}, {{{_MORE}}}]}}",
        field="document",
        aliases=aka(analyzer="REDUNDANT_STATEMENT"),
    ),
    Rule(
        id="no-allow-taken-back",
        of=DOCUMENTS,
        severity=Severity.LOW,
        title="No statement allows what its own policy denies",
        why="It does nothing, and somebody believes that it does.",
        fix="take it out, or deny less",
        decide=each_document(_needless("allows nothing, as {} denies all of it", denied=True)),
        good=f"{{Statement: [{{{_READ}}}]}}",
        bad=f"{{Statement: [{{{_READ}}}, {{{_DENY}}}]}}",
        field="document",
    ),
)
