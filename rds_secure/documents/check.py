"""What AWS would refuse in a policy document, found offline, and principals that were deleted. Judges no access."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from rds_secure import values
from rds_secure.documents.form import LANGUAGE, OLD_LANGUAGE, listed
from rds_secure.interpolation import shown
from rds_secure.values import Value

Requirement: TypeAlias = Literal["required", "forbidden"]

_TOP = ("Version", "Id", "Statement")
_PAIRS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_KNOWN = ("Sid", "Effect", *(name for pair in _PAIRS for name in pair), "Condition")
_PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")

_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_RESOURCE = re.compile(r"\*|arn:(?:[^:]*:){4}.+|arn:.*\*.*", re.DOTALL)
_SID = re.compile(r"[A-Za-z0-9]*")
_UNIQUE_ID = re.compile(r"(?:AIDA|AROA)[A-Z0-9]{12,}")
_PRINCIPAL = re.compile(r"\*|\d{12}|arn:[^:]+:(?:iam|sts)::\d{12}:[^*?]+|" + _UNIQUE_ID.pattern)
_OPERATOR = re.compile(
    r"(?:ForAllValues:|ForAnyValue:)?"
    r"(?:String(?:Not)?Equals(?:IgnoreCase)?|String(?:Not)?Like|Arn(?:Not)?(?:Equals|Like)|(?:Not)?IpAddress|Bool"
    r"|BinaryEquals|(?:Numeric|Date)(?:(?:Not)?Equals|(?:Less|Greater)Than(?:Equals)?))(?:IfExists)?|Null",
    re.IGNORECASE,
)
# IAM's and KMS's own pattern for documents (botocore's models: policyDocumentType, PolicyType).
_REFUSED_CHARACTER = re.compile(r"[^\t\n\r\x20-\xff]")


def problems(
    document: Value, *, principals: Requirement | None = None, resources: Requirement | None = None
) -> tuple[str, ...]:
    """What AWS would refuse, each as ``where: what: what to do``; empty when nothing is found.

    Policies of identities: principals="forbidden" (resources are then required); key policies: both required; trust
    policies: principals="required", resources="forbidden". What is not known yet (references) is not checked.
    """
    if not isinstance(document, Mapping):
        return (f"the document is no mapping: write {', '.join(_TOP)}",)
    if resources is None and principals == "forbidden":
        resources = "required"
    return tuple(_document(document, principals, resources))


def unique_ids(document: Value) -> tuple[str, ...]:
    """Principals that were deleted since the document was written: AWS shows their ids, AIDA… or AROA… (IAM-4)."""
    statements = listed(document.get("Statement", ())) if isinstance(document, Mapping) else ()
    found = {
        item
        for statement in statements
        if isinstance(statement, Mapping)
        for name in ("Principal", "NotPrincipal")
        if isinstance(statement.get(name), Mapping)
        for item in listed(statement[name].get("AWS", ()))
        if isinstance(item, str) and _UNIQUE_ID.fullmatch(item)
    }
    return tuple(sorted(found))


def _document(
    document: Mapping[str, Value], principals: Requirement | None, resources: Requirement | None
) -> Iterator[str]:
    yield from _unknown("the document", document, _TOP)
    if (version := document.get("Version", LANGUAGE)) not in (LANGUAGE, OLD_LANGUAGE):
        yield f"Version {shown(version)} is not known: write {LANGUAGE!r}"
    statements = listed(document.get("Statement", ()))
    if not statements:
        yield "there is no statement: write at least one"
    for index, statement in enumerate(statements, 1):
        if isinstance(statement, Mapping):
            yield from _statement(_where(index, statement), statement, principals, resources)
        else:
            yield f"statement {index} is no mapping: write Effect, Action and so on"
    sids = [statement.get("Sid") for statement in statements if isinstance(statement, Mapping)]
    for sid, count in Counter(str(sid) for sid in sids if sid).items():
        if count > 1:
            yield f"the Sid {sid!r} is used {count} times: name each statement differently, or not at all"
    yield from _characters(document)


def _where(index: int, statement: Mapping[str, Value]) -> str:
    sid = statement.get("Sid")
    return f"statement {index} ({sid})" if isinstance(sid, str) and sid else f"statement {index}"


def _statement(
    where: str, statement: Mapping[str, Value], principals: Requirement | None, resources: Requirement | None
) -> Iterator[str]:
    if not statement:
        yield f"{where} is empty: write Effect, Action and so on"
        return
    yield from _unknown(where, statement, _KNOWN)
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"{where}: Effect is {_named(statement, 'Effect')}: write Allow or Deny"
    sid = statement.get("Sid", "")
    if principals == "forbidden" and not (isinstance(sid, str) and _SID.fullmatch(sid)):
        yield f"{where}: the Sid has characters that IAM refuses: use letters and digits only"
    for pair, requirement in zip(_PAIRS, ("required", resources, principals), strict=True):
        yield from _one_of(where, statement, pair, requirement)
    for name in ("Action", "NotAction"):
        for action in _wrong(statement, name, _ACTION):
            yield f"{where}: {name} {shown(action)} is no action: write service:Name, or *"
    for name in ("Resource", "NotResource"):
        for resource in _wrong(statement, name, _RESOURCE):
            what = f"{where}: {name} {shown(resource)} is no ARN"
            yield f"{what}: write arn:partition:service:region:account:resource, or *"
    for name in ("Principal", "NotPrincipal"):
        if name in statement and statement[name] != "*":
            yield from _principals(where, name, statement[name])
    yield from _conditions(where, statement.get("Condition", {}))


def _one_of(
    where: str, statement: Mapping[str, Value], pair: tuple[str, str], requirement: str | None
) -> Iterator[str]:
    name, negated = pair
    written = [element for element in pair if element in statement]
    if len(written) == 2:
        yield f"{where}: both {name} and {negated} are written: keep one of them"
    elif requirement == "required" and not (written and statement[written[0]] not in ((), [], {}, "", None)):
        yield f"{where}: {name} is missing: write {name}, or {negated}"
    if requirement == "forbidden" and written:
        yield f"{where}: {written[0]} is not allowed here: take it out"


def _principals(where: str, name: str, value: Value) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{where}: {name} is neither * nor a mapping: write {{AWS: […]}} or {{Service: […]}}"
        return
    yield from _unknown(f"{where}: {name}", value, _PRINCIPAL_TYPES)
    for item in _wrong(value, "AWS", _PRINCIPAL):
        said = f"{where}: {name} {shown(item)}"
        if isinstance(item, str) and item.startswith("arn:") and ("*" in item or "?" in item):
            yield f"{said} has a wildcard, which AWS refuses: test aws:PrincipalArn in a condition"
        else:
            yield f"{said} is no principal: write the ARN of a user or role, an account id, or *"
    for item in listed(value.get("AWS", ())):
        if isinstance(item, str) and ":group/" in item:
            yield f"{where}: {name} {shown(item)} is a group, which AWS refuses: name its users, or a role"


def _conditions(where: str, value: Value) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{where}: Condition is no mapping: write {{operator: {{key: value}}}}"
        return
    for operator, tests in value.items():
        if not _OPERATOR.fullmatch(operator):
            yield f"{where}: {shown(operator)} is no condition operator: write one such as StringEquals or ArnLike"
        if not isinstance(tests, Mapping) or not tests:
            yield f"{where}: the condition {operator} has no keys: write {{key: value}}"
            continue
        for key in tests:
            if ":" not in key:
                yield f"{where}: {shown(key)} is no condition key: write one such as aws:SourceAccount"


def _unknown(where: str, mapping: Mapping[str, Value], known: tuple[str, ...]) -> Iterator[str]:
    for key in sorted(set(mapping) - set(known)):
        yield f"{where} has an unknown key {shown(key)}: it takes {', '.join(known)}"


def _wrong(mapping: Mapping[str, Value], name: str, pattern: re.Pattern[str]) -> Iterator[Any]:
    """Values of an element that do not fit, except those that are not known yet."""
    for item in listed(mapping.get(name, ())):
        plain = isinstance(item, str | int | float | Mapping | list | tuple | None)
        if plain and not (isinstance(item, str) and pattern.fullmatch(item)):
            yield item


def _named(statement: Mapping[str, Value], name: str) -> str:
    return shown(statement[name]) if name in statement else "missing"


def _characters(document: Value) -> Iterator[str]:
    if refused := set(_REFUSED_CHARACTER.findall(values.canonical(document))):
        yield f"AWS refuses these characters in a document: {' '.join(sorted(refused))}: use Latin-1 only"
