"""Rules about what encrypts instances, clusters, proxies and snapshots, at rest and on the wire. A table."""

from __future__ import annotations

from rds_secure import tagging
from rds_secure.access.protection import Proxy, Snapshot, Unknown
from rds_secure.access.protection.model import Arn
from rds_secure.finding import Severity
from rds_secure.resources.snapshot_sharing.read import NOTED, hashed, hashes
from rds_secure.rules.model import (
    DATABASES,
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

_DAYS = 90
"""How long before it expires a certificate is too old: "over 3 months"."""


def _encrypted(subject: Subject, context: Context) -> Verdict:
    if subject.protected.cluster:
        return NOT_APPLICABLE  # its storage is that of the cluster
    return asked(subject.protected.encrypted, "its storage is not encrypted")


def _customer_key(subject: Subject, context: Context) -> Verdict:
    database = subject.protected
    if database.cluster:
        return NOT_APPLICABLE
    if database.encrypted is False or database.key is None:
        return failed("there is no key: its storage is not encrypted")
    return _of_customer(database.key, context, "its storage")


def _of_customer(arn: Arn | Unknown, context: Context, what: str) -> Verdict:
    """Whether a key is one that the account itself governs."""
    if isinstance(arn, Unknown):
        return unknown(arn.why)
    key = context.posture.protection.key(arn)
    if key is None:
        return unknown(f"{arn} was not read")
    if isinstance(key.manager, Unknown):
        return unknown(key.manager.why)
    return PASSED if key.manager == "customer" else failed(f"{what} is encrypted under AWS's own key")


def _insights_key(subject: Subject, context: Context) -> Verdict:
    insights = subject.protected.insights
    return NOT_APPLICABLE if insights is None else _of_customer(insights.key, context, "what insights collect")


def _stream_key(subject: Subject, context: Context) -> Verdict:
    stream = subject.protected.stream
    return NOT_APPLICABLE if stream is None else _of_customer(stream.key, context, "its activity stream")


def _tls(subject: Subject, context: Context) -> Verdict:
    database = subject.protected
    if database.cluster:
        return NOT_APPLICABLE  # the group of the cluster decides
    tls = database.tls
    if isinstance(tls.in_effect, Unknown):
        return unknown(tls.in_effect.why)
    if tls.in_effect:
        return PASSED
    by = f" ({tls.by})" if tls.by else ""
    if tls.required is True:
        return failed(f"what forces TLS is written, but not in effect{by}: {tls.status}")
    return failed(f"it takes connections without TLS{by}")


def _proxy_tls(subject: Subject, context: Context) -> Verdict:
    if not isinstance(subject.detail, Proxy):
        raise TypeError(f"{subject.name} is no proxy")
    return asked(subject.detail.require_tls, "it takes connections without TLS")


def _certificate(subject: Subject, context: Context) -> Verdict:
    certificate = subject.protected.certificate
    if certificate is None:
        return NOT_APPLICABLE
    if context.now is None:
        return unknown("how long it is valid only the account tells")
    left = certificate.days_left(context.now)
    if isinstance(left, Unknown):
        return unknown(left.why or "no date is told")
    return PASSED if left > _DAYS else failed(f"its certificate, or the authority's, expires in {left} days")


def _snapshot(subject: Subject) -> Snapshot:
    if not isinstance(subject.detail, Snapshot):
        raise TypeError(f"{subject.name} is no snapshot")
    return subject.detail


def _snapshot_encrypted(subject: Subject, context: Context) -> Verdict:
    return asked(_snapshot(subject).encrypted, "it is not encrypted")


def _snapshot_public(subject: Subject, context: Context) -> Verdict:
    public = _snapshot(subject).public
    if isinstance(public, Unknown):
        return unknown(public.why)
    return failed("anybody with an AWS account may restore it") if public else PASSED


def _snapshot_shared(subject: Subject, context: Context) -> Verdict:
    """Whom a spec lets in, a tag of the snapshot notes; whoever may set that may forge it."""
    accounts = _snapshot(subject).shared_with
    if isinstance(accounts, Unknown):
        return unknown(accounts.why)
    noted = hashes(tagging.mapping(subject.reply.get("TagList")).get(NOTED, ""))
    stray = [account for account in accounts if hashed(account) not in noted]
    return failed(f"it is shared with {', '.join(stray)}, and no spec says so") if stray else PASSED


RULES = (
    Rule(
        id="storage-encrypted",
        of=DATABASES,
        severity=Severity.HIGH,
        title="Storage is encrypted",
        why="Whoever gets at a disk, a snapshot or a backup without encryption reads the data.",
        fix="write 'encrypted: true' for a new database; a living one needs a 'migration:'",
        decide=_encrypted,
        good="db_instance: {orders: {encrypted: true}}",
        bad="db_instance: {orders: {encrypted: false, kms_key: null}}",
        field="encrypted",
        stricter="storage cannot be encrypted in place: who finds out later has to move the data",
        aliases=aka(
            hub="RDS.3 RDS.27",
            config="rds-storage-encrypted rds-cluster-encrypted-at-rest",
            cis="3.2.1",
            prowler="rds_instance_storage_encrypted rds_cluster_storage_encrypted",
            checkov="CKV_AWS_16 CKV_AWS_96",
        ),
    ),
    Rule(
        id="customer-key",
        of=DATABASES,
        severity=Severity.MEDIUM,
        title="The storage key is the customer's",
        why="The policy of AWS's own key cannot be changed: nobody can say who may use it, or take it back.",
        fix="name a key of the stack in 'kms_key'; a living database needs a 'migration:'",
        decide=_customer_key,
        good="db_instance: {orders: {kms_key: '${kms_key.data}'}}",
        bad="db_instance: {orders: {encrypted: false, kms_key: null}}",
        doubt="{StorageEncrypted: true, KmsKeyId: '<UNREAD-KEY>'}",
        field="kms_key",
        aliases=aka(checkov="CKV_AWS_327"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="insights-customer-key",
        of=DATABASES,
        severity=Severity.LOW,
        title="Performance Insights are encrypted under the customer's key",
        why="Insights hold the texts of queries, which may hold data.",
        fix="name a key of the stack in 'insights_key'",
        decide=_insights_key,
        good="db_instance: {orders: {insights: true, insights_key: '${kms_key.data}'}}",
        bad="{PerformanceInsightsEnabled: true, PerformanceInsightsKMSKeyId: '<AWS-OWN-KEY>'}",
        doubt="{PerformanceInsightsEnabled: true, PerformanceInsightsKMSKeyId: '<UNREAD-KEY>'}",
        field="insights_key",
        aliases=aka(checkov="CKV_AWS_354"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="stream-customer-key",
        of=DATABASES,
        severity=Severity.LOW,
        title="Activity streams are encrypted under the customer's key",
        why="A stream holds every statement that the database was sent.",
        fix="name a key of the stack in 'kms_key' of the activity stream",
        decide=_stream_key,
        good="{ActivityStreamStatus: started, ActivityStreamKmsKeyId: '<CUSTOMER-KEY>'}",
        bad="{ActivityStreamStatus: started, ActivityStreamKmsKeyId: '<AWS-OWN-KEY>'}",
        doubt="{ActivityStreamStatus: started, ActivityStreamKmsKeyId: '<UNREAD-KEY>'}",
        aliases=aka(checkov="CKV_AWS_246"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="tls-required",
        of=DATABASES,
        severity=Severity.MEDIUM,
        title="Connections without TLS are refused",
        why="Without TLS, whoever is on the way reads the data and the passwords, or changes them.",
        fix="set 'rds.force_ssl' or 'require_secure_transport' in the parameter group, and reboot if it waits",
        decide=_tls,
        good="db_instance: {orders: {parameter_group: '${db_parameter_group.forced}'}}",
        bad="db_instance: {orders: {parameter_group: '${db_parameter_group.loose}'}}",
        doubt="db_instance: {orders: {parameter_group: elsewhere}}",
        field="parameter_group",
        aliases=aka(
            hub="RDS.38 RDS.39 RDS.41 RDS.44",
            config="rds-postgres-instance-encrypted-in-transit rds-mysql-instance-encrypted-in-transit "
            "rds-sqlserver-encrypted-in-transit rds-mariadb-instance-encrypted-in-transit",
            prowler="rds_instance_transport_encrypted",
            checkov="CKV2_AWS_69",
        ),
    ),
    Rule(
        id="proxy-tls-required",
        of=(Of.PROXY,),
        severity=Severity.MEDIUM,
        title="Proxies refuse connections without TLS",
        why="Between client and proxy, whoever is on the way reads the data and the passwords.",
        fix="write 'require_tls: true'",
        decide=_proxy_tls,
        good="{RequireTLS: true}",
        bad="{RequireTLS: false}",
        field="require_tls",
        aliases=aka(hub="RDS.43", config="rds-proxy-tls-encryption"),
    ),
    Rule(
        id="certificate-valid",
        of=(Of.INSTANCE,),
        severity=Severity.MEDIUM,
        title="The certificate is valid for three more months",
        why="Clients that check it cannot connect once it has expired.",
        fix="name an authority that is valid longer in 'ca', and give clients its certificate first",
        decide=_certificate,
        good="{CertificateDetails: {CAIdentifier: rds-ca-rsa2048-g1, ValidTill: '2061-05-20T00:00:00+00:00'}}",
        bad="{CertificateDetails: {CAIdentifier: rds-ca-2019, ValidTill: '2024-08-22T00:00:00+00:00'}}",
        doubt="{CertificateDetails: {CAIdentifier: rds-ca-rsa2048-g1}}",
        field="ca",
        aliases=aka(prowler="rds_instance_certificate_expiration", checkov="CKV_AWS_211"),
        live=True,
    ),
    Rule(
        id="snapshot-encrypted",
        of=(Of.SNAPSHOT,),
        severity=Severity.MEDIUM,
        title="Snapshots are encrypted",
        why="A snapshot is a whole copy of the data, and can be shared or copied away.",
        fix="copy the snapshot under a key, and delete the one that is not encrypted",
        decide=_snapshot_encrypted,
        good="{Encrypted: true}",
        bad="{Encrypted: false}",
        aliases=aka(
            hub="RDS.4",
            config="rds-snapshot-encrypted",
            prowler="rds_snapshots_encrypted",
            checkov="CKV_AWS_146 CKV_AWS_266",
        ),
        live=True,
    ),
    Rule(
        id="snapshot-not-public",
        of=(Of.SNAPSHOT,),
        severity=Severity.CRITICAL,
        title="Snapshots are not public",
        why="Anybody with an AWS account can restore a public snapshot, and read everything in it.",
        fix="take 'all' out of those who may restore it; 'snapshot_sharing' lists the accounts that may",
        decide=_snapshot_public,
        good="{restore: ['210987654321']}",
        bad="{restore: [all]}",
        doubt="{unread: DescribeDBSnapshotAttributes}",
        aliases=aka(
            hub="RDS.1",
            config="rds-snapshots-public-prohibited",
            prowler="rds_snapshots_public_access",
            checkov="CKV_AWS_302",
        ),
        live=True,
    ),
    Rule(
        id="snapshot-sharing-declared",
        of=(Of.SNAPSHOT,),
        severity=Severity.HIGH,
        title="Snapshots are shared with no account but those that a spec names",
        why="Whoever can restore a snapshot has all the data in it, and keeps it when nobody remembers why.",
        fix="name the account in 'accounts' of a 'snapshot_sharing', or stop sharing with it",
        decide=_snapshot_shared,
        good="{restore: ['210987654321'], TagList: [{Key: 'rds-secure:shared', Value: 1.29wO}]}",
        bad="{restore: ['210987654321']}",
        doubt="{unread: DescribeDBSnapshotAttributes}",
        live=True,
    ),
)
