"""Patterns in calls of other services that bear on databases: EC2, KMS, Secrets Manager, IAM, trails. Pure functions.

Only what belongs to a database counts, as far as the context knows that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rds_secure.access.naming import short
from rds_secure.audit.trail.context import Context, last
from rds_secure.audit.trail.event import Event, below, flag, listed, look, text
from rds_secure.audit.trail.hit import (
    COPIED_OUT,
    CRITICAL,
    DELETED,
    HIGH,
    OFF,
    OPENED,
    SHARED,
    TOUCHED,
    Hit,
    Pattern,
    beside,
)

_WORLD = frozenset({"0.0.0.0/0", "::/0"})
_CIDR = frozenset({"cidrip", "cidripv6", "cidripv4"})
_ACCOUNT = re.compile(r"arn:[a-z-]+:(?:iam|sts)::(\d{12}):|(\d{12})$")
_OWN = "rds!"
"""How the names of secrets begin that RDS keeps for master users (RDS user guide, "Password management")."""


def _group_rule(event: Event, context: Context) -> Hit | None:
    asked = look(event.params, "ModifySecurityGroupRulesRequest") or event.params
    names = {text(look(asked, "groupId"))}
    for rule in listed(look(event.response, "securityGroupRuleSet")):
        names.add(text(look(rule, "groupId")))
    group = next(iter(sorted(names - {""})), "")
    known = context.groups
    if not group and (name := text(look(asked, "groupName"))):
        names, group, known = {name}, name, context.group_names
    open_to = sorted(set(below(asked, _CIDR)))
    world = sorted(_WORLD.intersection(open_to))
    whom = ", ".join(world or open_to) or "others"
    severity = CRITICAL if world else HIGH
    return beside(severity, f"security group {group or '?'} opened to {whom}", event, names - {""}, known, context)


def _route(event: Event, context: Context) -> Hit | None:
    gateway, table = text(look(event.params, "gatewayId")), text(look(event.params, "routeTableId"))
    if not gateway.startswith("igw-"):
        return None
    what = f"route table {table} leads to the internet by {gateway}"
    return beside(HIGH, what, event, {table}, context.tables, context)


def _acl(event: Event, context: Context) -> Hit | None:
    if flag(look(event.params, "egress")) or text(look(event.params, "ruleAction")).lower() == "deny":
        return None
    acl = text(look(event.params, "networkAclId"))
    whom = text(look(event.params, "cidrBlock")) or text(look(event.params, "ipv6CidrBlock")) or "somebody"
    severity = CRITICAL if whom in _WORLD else HIGH
    return beside(severity, f"network ACL {acl} lets in {whom}", event, {acl}, context.acls, context)


_KEY_ARN = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")


def key_names(event: Event) -> set[str]:
    """What a call of KMS calls its key, in parameters, things or message of denial: by id, whatever form it has."""
    named = text(look(event.params, "keyId"))
    arns = (*(name for name in event.things if ":key/" in name), *_KEY_ARN.findall(event.message))
    return {last(name) for name in (named, *arns) if name}


_KEY_DONE = {
    "DisableKey": "disabled",
    "ScheduleKeyDeletion": "is to be deleted",
    "DisableKeyRotation": "is rotated no more",
    "PutKeyPolicy": "has another policy",
    "RevokeGrant": "has lost a grant",
    "DeleteImportedKeyMaterial": "has lost its material",
}


def _key(event: Event, context: Context) -> Hit | None:
    names = key_names(event)
    key = next(iter(sorted(names)), "?")
    return beside(CRITICAL, f"key {key} {_KEY_DONE[event.name]}", event, names, context.keys, context)


def _grant(event: Event, context: Context) -> Hit | None:
    grantee = text(look(event.params, "granteePrincipal"))
    account = _ACCOUNT.match(grantee)
    owner = (account[1] or account[2]) if account else ""
    if not owner or context.is_known(owner) or (not context.account and owner == event.account):
        return None  # a service, or our own
    names = key_names(event)
    what = f"key {next(iter(sorted(names)), '?')} granted to {grantee}"
    return beside(CRITICAL, what, event, names, context.keys, context)


def _secret(event: Event, context: Context) -> Hit | None:
    named = text(look(event.params, "secretId"))
    names = {last(name) for name in (named, *event.things) if name}
    if not _is_masters(names, context):
        return None
    may = context.may("secretsmanager:GetSecretValue", event.identity.principal)
    if may:
        return None
    unsure = "who may read it is not known" if may is None else ""
    return Hit(HIGH, f"secret {next(iter(sorted(names)), '?')} read by somebody who is not listed for it", unsure)


def _is_masters(names: set[str], context: Context) -> bool:
    """Whether it is a master user's: known as such, or called as RDS calls its own."""
    own = any(name.startswith(_OWN) for name in names)
    if own or context.secrets is None:
        return own
    return any(known == name or known[:-7] == name for known in context.secrets for name in names)


