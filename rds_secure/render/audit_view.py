"""An audit as the published JSON shows it, which is its history too: a later audit can be compared with it.

Adding a field keeps `format_version`'s first number; anything that an old reader would misread changes it.
"""

from __future__ import annotations

from typing import Any, Literal

from rds_secure.access.iam.callers import Caller
from rds_secure.access.protection import Unknown
from rds_secure.audit.declared import Expectation
from rds_secure.audit.history import Change, Comparison, Sort
from rds_secure.audit.report import Audit, failing
from rds_secure.audit.standing import Allowed, Standing
from rds_secure.finding import State
from rds_secure.render.audit_words import graded
from rds_secure.render.check_view import FindingView, PlaceView, counted, finding_view
from rds_secure.render.hub_view import HubView, hub_view
from rds_secure.render.json import schema_of, written
from rds_secure.render.published import View
from rds_secure.render.trail_view import LEVELS, Level, TrailView, stamp, trail_view

VerdictName = Literal["none", "latent", "unknown", "possible", "reachable"]


_NAMED = 20


class PrincipalsView(View):
    """Some principals. `access review` lists all of them, with the reasons."""

    count: int
    """How many they are."""
    named: tuple[str, ...]
    """Their ARNs, the first 20 of them."""


class AllowedView(View):
    """Who may do something to a database. Roles that only AWS services can use, and the root user where he may always,
    are left out."""

    always: PrincipalsView
    """Without conditions."""
    perhaps: PrincipalsView
    """On conditions."""
    by_themselves: PrincipalsView
    """Who can give themselves the right."""


class DatabaseView(View):
    """How an instance or cluster stands. Null: not known."""

    id: str
    """`db:orders`, `cluster:orders`."""
    engine: str
    """The engine, as RDS calls it."""
    version: str
    """Its version."""
    stack: str
    """The stack that it is of; empty where it is of none."""
    address: str | None
    """Where it stands there."""
    failed: dict[Level, int]
    """How many rules fail on it, by severity."""
    delete: AllowedView | None
    """Who may delete it."""
    modify: AllowedView | None
    """Who may change it."""
    from_internet: VerdictName | None
    """The best that anybody on the internet comes to."""
    from_anywhere: VerdictName | None
    """The best that anybody at all comes to."""
    encrypted: bool | None
    """Whether its storage is."""
    key: str | None
    """The ARN of the key; null where there is none too."""
    tls_required: bool | None
    """Whether connections without TLS are refused now."""
    backup_days: int | None
    """For how many days backups are kept; those of its cluster, of a member."""
    deletion_protection: bool | None
    """Whether a call to delete it is refused."""
    public: bool | None
    """Whether it has a public address."""


class ExpectationView(View):
    """What a stack expects of access, and what has become of it."""

    stack: str
    """The stack."""
    expected: str
    """What is expected, in words."""
    because: str
    """Why, as the spec has it; may be empty."""
    state: Literal["met", "unknown", "broken"]
    """What has become of it."""
    holds: bool
    """Whether it stops nothing: what is unknown may be allowed by the spec."""
    what: str
    """Who or what breaks it, or why nobody knows; empty where it holds."""
    location: PlaceView
    """Where it is written."""


class ChangeView(View):
    """A finding that is not as it was."""

    rule: str
    """The rule; `expect/` with a stack, or `trail/` with a pattern."""
    subject: str
    """On what; what is expected; or by whom."""
    severity: Level
    """How bad it is, or was where it is gone."""
    message: str
    """What is so, or was."""
    note: str
    """In what it differs; may be empty."""


class ComparisonView(View):
    """What is not as an earlier audit found it."""

    since: str
    """When that was."""
    new: tuple[ChangeView, ...]
    """What fails now and did not so then; of a trail also what has newer events."""
    gone: tuple[ChangeView, ...]
    """What failed, and passes now or is not there any more."""
    changed: tuple[ChangeView, ...]
    """What is otherwise: another severity or message, waived, or not known any more."""
    blinded: int
    """How many answers passed then and are not known now."""


class UnreadView(View):
    """A read that was not answered."""

    call: str
    """The service and the action, such as kms:GetKeyPolicy."""
    subject: str
    """What it was asked of; empty where it lists all there are."""
    code: str
    """AWS's error code."""


