"""Rules about wildcards that count: how many actions they stand for, and where an action is allowed on everything.

What a policy covers the evaluator's own match functions say; how many actions that are, the reference. A statement with
conditions is not asked about where it allows something on everything: they may bind it as well as resources do.
"""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.access.iam.context import OPEN
from rds_secure.access.iam.logic import YES
from rds_secure.access.iam.policy import Policy, Statement
from rds_secure.authorization import Action, Level, Service
from rds_secure.finding import Severity
from rds_secure.inventory.model import Place
from rds_secure.rules.model import Context, Decide, Of, Rule, Subject, Verdict, aka
from rds_secure.rules.words import covered
from rds_secure.rules.written import action_part, each_document, each_statement, wrong

_SOME = "\uf8ff"
"""A name that nobody has: only a pattern that takes every name takes it."""
_ANYTHING = f"arn:aws:{_SOME}:{_SOME}:{_SOME}:{_SOME}"
_ANY_KEY = f"arn:aws:kms:{_SOME}:{_SOME}:key/{_SOME}"
_OPENING = ("kms:Decrypt", "kms:ReEncryptFrom")
_PASS = "iam:PassRole"  # noqa: S105 - an action

_MANY = 10
"""So many actions that change something are more than anybody reads out of one pattern."""


def is_admin(statement: Statement) -> bool:
    """Whether it allows everything on everything."""
    everything = statement.covers(f"{_SOME}:{_SOME}") and statement.about(_ANYTHING, OPEN) is YES
    return statement.allow and everything


def _admin(statement: Statement, place: int, subject: Subject) -> Iterator[Verdict]:
    if is_admin(statement) and not subject.bounds:  # which allows nobody anything; Security Hub leaves those out, too
        yield wrong(subject, place, "allows everything on everything")


# Actions


def _whole_service(statement: Statement, place: int, subject: Subject) -> Iterator[Verdict]:
    if not statement.allow or is_admin(statement) or subject.bounds:
        return
    if statement.not_actions:
        but = ", ".join(map(str, statement.actions))
        yield wrong(subject, place, f"allows every action of every service but {but}", "NotAction")
        return
    for number, pattern in enumerate(statement.actions):
        prefix, colon, name = pattern.widest.partition(":")
        if not colon and prefix == "*":
            yield wrong(subject, place, "allows every action of every service", *action_part(statement, number))
        elif colon and set(name) <= {"*"} and name:
            said = f"allows every action of {prefix.lower()}{_counted(covered(pattern))}"
            yield wrong(subject, place, said, *action_part(statement, number))


def _counted(found: tuple[Service, tuple[Action, ...]] | None) -> str:
    """``: 173, of which 120 write and 3 say who may do what``; "" where that is not known."""
    if found is None:
        return ""
    actions = found[1]
    writing = [action for action in actions if action.level is Level.WRITE]
    ruling = [action for action in actions if action.level is Level.PERMISSIONS]
    parts = [f"{len(writing)} write"] if writing else []
    parts += [f"{len(ruling)} say who may do what"] if ruling else []
    return f": {len(actions)}{', of which ' if parts else ''}{' and '.join(parts)}"


def _partly(statement: Statement) -> Iterator[tuple[int, tuple[Service, tuple[Action, ...]]]]:
    """The patterns of an allow that name several actions of a service, but not all."""
    for number, pattern in enumerate(statement.actions if statement.allow and not statement.not_actions else ()):
        name = pattern.widest.partition(":")[2]
        found = covered(pattern)
        if found and set(name) & set("*?") and not set(name) <= {"*"}:
            yield number, found


def _ruling(statement: Statement, place: int, subject: Subject) -> Iterator[Verdict]:
    for number, (_, actions) in _partly(statement):
        ruling = [action.name for action in actions if action.level is Level.PERMISSIONS]
        if ruling and len(actions) > 1:
            of = f"which is {len(actions)} actions, and {_listed(ruling)} among them"
            said = f"allows {statement.actions[number]}, {of}"
            yield wrong(subject, place, said, *action_part(statement, number))


def _wide(statement: Statement, place: int, subject: Subject) -> Iterator[Verdict]:
    for number, found in _partly(statement):
        if sum(action.writes for action in found[1]) > _MANY:
            said = f"allows {statement.actions[number]}{_counted(found)}"
            yield wrong(subject, place, said, *action_part(statement, number))


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}"


