"""Rules about how instances and clusters are kept: deletion, backups, standbys, upgrades, sign-in, tags. A table."""

from __future__ import annotations

from rds_secure import engines
from rds_secure.access.protection import Unknown
from rds_secure.access.protection.unread import ask, moment, told
from rds_secure.finding import Severity
from rds_secure.ownership import OURS
from rds_secure.rules.model import (
    DATABASES,
    NOT_APPLICABLE,
    PASSED,
    Context,
    Decide,
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

_BACKUP_DAYS = 7
_USUAL_NAMES = ("admin", "postgres", "root", "sa", "rdsadmin", "master")


def _flag(key: str, message: str, *, of_members: bool = False) -> Decide:
    """The rule that asks a flag of a reply. What a member of a cluster does not decide itself is not asked of it."""

    def decide(subject: Subject, context: Context) -> Verdict:
        if subject.reply.get("DBClusterIdentifier") and subject.of is Of.INSTANCE and not of_members:
            return NOT_APPLICABLE
        return asked(told(subject.reply, key, bool), message)

    return decide


def _is_replica(subject: Subject) -> bool:
    return bool(subject.reply.get("ReadReplicaSourceDBInstanceIdentifier"))


def _is_aurora(subject: Subject) -> bool:
    engine = engines.engine_of(subject.protected.engine)
    return engine is not None and engine.clustered


def _protected(subject: Subject, context: Context) -> Verdict:
    database = subject.protected
    return NOT_APPLICABLE if database.cluster else asked(database.deletion_protection, "one call deletes it")


def _backups(subject: Subject, context: Context) -> Verdict:
    database = subject.protected
    if database.cluster or _is_replica(subject):
        return NOT_APPLICABLE
    if isinstance(database.backup_days, Unknown):
        return unknown(database.backup_days.why)
    kept = database.backup_days
    if kept >= _BACKUP_DAYS:
        return PASSED
    return failed(f"backups are kept for {kept} days, not {_BACKUP_DAYS}", what=range(kept, _BACKUP_DAYS))


def _backtrack(subject: Subject, context: Context) -> Verdict:
    if subject.protected.engine != "aurora-mysql":
        return NOT_APPLICABLE
    window = told(subject.reply, "BacktrackWindow", int)
    if isinstance(window, Unknown):
        return failed("it cannot be wound back") if not context.posture.inventory.partial else unknown(window.why)
    return PASSED if window else failed("it cannot be wound back")


def _multi_az(subject: Subject, context: Context) -> Verdict:
    if subject.protected.cluster or _is_replica(subject):
        return NOT_APPLICABLE
    return asked(told(subject.reply, "MultiAZ", bool), "there is no standby in another zone")


def _zones(subject: Subject, context: Context) -> Verdict:
    if not _is_aurora(subject):
        return NOT_APPLICABLE  # a Multi-AZ DB cluster has three by itself
    names = {each["DBInstanceIdentifier"] for each in subject.reply.get("DBClusterMembers", ())}
    if len(names) < 2:
        return failed(f"it has {len(names)} instance{'' if len(names) == 1 else 's'}: none can take over")
    reply = ask(context.posture.inventory, "rds", "DescribeDBInstances")
    if isinstance(reply, Unknown):
        return unknown(reply.why)
    listed = reply.get("DBInstances", ())
    zones = [each.get("AvailabilityZone") for each in listed if each["DBInstanceIdentifier"] in names]
    if len({zone for zone in zones if zone}) > 1:
        return PASSED
    return unknown("the zones of its instances are not told") if None in zones else failed("they are all in one zone")


def _iam_auth(subject: Subject, context: Context) -> Verdict:
    database = subject.protected
    if database.cluster or not engines.signs_in_by_iam(database.engine, database.version):
        return NOT_APPLICABLE
    return asked(database.iam_auth, "nobody can sign in by IAM")


def _master(subject: Subject, context: Context) -> Verdict:
    if subject.protected.cluster or _is_replica(subject):
        return NOT_APPLICABLE
    name = told(subject.reply, "MasterUsername", str)
    if isinstance(name, Unknown):
        return unknown(name.why)
    return failed(f"its master user has the usual name {name}") if name.lower() in _USUAL_NAMES else PASSED


def _password(subject: Subject, context: Context) -> Verdict:
    database = subject.protected
    if database.cluster or _is_replica(subject):
        return NOT_APPLICABLE
    return PASSED if database.secret else failed("RDS does not make and rotate its master password")


def _upgrades(subject: Subject, context: Context) -> Verdict:
    if subject.of is Of.CLUSTER and _is_aurora(subject):
        return NOT_APPLICABLE  # its instances say it
    return asked(told(subject.reply, "AutoMinorVersionUpgrade", bool), "it stays without fixes until somebody upgrades")


def _supported(subject: Subject, context: Context) -> Verdict:
    """By the end of standard support that AWS tells of a major version; of engines with licences it tells none."""
    database = subject.protected
    if database.cluster:
        return NOT_APPLICABLE
    reply = ask(context.posture.inventory, "rds", "DescribeDBMajorEngineVersions")
    if isinstance(reply, Unknown):
        return unknown(reply.why)
    try:
        version = engines.major(database.engine, database.version)
    except ValueError:
        return unknown("its major version is not told")
    ends = [
        moment(life, "LifecycleSupportEndDate")
        for each in reply.get("DBMajorEngineVersions", ())
        if (each.get("Engine"), each.get("MajorEngineVersion")) == (database.engine, version)
        for life in each.get("SupportedEngineLifecycles", ())
        if life.get("LifecycleSupportName") == "open-source-rds-standard-support"
    ]
    if not ends:
        return NOT_APPLICABLE
    end = ends[0]
    if isinstance(end, Unknown) or context.now is None:
        return unknown(end.why if isinstance(end, Unknown) else "what day it is only the account tells")
    if end < context.now:
        return failed(f"standard support of {database.engine} {version} ended on {end:%Y-%m-%d}")
    return PASSED


def _tagged(subject: Subject, context: Context) -> Verdict:
    tags = told(subject.reply, "TagList", list)
    if isinstance(tags, Unknown):
        return unknown(tags.why)
    own = [tag["Key"] for tag in tags if tag["Key"] not in OURS and not tag["Key"].startswith("aws:")]
    return PASSED if own else failed("it has no tags of your own")


RULES = (
    Rule(
        id="deletion-protection",
        of=DATABASES,
        severity=Severity.MEDIUM,
        title="Deletion protection is on",
        why="One call deletes an unprotected database.",
        fix="write 'deletion_protection: true'",
        decide=_protected,
        good="db_instance: {orders: {deletion_protection: true}}",
        bad="db_instance: {orders: {deletion_protection: false}}",
        field="deletion_protection",
        aliases=aka(
            hub="RDS.7 RDS.8",
            config="rds-cluster-deletion-protection-enabled rds-instance-deletion-protection-enabled",
            prowler="rds_cluster_deletion_protection rds_instance_deletion_protection",
            checkov="CKV_AWS_139 CKV_AWS_293",
        ),
    ),
    Rule(
        id="backups-kept",
        of=DATABASES,
        severity=Severity.MEDIUM,
        title="Backups are kept for 7 days",
        why="What was lost or changed a few days ago can only be had from a backup of that time.",
        fix="write 'backup_days: 7' or more",
        decide=_backups,
        good="db_instance: {orders: {backup_days: 14}}",
        bad="db_instance: {orders: {backup_days: 3}}",
        field="backup_days",
        aliases=aka(
            hub="RDS.11 RDS.50",
            config="db-instance-backup-enabled rds-cluster-backup-retention-check",
            prowler="rds_instance_backup_enabled",
            checkov="CKV_AWS_133",
        ),
    ),
    Rule(
        id="backtrack",
        of=(Of.CLUSTER,),
        severity=Severity.MEDIUM,
        title="Aurora MySQL can be wound back",
        why="A mistake can be undone in minutes, without restoring a backup.",
        fix="write 'backtrack_seconds: 86400'; a cluster made without it cannot get it",
        decide=_backtrack,
        good="{Engine: aurora-mysql, BacktrackWindow: 86400}",
        bad="{Engine: aurora-mysql, BacktrackWindow: 0}",
        field="backtrack_seconds",
        aliases=aka(
            hub="RDS.14",
            config="aurora-mysql-backtracking-enabled",
            prowler="rds_cluster_backtrack_enabled",
            checkov="CKV_AWS_326",
        ),
        profile=Profile.STRICT,
    ),
    Rule(
        id="multi-az",
        of=(Of.INSTANCE,),
        severity=Severity.MEDIUM,
        title="Instances have a standby in another zone",
        why="When a zone fails, an instance without a standby is gone until it is restored.",
        fix="write 'multi_az: true'; it costs a second instance",
        decide=_multi_az,
        good="db_instance: {orders: {multi_az: true}}",
        bad="db_instance: {orders: {multi_az: false}}",
        field="multi_az",
        aliases=aka(
            hub="RDS.5",
            config="rds-multi-az-support",
            cis="3.2.4",
            prowler="rds_instance_multi_az",
            checkov="CKV_AWS_157",
        ),
        profile=Profile.STRICT,
    ),
    Rule(
        id="cluster-zones",
        of=(Of.CLUSTER,),
        severity=Severity.MEDIUM,
        title="Aurora clusters have instances in two zones",
        why="When a zone fails, a cluster with instances in that zone alone takes no connections.",
        fix="declare two instances with 'availability_zone's of their own",
        decide=_zones,
        good="{Engine: aurora-postgresql, members: {a: eu-west-1a, b: eu-west-1b}}",
        bad="{Engine: aurora-postgresql, members: {a: eu-west-1a, b: eu-west-1a}}",
        doubt="{Engine: aurora-postgresql, members: {a: eu-west-1a, b: null}}",
        aliases=aka(hub="RDS.15", config="rds-cluster-multi-az-enabled", prowler="rds_cluster_multi_az"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="copy-tags",
        of=DATABASES,
        severity=Severity.LOW,
        title="Snapshots get the tags of the database",
        why="Access and cost follow tags; a snapshot without them falls out of both.",
        fix="write 'copy_tags: true'",
        decide=_flag("CopyTagsToSnapshot", "its snapshots get no tags"),
        good="db_instance: {orders: {copy_tags: true}}",
        bad="db_instance: {orders: {copy_tags: false}}",
        field="copy_tags",
        aliases=aka(
            hub="RDS.16 RDS.17 RDS.47 RDS.48",
            config="rds-cluster-copy-tags-to-snapshots-enabled rds-instance-copy-tags-to-snapshots-enabled "
            "rds-pgsql-cluster-copy-tags-to-snapshot-check rds-mysql-cluster-copy-tags-to-snapshot-check",
            prowler="rds_cluster_copy_tags_to_snapshots rds_instance_copy_tags_to_snapshots",
            checkov="CKV_AWS_313 CKV2_AWS_60",
        ),
    ),
    Rule(
        id="own-tags",
        of=(*DATABASES, Of.SNAPSHOT),
        severity=Severity.LOW,
        title="Databases and snapshots have tags of your own",
        why="Without tags nobody knows whose a database is, and no policy by tags applies to it.",
        fix="write 'tags:' for the stack",
        decide=_tagged,
        good="db_instance: {orders: {tags: {team: payments}}}",
        bad="{TagList: []}",
        field="tags",
        aliases=aka(hub="RDS.28 RDS.29 RDS.30 RDS.32"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="iam-sign-in",
        of=DATABASES,
        severity=Severity.MEDIUM,
        title="Sign-in by IAM is on, where the engine has it",
        why="Tokens of IAM live for 15 minutes; passwords live until somebody changes them.",
        fix="write 'iam_auth: true'",
        decide=_iam_auth,
        good="db_instance: {orders: {iam_auth: true}}",
        bad="db_instance: {orders: {iam_auth: false}}",
        field="iam_auth",
        aliases=aka(
            hub="RDS.10 RDS.12",
            config="rds-instance-iam-authentication-enabled rds-cluster-iam-authentication-enabled",
            prowler="rds_cluster_iam_authentication_enabled rds_instance_iam_authentication_enabled",
            checkov="CKV_AWS_161 CKV_AWS_162",
        ),
    ),
    Rule(
        id="master-name",
        of=DATABASES,
        severity=Severity.MEDIUM,
        title="The master user has a name of its own",
        why="Whoever guesses passwords starts with the usual names.",
        fix="write another 'master_username' for a new database; that of a living one is fixed",
        decide=_master,
        good="db_instance: {orders: {master_username: dbowner}}",
        bad="db_instance: {orders: {master_username: postgres}}",
        field="master_username",
        aliases=aka(
            hub="RDS.24 RDS.25",
            config="rds-cluster-default-admin-check rds-instance-default-admin-check",
            prowler="rds_cluster_default_admin rds_instance_default_admin",
        ),
    ),
    Rule(
        id="managed-password",
        of=DATABASES,
        severity=Severity.MEDIUM,
        title="RDS makes and rotates the master password",
        why="A password that people hand around is never changed, and lies in places nobody remembers.",
        fix="leave 'master_password' out",
        decide=_password,
        good="{MasterUserSecret: {SecretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1'}}",
        bad="{MasterUserSecret: null}",
        field="master_password",
        profile=Profile.STRICT,
    ),
    Rule(
        id="standard-support",
        of=DATABASES,
        severity=Severity.MEDIUM,
        title="The major version has standard support",
        why="Past its day holes are mended in Extended Support alone, which costs, or not at all.",
        fix="write a newer 'engine_version'",
        decide=_supported,
        good="{Engine: postgres, EngineVersion: '17.5', supported_until: '2030-02-28T00:00:00+00:00'}",
        bad="{Engine: postgres, EngineVersion: '11.22', supported_until: '2024-02-29T00:00:00+00:00'}",
        doubt="{Engine: postgres, EngineVersion: '17.5', unread: DescribeDBMajorEngineVersions}",
        field="engine_version",
        aliases=aka(prowler="rds_instance_deprecated_engine_version rds_instance_extended_support"),
        live=True,
    ),
    Rule(
        id="minor-upgrades",
        of=DATABASES,
        severity=Severity.HIGH,
        title="Minor versions are upgraded by themselves",
        why="Minor versions close holes that are public once they are out.",
        fix="write 'minor_upgrades: true'",
        decide=_upgrades,
        good="db_instance: {orders: {minor_upgrades: true}}",
        bad="db_instance: {orders: {minor_upgrades: false}}",
        field="minor_upgrades",
        aliases=aka(
            hub="RDS.13 RDS.35",
            config="rds-automatic-minor-version-upgrade-enabled rds-cluster-auto-minor-version-upgrade-enable",
            cis="3.2.2",
            prowler="rds_cluster_minor_version_upgrade_enabled rds_instance_minor_version_upgrade_enabled",
            checkov="CKV_AWS_226",
        ),
    ),
)