class AuditView(View):
    """What `rds-secure audit --format json` prints."""

    format_version: Literal["1.0"]
    """The version of this format."""
    version: str
    """That of rds-secure."""
    account: str
    """The account's id; empty where the account was not asked."""
    region: str
    """The region; empty likewise."""
    at: str
    """When, in UTC and ISO 8601; of a recording when it was made."""
    caller: str
    """The ARN of who asked."""
    profile: str
    """How much was asked for: baseline, strict, or the file that lists the rules."""
    policies: tuple[str, ...]
    """The policies that bound it."""
    rules: tuple[str, ...]
    """The ids of the rules that were asked; of others nothing is said."""
    stacks: tuple[str, ...]
    """The stacks whose specs were given."""
    counts: dict[State, int]
    """How many findings there are of each state."""
    failed: dict[Level, int]
    """How many of those that fail are of each severity."""
    databases: tuple[DatabaseView, ...]
    """How each database stands, the worst first."""
    findings: tuple[FindingView, ...]
    """Every answer of a rule, those that pass as well. Rule and subject together name it, from audit to audit."""
    expectations: tuple[ExpectationView, ...]
    """What the specs expect of access."""
    unread: tuple[UnreadView, ...]
    """Reads that were not answered: what depends on them is unknown."""
    trail: TrailView | None
    """What CloudTrail shows; null where nobody asked it."""
    hub: HubView | None
    """What Security Hub says; null where nobody asked it."""
    compared: ComparisonView | None
    """What is not as an earlier audit found it; null where none was given."""


def audit_view(found: Audit, version: str) -> AuditView:
    """The whole audit. ``version``: that of this tool."""
    unread = found.posture.inventory.unread if found.posture else {}
    return AuditView(
        format_version="1.0",
        version=version,
        account=found.account,
        region=found.region,
        at=stamp(found.at),
        caller=found.caller,
        profile=found.guardrails.profile.value,
        policies=tuple(policy.file for policy in found.guardrails.policies),
        rules=tuple(rule.id for rule in found.guardrails.rules) if found.posture else (),
        stacks=found.stacks,
        counts=counted(found.findings),
        failed={LEVELS[grade]: number for grade, number in graded(failing(found.findings)).items()},
        databases=tuple(map(_database, found.standings)),
        findings=tuple(map(finding_view, found.findings)),
        expectations=tuple(_expectation(one, found) for one in found.expectations),
        unread=tuple(
            UnreadView(call=f"{each.service}:{each.action}", subject=each.subject, code=code)
            for each, code in sorted(unread.items())
        ),
        trail=trail_view(found.trail) if found.trail else None,
        hub=hub_view(found.hub) if found.hub else None,
        compared=_comparison(found.compared) if found.compared else None,
    )


def _database(one: Standing) -> DatabaseView:
    protected, exposure = one.protected, one.exposure
    allowed = {verb: _allowed(one.allowed[verb]) for verb in one.allowed} if one.allowed else {}
    return DatabaseView(
        id=one.id,
        engine=protected.engine,
        version=protected.version,
        stack=one.stack,
        address=None if one.address is None else str(one.address),
        failed={LEVELS[grade]: number for grade, number in one.failed.items()},
        delete=allowed.get("delete"),
        modify=allowed.get("modify"),
        from_internet=None if exposure is None else _VERDICTS[exposure.internet],
        from_anywhere=None if exposure is None else _VERDICTS[exposure.verdict],
        encrypted=_known(protected.encrypted),
        key=_known(protected.key),
        tls_required=_known(protected.tls.in_effect),
        backup_days=_known(protected.backup_days),
        deletion_protection=_known(protected.deletion_protection),
        public=_known(protected.public),
    )


def _known(value: Any) -> Any:
    return None if isinstance(value, Unknown) else value


_VERDICTS: tuple[VerdictName, ...] = ("none", "latent", "unknown", "possible", "reachable")
"""By `Verdict`."""


def _allowed(who: Allowed) -> AllowedView:
    return AllowedView(
        always=_principals(who.always), perhaps=_principals(who.perhaps), by_themselves=_principals(who.by_themselves)
    )


def _principals(callers: tuple[Caller, ...]) -> PrincipalsView:
    arns = sorted({each.arn for each in callers})
    return PrincipalsView(count=len(arns), named=tuple(arns[:_NAMED]))


def _expectation(one: Expectation, found: Audit) -> ExpectationView:
    outcome = one.outcome
    at = outcome.expected.at
    return ExpectationView(
        stack=one.stack,
        expected=found.expected(one),
        because=outcome.expected.expectation.because,
        state=outcome.state.value,
        holds=outcome.holds,
        what="" if outcome.holds else found.problem(one).what,
        location=PlaceView(file=at.file, line=at.line, column=at.column),
    )


def _comparison(one: Comparison) -> ComparisonView:
    new, gone, changed = (tuple(map(_change, one.of(sort))) for sort in (Sort.NEW, Sort.GONE, Sort.CHANGED))
    return ComparisonView(since=stamp(one.since), new=new, gone=gone, changed=changed, blinded=one.blinded)


def _change(one: Change) -> ChangeView:
    return ChangeView(
        rule=one.rule,
        subject=one.subject,
        severity=LEVELS[one.entry.severity],
        message=one.entry.message,
        note=one.note,
    )


def audit_json(found: Audit, version: str) -> str:
    """An audit as JSON."""
    return written(audit_view(found, version))


def audit_schema() -> dict[str, Any]:
    """The JSON Schema of what `audit_json` writes."""
    return schema_of(AuditView, "audit")