# Resources


def _every_key(statement: Statement, place: int, subject: Subject) -> Iterator[Verdict]:
    opening = [action for action in _OPENING if statement.allow and statement.covers(action)]
    if opening and statement.about(_ANY_KEY, OPEN) is YES and not subject.bounds:
        yield wrong(subject, place, f"allows {' and '.join(opening)} with every key")


def _every_role(subject: Subject, policy: Policy, context: Context) -> Iterator[Verdict]:
    role = _whatever("arn:*:iam::*:role/*", context.posture.inventory.place)
    for place, statement in enumerate(policy.statements or ()):
        if is_admin(statement) or not (statement.allow and statement.covers(_PASS)):
            continue
        bound = any(test.key.lower() == "iam:passedtoservice" for test in statement.conditions)
        if not bound and statement.about(role, OPEN) is YES:
            yield wrong(subject, place, "allows iam:PassRole of every role, to every service")


def _on_everything(level: Level, what: str) -> Decide:
    """The rule that no policy allows actions of a level on whatever they act on, in every Region."""

    def check(subject: Subject, policy: Policy, context: Context) -> Iterator[Verdict]:
        for place, statement in enumerate(policy.statements or ()):
            wild = any(resource.widest.endswith("*") for resource in statement.resources) or statement.not_resources
            if not (statement.allow and wild) or statement.not_actions or statement.conditions or is_admin(statement):
                continue
            found = dict(_unbound(statement, level, context.posture.inventory.place))
            if found:
                said = f"allows {_listed(list(found))} on everything: {len(found)} that {what}"
                yield wrong(subject, place, said, *action_part(statement, next(iter(found.values()))))

    return each_document(check)


def _unbound(statement: Statement, level: Level, place: Place) -> Iterator[tuple[str, int]]:
    """The actions of a level that are allowed on all that they act on, each with the number of its pattern."""
    for number, pattern in enumerate(statement.actions):
        found = covered(pattern)
        for service, action in ((found[0], action) for action in found[1]) if found else ():
            name = f"{service.prefix}:{action.name}"
            if action.level is level and action.types and not _is_asked_elsewhere(name):
                arns = (_whatever(arn, place) for arn in service.arns(action))
                if all(statement.about(arn, OPEN) is YES for arn in arns):
                    yield name, number


def _is_asked_elsewhere(action: str) -> bool:
    """Whether another rule is about it; what makes something new changes nothing that is there."""
    makes = action.partition(":")[2].startswith("Create") and not action.startswith(("iam:", "kms:"))
    return makes or action in (_PASS, *_OPENING)


def _whatever(pattern: str, place: Place) -> str:
    """An ARN of a type with names that nobody has, in the own account and no Region that there is."""
    fields = pattern.split(":", 5)
    if len(fields) == 6:
        fields[1], fields[4] = place.partition, fields[4].replace("*", place.account)
    return ":".join(fields).replace("*", _SOME) if pattern != "*" else _ANYTHING


def _said(actions: str, resource: str) -> str:
    return f"{{Effect: Allow, Action: [{actions}], Resource: '{resource}'}}"


_ONE_KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
_ONE_DB = "arn:aws:rds:eu-west-1:123456789012:db:orders"
_ONE_ROLE = "arn:aws:iam::123456789012:role/monitoring"

