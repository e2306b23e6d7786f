"""Rules about what policies are made of: actions and condition keys that AWS has, and that go together.

AWS adds actions and keys: what is not known here may be new, which the findings say. Of services that are not in the
reference only their prefixes are known, so nothing is said of their actions.
"""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.access.iam.globs import arns_overlap
from rds_secure.access.iam.match import Template, Variable
from rds_secure.access.iam.policy import Statement
from rds_secure.authorization import Action, Service, reference
from rds_secure.authorization.keys import GLOBAL
from rds_secure.authorization.model import key_fits
from rds_secure.finding import Severity
from rds_secure.rules.model import Of, Rule, Subject, Verdict, aka
from rds_secure.rules.written import DOCUMENTS, Part, action_part, each_statement, resource_part, wrong
from rds_secure.spec.suggest import closest

_BUCKET = "arn:*:s3:::*"

_OPEN = ("aws:requesttag/*", "aws:tagkeys", "aws:resourcetag/*")
"""Global keys that only some actions have; the reference lists them at each (IAM user guide)."""


def _suggested(word: str, known: Iterator[str]) -> str:
    guess = closest(word, known)
    return f": did you mean {guess}?" if guess else ""


# Actions


def _unknown_actions(statement: Statement, place: int, subject: Subject) -> Iterator[Verdict]:
    known = reference()
    for number, pattern in enumerate(statement.actions):
        prefix, colon, name = (pattern.glob or "").partition(":")
        if not colon or set(prefix) & set("*?"):
            continue  # everything, or what AWS refuses
        part = action_part(statement, number)
        service = known.service(prefix)
        if service is None and prefix.lower() not in known.prefixes:
            said = f"names {pattern}, and as of {known.date} AWS has no service {prefix}"
            yield wrong(subject, place, said + _other_service(prefix.lower(), name), *part)
        elif service and not service.matching(name):
            names = (f"{service.prefix}:{action.name}" for action in service.actions.values())
            said = f"names {pattern}, and as of {known.date} AWS has no such action"
            guess = "" if set(name) & set("*?") else _suggested(str(pattern), names)
            yield wrong(subject, place, said + guess, *part)


def _other_service(prefix: str, name: str) -> str:
    """What may have been meant instead: a service that has such actions, and whose prefix is like this one."""
    services = (reference().service(each) for each in reference().services)
    having = [service.prefix for service in services if service and service.matching(name)]
    swapped = [each for each in having if sorted(each) == sorted(prefix)]
    guess = swapped[0] if swapped else closest(prefix, having)
    return f": did you mean {guess}:{name}?" if guess else ""


def covered(pattern: Template) -> tuple[Service, tuple[Action, ...]] | None:
    """The actions that a pattern of a policy names; None where that cannot be told, or it names several services'."""
    prefix, colon, name = (pattern.glob or "").partition(":")
    service = reference().service(prefix) if colon else None
    return (service, service.matching(name)) if service else None


# Condition keys


def _unknown_keys(statement: Statement, place: int, subject: Subject) -> Iterator[Verdict]:
    for key, part in _keys(statement):
        if ":" in key and reference().key_type(key) is None:
            said = f"asks for {key}, and as of {reference().date} AWS has no such condition key"
            yield wrong(subject, place, said + _suggested(key, _all_keys(key)), *part)


def _keys(statement: Statement) -> Iterator[tuple[str, Part]]:
    """Every key that is named, in a condition or as a variable, and where."""
    for test in statement.conditions:
        yield test.key, ("Condition", test.written, test.key)
        for operand in test.operands:
            yield from ((part.key, ("Condition", test.written, test.key)) for part in _variables(operand))
    for number, resource in enumerate(statement.resources):
        yield from ((part.key, resource_part(statement, number)) for part in _variables(resource))


def _variables(text: Template) -> Iterator[Variable]:
    return (part for part in text.parts if isinstance(part, Variable))


def _all_keys(key: str) -> Iterator[str]:
    yield from (known.removesuffix("*") for known in GLOBAL)
    service = reference().service(key.partition(":")[0])
    yield from (known.removesuffix("*") for known in service.keys) if service else ()


def _useless_keys(statement: Statement, place: int, subject: Subject) -> Iterator[Verdict]:
    """Keys that no request has which the statement is about. ``IfExists`` and ``Null`` are written for such."""
    if statement.not_actions:
        return
    told = [covered(pattern) for pattern in statement.actions]
    actions = [action for found in told if found for action in found[1]]
    if not actions or not all(told):
        return
    for test in statement.conditions:
        if test.if_exists or test.operator == "null" or not _is_particular(test.key):
            continue
        if not any(key_fits(each, test.key) for action in actions for each in action.keys):
            held = "always holds" if _holds_without(test.operator, test.quantifier) else "never holds"
            said = f"asks for {test.key}, which requests of none of its actions have, so that it {held}"
            yield wrong(subject, place, said, "Condition", test.written, test.key)


def _is_particular(key: str) -> bool:
    """Whether only some actions have a key, and the reference tells which."""
    if any(key_fits(each, key) for each in _OPEN):
        return True
    everywhere = any(key_fits(each.lower(), key) for each in GLOBAL)
    return not everywhere and key.partition(":")[0].lower() in reference().services and bool(reference().key_type(key))


