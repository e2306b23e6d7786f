"""Rules about keys and about the policies of IAM. What a policy covers the evaluator's own match functions say."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.context import OPEN, context
from rds_secure.access.iam.identities import User
from rds_secure.access.iam.logic import NO, YES
from rds_secure.access.iam.policy import Statement
from rds_secure.access.protection import Unknown
from rds_secure.access.protection.keys import key as described
from rds_secure.finding import Severity
from rds_secure.inventory.subjects import keys_of
from rds_secure.rules.model import (
    NOT_APPLICABLE,
    PASSED,
    Context,
    Of,
    Profile,
    Rule,
    Subject,
    Verdict,
    aka,
    asked,
    failed,
    unknown,
)

_SOME = "\uf8ff"
"""A name that nobody has: only a pattern that takes every name takes it."""
_ANYTHING = f"arn:aws:{_SOME}:{_SOME}:{_SOME}:{_SOME}"
_ANY_KEY = f"arn:aws:kms:{_SOME}:{_SOME}:key/{_SOME}"
_OPENING = ("kms:Decrypt", "kms:ReEncryptFrom")

_STRANGER = Caller("role", "arn:aws:iam::999999999999:role/stranger", "999999999999")
_STRANGE = context(
    {
        "aws:PrincipalAccount": _STRANGER.account,
        "aws:PrincipalArn": _STRANGER.arn,
        "kms:CallerAccount": _STRANGER.account,
    },
    absent=("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID"),
)
"""Somebody of an account that nobody knows, who calls KMS directly, and what is certain of the request."""

_POLICY_FIELD = "statements"


def _allows(subject: Subject) -> Iterator[Statement]:
    yield from (statement for statement in subject.policy.statements or () if statement.allow)


def _unread(subject: Subject) -> Verdict | None:
    return unknown(f"{subject.policy.name} was not read") if subject.policy.statements is None else None


def _where(subject: Subject, statement: Statement, message: str) -> Verdict:
    """A failure at a statement: a policy of a stack is written as ``statements``, unless inline or a document."""
    index = (subject.policy.statements or ()).index(statement)
    return failed(message, *(() if subject.inline else (_POLICY_FIELD, index)))


def _admin(subject: Subject, context: Context) -> Verdict:
    if subject.bounds:
        return NOT_APPLICABLE  # it gives nobody anything (Security Hub leaves such policies out, too)
    for statement in _allows(subject):
        if statement.covers(f"{_SOME}:{_SOME}") and statement.about(_ANYTHING, OPEN) is YES:
            return _where(subject, statement, f"{statement.name} allows everything on everything")
    return _unread(subject) or PASSED


def _whole_service(subject: Subject, context: Context) -> Verdict:
    if subject.bounds:
        return NOT_APPLICABLE
    for statement in _allows(subject):
        if statement.not_actions:
            return _where(subject, statement, f"{statement.name} allows every action but those that it names")
        named = {pattern.widest.partition(":")[0].lower() for pattern in statement.actions if ":" in pattern.widest}
        for service in sorted(named):
            if statement.covers(f"{service}:{_SOME}"):
                return _where(subject, statement, f"{statement.name} allows every action of {service}")
    return _unread(subject) or PASSED


def _every_key(subject: Subject, context: Context) -> Verdict:
    if subject.bounds:
        return NOT_APPLICABLE
    for statement in _allows(subject):
        opening = [action for action in _OPENING if statement.covers(action)]
        if opening and statement.about(_ANY_KEY, OPEN) is YES:
            return _where(subject, statement, f"{statement.name} allows {' and '.join(opening)} with every key")
    return _unread(subject) or PASSED


def _no_user_policies(subject: Subject, context: Context) -> Verdict:
    if not isinstance(subject.detail, User):
        return NOT_APPLICABLE
    own = len(subject.detail.inline) + len(subject.detail.attached)
    return failed("policies are on the user itself, not on a group", "policies") if own else PASSED


def _no_inline(subject: Subject, context: Context) -> Verdict:
    detail = subject.detail
    return (
        failed("it has policies of its own that nobody else can use or see", "inline_policies")
        if (getattr(detail, "inline", ()))
        else PASSED
    )


def _is_idle(subject: Subject, context: Context) -> bool:
    """Whether it is known that no database is under a key, and no snapshot that AWS does not delete by itself."""
    inventory = context.posture.inventory
    if inventory.partial or any(inventory.reply("rds", action) is None for action, _ in _LISTINGS):
        return False
    things = [item for action, key in _LISTINGS for item in inventory.items("rds", action, key)]
    return not any(subject.reply["Arn"] in keys_of(item) for item in things if item.get("SnapshotType") != "automated")


_LISTINGS = (
    ("DescribeDBInstances", "DBInstances"),
    ("DescribeDBClusters", "DBClusters"),
    ("DescribeDBSnapshots", "DBSnapshots"),
    ("DescribeDBClusterSnapshots", "DBClusterSnapshots"),
)


def _no_shell(subject: Subject, context: Context) -> Verdict:
    attached = getattr(subject.detail, "attached", ())
    if any(str(arn).endswith(_SHELL) for arn in attached):
        return failed("it has AWSCloudShellFullAccess, by which data is carried out of the account", "policies")
    return PASSED


_SHELL = ":iam::aws:policy/AWSCloudShellFullAccess"


def _not_deleted(subject: Subject, context: Context) -> Verdict:
    if _is_idle(subject, context):
        return NOT_APPLICABLE
    state = subject.reply.get("KeyState")
    if state is None:
        return unknown("KeyState is not told")
    return (
        failed("it is scheduled for deletion, and what it encrypts is lost with it")
        if (state in ("PendingDeletion", "PendingReplicaDeletion"))
        else PASSED
    )


def _enabled(subject: Subject, context: Context) -> Verdict:
    if subject.reply.get("KeyManager") == "AWS" or subject.reply.get("KeyState") == "PendingDeletion":
        return NOT_APPLICABLE
    if _is_idle(subject, context):
        return NOT_APPLICABLE
    enabled = subject.reply.get("Enabled")
    return asked(Unknown("Enabled is not told") if enabled is None else bool(enabled), "it is disabled")


def _rotated(subject: Subject, context: Context) -> Verdict:
    key = described(context.posture.inventory, subject.reply["Arn"])
    if key.rotation is None or key.manager == "aws":
        return NOT_APPLICABLE
    return asked(key.rotation, "KMS does not rotate it")


def _open_key(subject: Subject, context: Context) -> Verdict:
    perhaps = ""
    for statement in _allows(subject):
        named = statement.names(_STRANGER, bounded=False).somehow
        found = named if named is NO else named & statement.fits(subject.reply["Arn"], _STRANGE)
        if found is YES:
            return failed(f"{statement.name} of its policy is for everybody, of any account", "document")
        perhaps = perhaps or ("" if found is NO else statement.name)
    if perhaps:
        return unknown(f"{perhaps} of its policy is for everybody, under conditions that strangers may meet")
    return unknown("its policy was not read") if subject.policy.statements is None else PASSED


def _said(actions: str, resource: str) -> str:
    return f"{{Effect: Allow, Action: [{actions}], Resource: '{resource}'}}"


_ONE_KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
_ONE_DB = "arn:aws:rds:eu-west-1:123456789012:db:orders"

RULES = (
    Rule(
        id="no-admin-policy",
        of=(Of.POLICY,),
        severity=Severity.HIGH,
        title="No policy allows everything on everything",
        why="Whoever has it owns the account, its databases and all that is in them.",
        fix="name the actions and the resources that are needed",
        decide=_admin,
        good=_said("rds:StartDBInstance", _ONE_DB),
        bad=_said("'*'", "*"),
        field=_POLICY_FIELD,
        aliases=aka(
            hub="IAM.1",
            config="iam-policy-no-statements-with-admin-access",
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
        decide=_whole_service,
        good=_said("rds:StartDBInstance", _ONE_DB),
        bad=_said("'rds:*'", _ONE_DB),
        field=_POLICY_FIELD,
        aliases=aka(hub="IAM.21", config="iam-policy-no-statements-with-full-access"),
    ),
    Rule(
        id="no-decrypt-with-every-key",
        of=(Of.POLICY,),
        severity=Severity.MEDIUM,
        title="No policy allows decrypting with every key",
        why="Keys keep data apart only if nobody has them all.",
        fix="name the keys in 'resources'",
        decide=_every_key,
        good=_said("kms:Decrypt", _ONE_KEY),
        bad=_said("kms:Decrypt", "*"),
        field=_POLICY_FIELD,
        aliases=aka(
            hub="KMS.1 KMS.2",
            config="iam-customer-policy-blocked-kms-actions iam-inline-policy-blocked-kms-actions",
            prowler="iam_policy_no_full_access_to_kms iam_inline_policy_no_full_access_to_kms",
        ),
    ),
    Rule(
        id="no-policies-on-users",
        of=(Of.PRINCIPAL,),
        severity=Severity.LOW,
        title="Policies are on groups and roles, not on users",
        why="What single users may do is forgotten when they change their work.",
        fix="put the user into a group that has the policies",
        decide=_no_user_policies,
        good="{AttachedManagedPolicies: []}",
        bad="{AttachedManagedPolicies: [{PolicyName: p, PolicyArn: 'arn:aws:iam::123456789012:policy/p'}]}",
        field="policies",
        aliases=aka(
            hub="IAM.2",
            config="iam-user-no-policies-check",
            prowler="iam_policy_attached_only_to_group_or_roles",
            checkov="CKV_AWS_40",
        ),
    ),
    Rule(
        id="no-inline-policies",
        of=(Of.PRINCIPAL,),
        severity=Severity.LOW,
        title="Nobody has inline policies",
        why="They have no versions, cannot be reviewed in one place, and are made anew for everybody.",
        fix="declare an 'iam_policy' and attach it",
        decide=_no_inline,
        good="{UserPolicyList: []}",
        bad="{UserPolicyList: [{PolicyName: p, PolicyDocument: {Statement: []}}]}",
        field="inline_policies",
        aliases=aka(config="iam-no-inline-policy-check"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="no-cloud-shell",
        of=(Of.PRINCIPAL,),
        severity=Severity.MEDIUM,
        title="Nobody has AWSCloudShellFullAccess",
        why="A shell in the account with a way to the internet carries out whatever its user may read.",
        fix="detach the policy; one of your own can allow the shell without transfers of files",
        decide=_no_shell,
        good="{AttachedManagedPolicies: []}",
        bad="{AttachedManagedPolicies: [{PolicyName: AWSCloudShellFullAccess, "
        "PolicyArn: 'arn:aws:iam::aws:policy/AWSCloudShellFullAccess'}]}",
        field="policies",
        aliases=aka(
            hub="IAM.27", config="iam-policy-blacklisted-check", prowler="iam_policy_cloudshell_admin_not_attached"
        ),
        profile=Profile.STRICT,
    ),
    Rule(
        id="key-not-deleted",
        of=(Of.KEY,),
        severity=Severity.CRITICAL,
        title="No key in use is scheduled for deletion",
        why="When the key is gone, what it encrypts is gone: storage, backups and snapshots.",
        fix="cancel the deletion",
        decide=_not_deleted,
        good="{KeyState: Enabled}",
        bad="{KeyState: PendingDeletion}",
        aliases=aka(
            hub="KMS.3",
            config="kms-cmk-not-scheduled-for-deletion",
            prowler="kms_cmk_not_deleted_unintentionally",
        ),
        live=True,
    ),
    Rule(
        id="key-enabled",
        of=(Of.KEY,),
        severity=Severity.MEDIUM,
        title="Keys in use are enabled",
        why="A database whose key is disabled stops within hours, and must be restored.",
        fix="write 'enabled: true'",
        decide=_enabled,
        good="{Enabled: true}",
        bad="{Enabled: false}",
        field="enabled",
        aliases=aka(checkov="CKV_AWS_227"),
    ),
    Rule(
        id="key-rotated",
        of=(Of.KEY,),
        severity=Severity.MEDIUM,
        title="KMS rotates the keys that it can",
        why="The longer key material is in use, the more it opens if it ever comes out.",
        fix="write 'rotation_days: 365' or less",
        decide=_rotated,
        good="{rotation: true}",
        bad="{rotation: false}",
        doubt="{unread: GetKeyRotationStatus}",
        field="rotation_days",
        aliases=aka(
            hub="KMS.4",
            config="cmk-backing-key-rotation-enabled",
            cis="4.6",
            prowler="kms_cmk_rotation_enabled",
            checkov="CKV_AWS_7",
        ),
    ),
    Rule(
        id="key-not-public",
        of=(Of.KEY,),
        severity=Severity.CRITICAL,
        title="No key's policy is for everybody",
        why="Anybody with an AWS account could decrypt what the key encrypts.",
        fix="name principals in the key's 'users', or ask for 'kms:CallerAccount' or 'aws:PrincipalOrgID'",
        decide=_open_key,
        good="{policy: {Effect: Allow, Principal: '*', Action: 'kms:*', "
        "Condition: {StringEquals: {'kms:CallerAccount': '123456789012'}}}}",
        bad="{policy: {Effect: Allow, Principal: '*', Action: 'kms:*'}}",
        doubt="{unread: GetKeyPolicy}",
        field="document",
        aliases=aka(
            hub="KMS.5",
            config="kms-key-policy-no-public-access",
            cis="2.21",
            prowler="kms_key_not_publicly_accessible",
            checkov="CKV_AWS_33",
        ),
    ),
)
