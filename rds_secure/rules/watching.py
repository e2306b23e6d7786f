"""Rules about what is heard of databases: logs, audit, metrics, events. A table."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure import engines
from rds_secure.access.protection import Unknown
from rds_secure.access.protection.unread import ask
from rds_secure.finding import Severity
from rds_secure.inventory.model import Reply
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
    failed,
    unknown,
)

_NOT_ASKED = ("iam-db-auth-error", "instance", "oemagent")
"""Logs that need not be exported: of those that an engine has, Security Hub asks for all others (RDS.9)."""


def _logs(subject: Subject, context: Context) -> Verdict:
    database = subject.protected
    engine = engines.engine_of(database.engine)
    if database.cluster or engine is None:
        return NOT_APPLICABLE
    exported = (*_NOT_ASKED, *(subject.reply.get("EnabledCloudwatchLogsExports") or ()))
    lacking = [log for log in engine.log_types if log not in exported]
    return failed(f"it does not export {', '.join(lacking)}", what=lacking) if lacking else PASSED


def _audit(subject: Subject, context: Context) -> Verdict:
    if subject.protected.engine != "aurora-mysql":
        return NOT_APPLICABLE
    group = subject.reply.get("DBClusterParameterGroup")
    if not group:
        return unknown("its parameter group is not told")
    reply = ask(context.posture.inventory, "rds", "DescribeDBClusterParameters", group)
    if isinstance(reply, Unknown):
        return unknown(reply.why)
    found = {each["ParameterName"]: each.get("ParameterValue") for each in reply.get("Parameters", ())}
    if str(found.get("server_audit_logging") or "0").lower() not in ("1", "on", "true"):
        return failed(f"server_audit_logging is not 1 in {group}")
    if not found.get("server_audit_events"):
        return failed(f"server_audit_events is empty in {group}")
    statuses = {each.get("DBClusterParameterGroupStatus", "in-sync") for each in subject.reply["DBClusterMembers"]}
    waiting = sorted(statuses - {"in-sync"})
    return unknown(f"{group} is {waiting[0]}") if waiting else PASSED


def _queries(subject: Subject, context: Context) -> Verdict:
    """PostgreSQL: what changes tables at least, and how long things take, by the group that decides."""
    database = subject.protected
    if database.cluster or database.engine not in ("postgres", "aurora-postgresql"):
        return NOT_APPLICABLE
    if subject.of is Of.CLUSTER:
        group, action = subject.reply.get("DBClusterParameterGroup"), "DescribeDBClusterParameters"
    else:
        named = [each["DBParameterGroupName"] for each in subject.reply.get("DBParameterGroups", ())]
        group, action = (named[0] if named else None), "DescribeDBParameters"
    reply = (
        ask(context.posture.inventory, "rds", action, group) if group else Unknown("its parameter group is not told")
    )
    if isinstance(reply, Unknown):
        return unknown(reply.why)
    found = {each["ParameterName"]: each.get("ParameterValue") for each in reply.get("Parameters", ())}
    if found.get("log_statement") not in ("ddl", "mod", "all"):
        return failed(f"log_statement is not ddl, mod or all in {group}")
    if str(found.get("log_min_duration_statement", "-1")).startswith("-"):
        return failed(f"log_min_duration_statement is not set in {group}")
    return PASSED


def _monitoring(subject: Subject, context: Context) -> Verdict:
    interval = subject.reply.get("MonitoringInterval") or 0
    return PASSED if interval else failed("its operating system is not watched")


def _heard(source: str, *categories: str) -> Decide:
    """The rule that somebody hears of these events of every source of a type."""

    def decide(subject: Subject, context: Context) -> Verdict:
        reply = ask(context.posture.inventory, "rds", "DescribeEventSubscriptions")
        if isinstance(reply, Unknown):
            return unknown(reply.why)
        heard = {
            category for each in _about(reply, source) for category in each.get("EventCategoriesList") or categories
        }
        lacking = [category for category in categories if category not in heard]
        if not lacking:
            return PASSED
        if context.posture.inventory.partial:
            return unknown("the spec alone does not tell what other stacks subscribe to")
        return failed(f"nobody hears of {', '.join(lacking)} of every {source}", what=lacking)

    return decide


_MUTE = ("no-permission", "topic-not-exist")
"""States of a subscription whose events reach nobody."""


def _about(reply: Reply, source: str) -> Iterator[Reply]:
    """Those that tell of every source of a type; without a type they are about all (RDS API, SourceType)."""
    for each in reply.get("EventSubscriptionsList", ()):
        is_heard = each.get("Enabled", True) and each.get("Status") not in _MUTE
        if each.get("SourceType") in (source, None) and is_heard and not each.get("SourceIdsList"):
            yield each


def _events(name: str, hub: str, prowler: str, source: str, whose: str, *categories: str) -> Rule:
    kept = ", ".join(categories)
    return Rule(
        id=name,
        of=(Of.ACCOUNT,),
        severity=Severity.LOW,
        title=f"Somebody hears of {kept} of {whose}",
        why="What nobody hears of is found weeks later, if at all.",
        fix=f"declare an 'event_subscription' with 'source_type: {source}' and 'categories: [{kept}]'",
        decide=_heard(source, *categories),
        good=f"{{SourceType: {source}, EventCategoriesList: [{kept}]}}",
        bad=f"{{SourceType: {source}, EventCategoriesList: [creation]}}",
        doubt="{unread: DescribeEventSubscriptions}",
        aliases=aka(hub=hub, prowler=prowler),
        profile=Profile.STRICT,
    )


RULES = (
    Rule(
        id="log-exports",
        of=DATABASES,
        severity=Severity.MEDIUM,
        title="Logs are exported to CloudWatch",
        why="Logs on the database are gone after days, and whoever breaks in there can change them.",
        fix="name the engine's logs in 'log_exports'",
        decide=_logs,
        good="db_instance: {orders: {log_exports: [postgresql, upgrade]}}",
        bad="db_instance: {orders: {log_exports: []}}",
        field="log_exports",
        aliases=aka(
            hub="RDS.9 RDS.34 RDS.36 RDS.37 RDS.40 RDS.42",
            config="rds-logging-enabled rds-aurora-mysql-audit-logging-enabled rds-postgresql-logs-to-cloudwatch "
            "rds-aurora-postgresql-logs-to-cloudwatch rds-sql-server-logs-to-cloudwatch "
            "mariadb-publish-logs-to-cloudwatch-logs",
            prowler="rds_cluster_integration_cloudwatch_logs rds_instance_integration_cloudwatch_logs",
            checkov="CKV_AWS_129 CKV_AWS_324 CKV_AWS_325",
        ),
        profile=Profile.STRICT,
    ),
    Rule(
        id="audit-log",
        of=(Of.CLUSTER,),
        severity=Severity.MEDIUM,
        title="Aurora MySQL writes an audit log",
        why="Without it nobody can say later who read or changed what.",
        fix="set 'server_audit_logging' and 'server_audit_events' in the cluster's parameter group",
        decide=_audit,
        good="{Engine: aurora-mysql, parameters: {server_audit_logging: '1', server_audit_events: 'CONNECT,QUERY'}}",
        bad="{Engine: aurora-mysql, parameters: {server_audit_logging: '0'}}",
        doubt="{Engine: aurora-mysql, unread: DescribeDBClusterParameters}",
        field="parameter_group",
        aliases=aka(hub="RDS.45", config="aurora-mysql-cluster-audit-logging"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="query-log",
        of=DATABASES,
        severity=Severity.LOW,
        title="PostgreSQL logs statements",
        why="Without them nobody can say later what was changed, or what took so long.",
        fix="set 'log_statement' to ddl and 'log_min_duration_statement' in the parameter group",
        decide=_queries,
        good="{Engine: postgres, parameters: {log_statement: ddl, log_min_duration_statement: '1000'}}",
        bad="{Engine: postgres, parameters: {log_statement: none}}",
        doubt="{Engine: postgres, parameters: {}, unread: DescribeDBParameters}",
        field="parameter_group",
        aliases=aka(checkov="CKV2_AWS_27 CKV2_AWS_30"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="enhanced-monitoring",
        of=(Of.INSTANCE,),
        severity=Severity.LOW,
        title="Enhanced monitoring is on",
        why="It shows what the processes of the host do, which the database itself does not tell.",
        fix="write 'monitoring_seconds' and 'monitoring_role'",
        decide=_monitoring,
        good="{MonitoringInterval: 60}",
        bad="{MonitoringInterval: 0}",
        field="monitoring_seconds",
        aliases=aka(
            hub="RDS.6",
            config="rds-enhanced-monitoring-enabled",
            prowler="rds_instance_enhanced_monitoring_enabled",
            checkov="CKV_AWS_118",
        ),
        profile=Profile.STRICT,
    ),
    _events(
        "events-of-clusters",
        "RDS.19",
        "rds_cluster_critical_event_subscription",
        *("db-cluster", "clusters"),
        *("maintenance", "failure"),
    ),
    _events(
        "events-of-instances",
        "RDS.20",
        "rds_instance_critical_event_subscription",
        *("db-instance", "instances"),
        *("maintenance", "configuration change", "failure"),
    ),
    _events(
        "events-of-parameters",
        "RDS.21",
        "rds_instance_event_subscription_parameter_groups",
        *("db-parameter-group", "parameter groups"),
        "configuration change",
    ),
    _events(
        "events-of-groups",
        "RDS.22",
        "rds_instance_event_subscription_security_groups",
        *("db-security-group", "security groups of RDS"),
        *("configuration change", "failure"),
    ),
)
