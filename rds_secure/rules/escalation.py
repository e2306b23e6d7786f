"""The rule that no policy lets somebody have more than it says, whoever has it. By what, `access.iam.escalate` knows.

A policy is tried out by itself, in an account that is made up: a user, a role and a group's member who have it and
nothing else, and beside them an administrator of every kind, whom only a pattern fits that fits any name. So a policy
about others by name is not told here: what those may is a question about the account (`access review`).
"""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.access.iam.escalate import Escalation, Escalations
from rds_secure.access.iam.estate import Estate, instance
from rds_secure.access.iam.identities import Group, Identities, Role, User
from rds_secure.access.iam.logic import YES
from rds_secure.access.iam.means import LAUNCHES, MEANS
from rds_secure.access.iam.policy import Policy, Statement, compile_policy
from rds_secure.access.iam.who import Who
from rds_secure.finding import Severity, State
from rds_secure.inventory.model import Place
from rds_secure.rules.model import Context, Of, Rule, Subject, Verdict, aka
from rds_secure.rules.wildcards import is_admin
from rds_secure.rules.written import action_part, each_document, placed

_SOME, _MEMBER, _ABOVE = "\uf8f0", "\uf8f1", "\uf8f2"
"""Names that nobody has: of whoever has the policy, of a member of a group that has it, of administrators."""

_ALL = compile_policy("everything", {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
_LAUNCHING = [launch.service for launch in LAUNCHES]
_TRUSTED = compile_policy(
    "trust",
    {"Statement": {"Effect": "Allow", "Principal": {"Service": _LAUNCHING}, "Action": "sts:AssumeRole"}},
)


def _escalates(subject: Subject, policy: Policy, context: Context) -> Iterator[Verdict]:
    statements = policy.statements or ()
    able = [one for one in statements if one.allow and _may_name(one, "iam")]
    if not any(one.covers(means.action) for one in able for means in MEANS):
        return
    if any(map(is_admin, statements)):
        return  # there is no more to have
    found = list(_found(subject, policy, context.posture.inventory.place))
    sure = [one for one in found if one.when is YES]
    actions = list(dict.fromkeys(one.action for one in sure or found))
    if actions:
        place, number = _where(policy, actions[0])
        more = f", {', '.join(actions[1:])}" if len(actions) > 1 else ""
        said = f"lets whoever has it have more than it says, by {actions[0]}{more}"
        state = State.FAIL if sure else State.UNKNOWN
        perhaps = "" if sure else ", under conditions"
        yield placed(state, subject, place, said + perhaps, *action_part(statements[place], number))


def _may_name(statement: Statement, service: str) -> bool:
    """Whether a statement may be about an action of a service, at a glance."""
    prefixes = (pattern.widest.partition(":")[0].lower() for pattern in statement.actions)
    return statement.not_actions or any(each == service or set(each) & {"*", "?"} for each in prefixes)


def _where(policy: Policy, action: str) -> tuple[int, int]:
    """The statement that allows an action, and the number of its pattern there."""
    statements = policy.statements or ()
    place = next(place for place, one in enumerate(statements) if one.allow and one.covers(action))
    patterns = (statements[place].actions if not statements[place].not_actions else ()) or ()
    name = action.partition(":")[2].lower()
    fits = [number for number, one in enumerate(patterns) if one.widest.lower().endswith(name)]
    return place, fits[0] if fits else 0


def _found(subject: Subject, policy: Policy, place: Place) -> Iterator[Escalation]:
    local = f"arn:{place.partition}:iam::{place.account}:"
    own, above = f"{local}policy/{_SOME}", f"{local}policy/{_ABOVE}"
    if not subject.inline:
        own = str(subject.reply["Arn"])
    users, groups, roles = _holders(subject, local, own)
    identities = Identities(
        place.account,
        place.partition,
        (*users, User(_ABOVE, f"{local}user/{_ABOVE}", attached=(above,))),
        (*groups, Group(_ABOVE, f"{local}group/{_ABOVE}", attached=(above,))),
        (*roles, Role(_ABOVE, f"{local}role/{_ABOVE}", _TRUSTED, attached=(above,))),
        {own: policy, above: _ALL},
    )
    asked = Escalations(Who(identities, _estate(place)))
    for user in users:
        yield from asked.of(user)
    for role in roles:
        yield from asked.of(role)


def _holders(subject: Subject, local: str, policy: str) -> tuple[list[User], list[Group], list[Role]]:
    """Who may have it: of an inline policy the one who has it, of a managed one somebody of any name."""
    kinds = {"UserName": "user", "GroupName": "group", "RoleName": "role"}
    kind, name = next(((kind, subject.reply[key]) for key, kind in kinds.items() if key in subject.reply), ("", _SOME))
    arn = str(subject.reply["Arn"]) if subject.inline else ""
    users = [User(name, arn or f"{local}user/{name}", attached=(policy,))]
    groups = [Group(name, arn or f"{local}group/{name}", attached=(policy,))]
    roles = [Role(name, arn or f"{local}role/{name}", Policy("trust", ()), attached=(policy,))]
    member = User(_MEMBER, f"{local}user/{_MEMBER}", groups=(name,))
    match kind:
        case "user":
            return users, [], []
        case "group":
            return [member], groups, []
        case "role":
            return [], [], roles
    return [*users, member], groups, roles


def _estate(place: Place) -> Estate:
    """A database, with all that may be asked about."""
    at = f"{place.region}:{place.account}"
    database = instance(
        "db:some",
        f"arn:{place.partition}:rds:{at}:db:{_SOME}",
        f"db-{_SOME}",
        others={
            "key": f"arn:{place.partition}:kms:{at}:key/{_SOME}",
            "secret": f"arn:{place.partition}:secretsmanager:{at}:secret:{_SOME}",
        },
    )
    return Estate(place.account, place.region, (database,), {}, place.partition)


_OWN = "arn:aws:iam::123456789012:user/${aws:username}"

RULES = (
    Rule(
        id="no-escalation",
        of=(Of.POLICY,),
        severity=Severity.HIGH,
        title="No policy lets somebody have more than it says",
        why="Whoever may write their own policies, or become somebody who may, may do everything.",
        fix="take the action out, name what it may be done to, or ask for 'iam:PermissionsBoundary'",
        decide=each_document(_escalates),
        good=f"{{Effect: Allow, Action: 'iam:ChangePassword', Resource: '{_OWN}'}}",
        bad=f"{{Effect: Allow, Action: 'iam:PutUserPolicy', Resource: '{_OWN}'}}",
        field="statements",
        aliases=aka(
            prowler="iam_policy_allows_privilege_escalation iam_inline_policy_allows_privilege_escalation",
            checkov="CKV_AWS_286",
        ),
    ),
)
