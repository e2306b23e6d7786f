"""Rules about keys, and about who has which policies. What policies say themselves: `words`, `wildcards` and others."""

from __future__ import annotations

from rds_secure.access.iam.identities import User
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


def _no_user_policies(subject: Subject, context: Context) -> Verdict:
    if not isinstance(subject.detail, User):
        return NOT_APPLICABLE
    own = len(subject.detail.inline) + len(subject.detail.attached)
    if not own:
        return PASSED
    return failed("policies are on the user itself, not on a group", "policies", what=range(own))


def _no_inline(subject: Subject, context: Context) -> Verdict:
    own = getattr(subject.detail, "inline", ())
    if not own:
        return PASSED
    said = "it has policies of its own that nobody else can use or see"
    return failed(said, "inline_policies", what=range(len(own)))


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


RULES = (
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
)