RULES = (
    Rule(
        id="no-admin-policy",
        of=(Of.POLICY,),
        severity=Severity.HIGH,
        title="No policy allows everything on everything",
        why="Whoever has it owns the account, its databases and all that is in them.",
        fix="name the actions and the resources that are needed",
        decide=each_statement(_admin),
        good=_said("rds:StartDBInstance", _ONE_DB),
        bad=_said("'*'", "*"),
        field="statements",
        aliases=aka(
            hub="IAM.1",
            config="iam-policy-no-statements-with-admin-access",
            prowler="iam_customer_attached_policy_no_administrative_privileges "
            "iam_customer_unattached_policy_no_administrative_privileges "
            "iam_inline_policy_no_administrative_privileges",
            checkov="CKV_AWS_1 CKV_AWS_49 CKV_AWS_62 CKV_AWS_63 CKV_AWS_274 CKV_AWS_275",
        ),
    ),
    Rule(
        id="no-service-wildcard",
        of=(Of.POLICY,),
        severity=Severity.LOW,
        title="No policy allows every action of a service",
        why="Every new action of the service is allowed too, and deleting is always among them.",
        fix="name the actions that are needed",
        decide=each_statement(_whole_service),
        good=_said("rds:StartDBInstance", _ONE_DB),
        bad=_said("'rds:*'", _ONE_DB),
        field="statements",
        aliases=aka(hub="IAM.21", config="iam-policy-no-statements-with-full-access"),
    ),
    Rule(
        id="no-permission-wildcard",
        of=(Of.POLICY,),
        severity=Severity.MEDIUM,
        title="No wildcard stands for actions that say who may do what",
        why="Such actions are meant one by one; in a pattern nobody sees them.",
        fix="name the actions that are needed",
        decide=each_statement(_ruling),
        good=_said("'kms:Describe*'", _ONE_KEY),
        bad=_said("'kms:*Key*'", _ONE_KEY),
        field="statements",
        aliases=aka(checkov="CKV_AWS_289"),
    ),
    Rule(
        id="no-wide-wildcard",
        of=(Of.POLICY,),
        severity=Severity.LOW,
        title=f"No wildcard stands for more than {_MANY} actions that change something",
        why="Nobody knows them all, and every new action that fits is allowed too.",
        fix="name the actions that are needed",
        decide=each_statement(_wide),
        good=_said("'rds:Describe*'", "*"),
        bad=_said("'rds:Delete*'", _ONE_DB),
        field="statements",
        aliases=aka(checkov="CKV_AWS_290"),
    ),
    Rule(
        id="no-permissions-everywhere",
        of=(Of.POLICY,),
        severity=Severity.MEDIUM,
        title="No policy lets somebody say who may do what of everything",
        why="Whoever says who may use any key or secret may use it, or let anybody.",
        fix="name the resources, or ask for something in 'conditions'",
        decide=_on_everything(Level.PERMISSIONS, "say who may do what"),
        good=_said("kms:PutKeyPolicy", _ONE_KEY),
        bad=_said("kms:PutKeyPolicy", "*"),
        field="statements",
        aliases=aka(checkov="CKV_AWS_289", parliament="RESOURCE_STAR RESOURCE_EFFECTIVELY_STAR"),
    ),
    Rule(
        id="no-writes-everywhere",
        of=(Of.POLICY,),
        severity=Severity.LOW,
        title="No policy lets somebody change everything of a kind",
        why="What is meant for one database can then be done to all, by mistake as well.",
        fix="name the resources, or ask for something in 'conditions'",
        decide=_on_everything(Level.WRITE, "change something"),
        good=_said("rds:RebootDBInstance", _ONE_DB),
        bad=_said("rds:RebootDBInstance", "*"),
        field="statements",
        aliases=aka(
            checkov="CKV_AWS_290 CKV_AWS_355 CKV_AWS_356", parliament="RESOURCE_STAR RESOURCE_EFFECTIVELY_STAR"
        ),
    ),
    Rule(
        id="no-decrypt-with-every-key",
        of=(Of.POLICY,),
        severity=Severity.MEDIUM,
        title="No policy allows decrypting with every key",
        why="Keys keep data apart only if nobody has them all.",
        fix="name the keys in 'resources'",
        decide=each_statement(_every_key),
        good=_said("kms:Decrypt", _ONE_KEY),
        bad=_said("kms:Decrypt", "*"),
        field="statements",
        aliases=aka(
            hub="KMS.1 KMS.2",
            config="iam-customer-policy-blocked-kms-actions iam-inline-policy-blocked-kms-actions",
            prowler="iam_policy_no_full_access_to_kms iam_inline_policy_no_full_access_to_kms",
        ),
    ),
    Rule(
        id="no-pass-any-role",
        of=(Of.POLICY,),
        severity=Severity.MEDIUM,
        title="Nobody may pass every role to every service",
        why="Whoever passes a role to something that runs for them does what the role may, also an administrator's.",
        fix="name the roles in 'resources', or the service in a condition on 'iam:PassedToService'",
        decide=each_document(_every_role),
        good=_said("iam:PassRole", _ONE_ROLE),
        bad=_said("iam:PassRole", "*"),
        field="statements",
        aliases=aka(analyzer="PASS_ROLE_WITH_STAR_IN_RESOURCE PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE"),
    ),
)