def _holds_without(operator: str, quantifier: str) -> bool:
    """Whether a test holds if the request has not the key (IAM user guide, "Condition operators")."""
    return quantifier == "all" or (quantifier == "" and "not" in operator)


# Resources


def _misfits(statement: Statement, place: int, subject: Subject) -> Iterator[Verdict]:
    if statement.not_actions or statement.not_resources:
        return
    resources = [resource.widest for resource in statement.resources]
    if any(not _is_arn(each) for each in resources):
        return  # everything, or what is not known yet
    for number, pattern in enumerate(statement.actions):
        service, actions = covered(pattern) or (None, ())
        if service is None or not actions or any(_acts_on_any(service, action, resources) for action in actions):
            continue
        patterns = sorted({arn for action in actions for arn in service.arns(action)})
        needs = f"acts on {_listed(patterns)}, and none of its resources is such" if patterns else "acts on '*' alone"
        yield wrong(subject, place, f"names {pattern}, which {needs}", *action_part(statement, number))


def _is_arn(resource: str) -> bool:
    return resource.startswith("arn:") and resource.count(":") > 1


def _acts_on_any(service: Service, action: Action, resources: list[str]) -> bool:
    """Whether an action may act on one of some resources.

    One that acts on ``*`` alone is often asked for a made-up ARN that ends like those of a list (``user/``,
    ``log-group:``), and the reference comes after what services do: so what ends in a wildcard may fit it.
    """
    if action.types:
        return any(_is_such(arn, resource) for arn in service.arns(action) for resource in resources)
    return any(resource.endswith("*") for resource in resources)


def _is_such(arn: str, resource: str) -> bool:
    """Whether a resource may be of a type. A bucket has no slash in its name, unlike everything else."""
    return arns_overlap(arn, resource) and not (arn == _BUCKET and "/" in resource)


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}"


RULES = (
    Rule(
        id="known-actions",
        of=DOCUMENTS,
        severity=Severity.MEDIUM,
        title="AWS has every action that a policy names",
        why="IAM takes a misspelt action without a word: what was to be allowed is not, and what was to be denied is.",
        fix="correct the action; if AWS has it by now, waive this finding",
        decide=each_statement(_unknown_actions),
        good="{Effect: Allow, Action: 'rds:DeleteDBInstance', Resource: '*'}",
        bad="{Effect: Deny, Action: 'rds:DeleteDatabase', Resource: '*'}",
        field="document",
        aliases=aka(analyzer="INVALID_ACTION", parliament="UNKNOWN_ACTION UNKNOWN_PREFIX"),
    ),
    Rule(
        id="known-condition-keys",
        of=DOCUMENTS,
        severity=Severity.MEDIUM,
        title="AWS has every condition key that a policy asks for",
        why="A key that no request has makes a condition never hold, or a negated one always.",
        fix="correct the key; if AWS has it by now, waive this finding",
        decide=each_statement(_unknown_keys),
        good="{Effect: Allow, Action: 'rds:StartDBInstance', Resource: '*', "
        "Condition: {StringEquals: {'aws:ResourceTag/team': a}}}",
        bad="{Effect: Allow, Action: 'rds:StartDBInstance', Resource: '*', "
        "Condition: {StringEquals: {'aws:ResourceTags/team': a}}}",
        field="document",
        aliases=aka(
            analyzer="INVALID_SERVICE_CONDITION_KEY INVALID_GLOBAL_CONDITION_KEY",
            parliament="UNKNOWN_CONDITION_FOR_ACTION",
        ),
    ),
    Rule(
        id="condition-keys-fit-actions",
        of=DOCUMENTS,
        severity=Severity.MEDIUM,
        title="Requests have the condition keys that they are asked for",
        why="A key that none of the actions sends makes a condition never hold, or a negated one always.",
        fix="ask for a key of these actions, or write 'IfExists'",
        decide=each_statement(_useless_keys),
        good="{Effect: Allow, Action: 'rds:CreateDBInstance', Resource: '*', "
        "Condition: {Bool: {'rds:StorageEncrypted': 'true'}}}",
        bad="{Effect: Allow, Action: 'rds:DeleteDBInstance', Resource: '*', "
        "Condition: {StringEquals: {'aws:RequestTag/team': a}}}",
        field="document",
        aliases=aka(parliament="UNKNOWN_CONDITION_FOR_ACTION"),
    ),
    Rule(
        id="actions-fit-resources",
        of=(Of.POLICY,),
        severity=Severity.MEDIUM,
        title="Every action of a statement acts on one of its resources",
        why="A statement says nothing of an action on what it does not act on: it neither allows nor denies it.",
        fix="name what the action acts on; '*' for an action that acts on nothing in particular",
        decide=each_statement(_misfits),
        good="{Effect: Allow, Action: 'rds:StartDBInstance', Resource: 'arn:aws:rds:eu-west-1:123456789012:db:orders'}",
        bad="{Effect: Allow, Action: 'rds:StartDBCluster', Resource: 'arn:aws:rds:eu-west-1:123456789012:db:orders'}",
        field="document",
        aliases=aka(parliament="RESOURCE_MISMATCH"),
    ),
)