def _recovery_point(event: Event, context: Context) -> Hit | None:
    """What AWS Backup then deletes, it deletes for itself: the order is what tells who wanted it."""
    arn = text(look(event.params, "recoveryPointArn"))
    return Hit(HIGH, f"{arn.split(':', 5)[-1]} deleted through AWS Backup") if ":rds:" in arn else None


def _restored(event: Event, context: Context) -> Hit | None:
    """AWS Backup restores in the name of whoever asks, who need not be listed for it."""
    arn = text(look(event.params, "recoveryPointArn"))
    may = context.may("rds:RestoreDBInstanceFromDBSnapshot", event.identity.principal)
    if ":rds:" not in arn or may:
        return None
    what = f"{arn.split(':', 5)[-1]} restored through AWS Backup"
    return Hit(HIGH, what, "who may do this is not known" if may is None else "")


def _copied(event: Event, context: Context) -> Hit | None:
    arn, vault = (text(look(event.params, key)) for key in ("recoveryPointArn", "destinationBackupVaultArn"))
    owner = vault.split(":")[4] if vault.count(":") > 4 else ""
    if ":rds:" not in arn or not owner or owner == event.account or context.is_known(owner):
        return None
    return Hit(HIGH, f"{arn.split(':', 5)[-1]} copied to account {owner} through AWS Backup")


_AUDIT_OFF = {
    "StopLogging": (CRITICAL, "trail {} stopped"),
    "DeleteTrail": (CRITICAL, "trail {} deleted"),
    "UpdateTrail": (HIGH, "trail {} changed"),
    "PutEventSelectors": (HIGH, "what trail {} records changed"),
    "DisableSecurityHub": (CRITICAL, "Security Hub switched off"),
    "BatchDisableStandards": (HIGH, "standards of Security Hub switched off"),
    "DeleteFlowLogs": (HIGH, "flow logs deleted"),
}


def _audit_off(event: Event, context: Context) -> Hit:
    severity, what = _AUDIT_OFF[event.name]
    name = text(look(event.params, "name")) or text(look(event.params, "trailName"))
    return Hit(severity, what.format(name or "?"))


_IDENTITY = (
    "AttachUserPolicy", "AttachRolePolicy", "AttachGroupPolicy", "PutUserPolicy", "PutRolePolicy", "PutGroupPolicy",
    "CreatePolicyVersion", "SetDefaultPolicyVersion", "UpdateAssumeRolePolicy", "CreateAccessKey",
    "CreateLoginProfile", "UpdateLoginProfile", "AddUserToGroup",
    "DeleteRolePermissionsBoundary", "DeleteUserPermissionsBoundary",
)  # fmt: skip
"""How somebody gains the rights of a principal, or gives it others."""


def _identity(event: Event, context: Context) -> Hit | None:
    touched = set(_touched(event))
    shown = ", ".join(short(name) if ":" in name else name.replace("/", " ", 1) for name in sorted(touched))
    what = f"{event.name} on {shown or 'itself'}"
    if context.holders is None:
        return Hit(HIGH, what, "whether it may change databases is not known")
    return Hit(HIGH, f"{what}, which may change databases") if touched & context.holders else None


def _touched(event: Event) -> Iterator[str]:
    for sort in ("user", "role", "group"):
        if name := text(look(event.params, f"{sort}Name")):
            yield f"{sort}/{name}"
    if arn := text(look(event.params, "policyArn")):
        yield arn
    if not event.params and event.identity.kind == "IAMUser":
        yield f"user/{event.identity.name}"


def _calls(service: str, names: Iterator[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{service}:{name}" for name in names)


AROUND = (
    Pattern(
        "network-loosened",
        OPENED,
        _calls("ec2", ("AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules")),
        _group_rule,
    ),
    Pattern("network-loosened", OPENED, _calls("ec2", ("CreateRoute", "ReplaceRoute")), _route),
    Pattern("network-loosened", OPENED, _calls("ec2", ("CreateNetworkAclEntry", "ReplaceNetworkAclEntry")), _acl),
    Pattern("data-deleted", DELETED, ("backup:DeleteRecoveryPoint",), _recovery_point),
    Pattern("copied-out", COPIED_OUT, ("backup:StartRestoreJob",), _restored),
    Pattern("snapshot-shared", SHARED, ("backup:StartCopyJob",), _copied),
    Pattern("key-touched", "keys of databases broken or given away", _calls("kms", tuple(_KEY_DONE)), _key),
    Pattern("key-touched", "keys of databases broken or given away", _calls("kms", ("CreateGrant",)), _grant),
    Pattern("credentials-touched", TOUCHED, _calls("secretsmanager", ("GetSecretValue",)), _secret),
    Pattern(
        "audit-off",
        OFF,
        (
            *_calls("cloudtrail", ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors")),
            *_calls("securityhub", ("DisableSecurityHub", "BatchDisableStandards")),
            *_calls("ec2", ("DeleteFlowLogs",)),
        ),
        _audit_off,
    ),
    Pattern("identity-changed", "identities changed that may change databases", _calls("iam", _IDENTITY), _identity),
)
