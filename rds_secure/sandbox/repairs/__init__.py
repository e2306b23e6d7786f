"""What moto does otherwise than AWS for the kinds of this package, and the patch for each: one table.

A row belongs here only if plain moto fails the row's test, which carries its name as a marker. Rows are applied in
the order of the table, once per process; where two wrap one method, the later one is the outer one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rds_secure.sandbox.repairs import (
    data_keys,
    dispatch,
    ec2,
    ec2_rules,
    iam,
    iam_policies,
    kms,
    kms_names,
    rds,
    rds_backups,
    rds_change,
    rds_cluster,
    rds_cluster_change,
    rds_cluster_group,
    rds_cluster_integration,
    rds_copies,
    rds_engine,
    rds_events,
    rds_group,
    rds_member,
    rds_option,
    rds_options,
    rds_proxy,
    rds_renames,
    rds_replicas,
    rds_restores,
    rds_sharing,
    rds_snapshots,
    rds_streams,
    security_hub,
    security_hub_findings,
    sts,
    tagging,
)


@dataclass(frozen=True, slots=True)
class Repair:
    """One difference: what plain moto does, how we know that AWS does not, and the patch."""

    name: str
    wrong: str
    source: str
    """A fact about AWS by its number in tests/FACTS.md, or "API" for AWS's API reference."""
    apply: Callable[[], None]


REPAIRS: tuple[Repair, ...] = (
    Repair("dispatch-names", "each request lists moto's folders and methods: slow", "API", dispatch.names),
    Repair("answer-members", "each answer works out anew what its members are called: slow", "API", dispatch.members),
    Repair("answer-elements", "each answer checks the name of every element: slow", "API", dispatch.elements),
    Repair("sts-caller", "the caller's ARN has no form that AWS knows", "API", sts.caller),
    #
    Repair("kms-creation", "KeyUsage is absent unless given, and may contradict the spec", "API", kms.creation),
    Repair("kms-metadata", "MultiRegion is absent, algorithms are of another usage", "API", kms.metadata),
    Repair("kms-private-keys", "each symmetric key makes an RSA key: slow", "API", kms.private_keys),
    Repair("kms-key-arns", "calls that change a key's state fail when given its ARN", "API", kms.key_arns),
    Repair("kms-key-states", "a disabled or dying key can be changed", "KMS-2", kms.key_states),
    Repair("kms-deletion-window", "a wrong waiting period is silently ignored", "KMS-4", kms.deletion_window),
    Repair("kms-rotation-period", "the rotation period is dropped", "KMS-4", kms.rotation_period),
    Repair("kms-rotation-support", "every type of key rotates", "KMS-4", kms.rotation_support),
    Repair("kms-policy-documents", "a policy may be no JSON, or name nobody", "KMS-3", kms.policy_documents),
    Repair("kms-denials", "a conditional Deny hides the key from everybody", "KMS-8", kms.denials),
    Repair("kms-reserved-aliases", "alias/aws/anything can be made", "KMS-6", kms_names.reserved_aliases),
    Repair("kms-managed-keys", "aliases of AWS's keys point nowhere", "RDS-3", kms_names.managed_keys),
    Repair("kms-named-grants", "the same named grant is made twice", "KMS-8", kms_names.named_grants),
    Repair("kms-unknown-keys", "grant calls about an unknown key fail", "API", kms_names.unknown_keys),
    #
    Repair("kms-data-keys", "every key makes data keys, even a disabled one", "API", data_keys.generation),
    Repair("secrets-keys", "a secret's key need not exist", "API", data_keys.secret_keys),
    Repair(
        "secrets-version-labels", "a new version takes all labels of the last one", "SM-2", data_keys.version_labels
    ),
    Repair("secrets-current-version", "moving AWSCURRENT does not change the value", "API", data_keys.current_version),
    Repair("secrets-descriptions", "a description cannot be taken away", "API", data_keys.secret_descriptions),
    Repair("secrets-dying", "a secret that waits for its deletion is changed", "SM-3", data_keys.dying_secrets),
    #
    Repair("iam-user-boundaries", "a user's boundary is lost, and cannot be put", "API", iam.user_boundaries),
    Repair("iam-service-credentials", "ListServiceSpecificCredentials is missing", "API", iam.service_credentials),
    Repair("iam-boundaries-exist", "a boundary may be no policy at all", "API", iam.boundaries_exist),
    Repair("iam-trust-policies", "a trust policy may name nobody", "IAM-1", iam.trust_policies),
    Repair("iam-names-ignore-case", "names may differ in case alone", "API", iam.names_ignore_case),
    Repair("iam-groups-move", "UpdateGroup ignores a new path", "API", iam.groups_move),
    Repair("iam-groups-by-path", "ListGroups ignores PathPrefix", "API", iam.groups_by_path),
    Repair("iam-leftovers", "users and groups are deleted with what they hold", "IAM-5", iam.leftovers),
    Repair("iam-aws-policies", "AWS's own policies do not exist", "API", iam_policies.aws_policies),
    Repair("iam-detail-names", "GetAccountAuthorizationDetails names no policy", "API", iam_policies.detail_names),
    Repair("iam-boundary-usage", "use as a boundary is not counted", "API", iam_policies.boundary_usage),
    Repair("iam-attach-once", "attaching twice counts twice", "API", iam_policies.attach_once),
    Repair("iam-policy-quotas", "documents and attachments have no limit", "IAM-2", iam_policies.policy_quotas),
    Repair("iam-policies-in-use", "a policy in use is deleted", "IAM-5", iam_policies.policies_in_use),
    #
    Repair("ec2-rule-normal-form", "networks and protocols stay as written", "EC2-1", ec2.rule_normal_form),
    Repair("ec2-rule-identity", "another description makes another rule", "EC2-1", ec2.rule_identity),
    Repair("ec2-group-rule-descriptions", "they are not shown", "API", ec2.group_rule_descriptions),
    Repair("ec2-rule-owners", "the owner of a rule's group is not shown", "API", ec2.rule_owners),
    Repair("ec2-authorize-as-a-whole", "half of a refused call is done", "API", ec2.authorize_as_a_whole),
    Repair("ec2-description-updates", "not by rule id, nor for group rules", "API", ec2.description_updates),
    Repair("ec2-group-creation", "names and texts are not checked", "EC2-5", ec2.group_creation),
    Repair("ec2-instance-groups", "an interface keeps what its instance lost", "API", ec2.instance_groups),
    Repair("ec2-default-groups", "they have no ingress rule", "API", ec2_rules.default_groups),
    Repair("ec2-prefix-list-rules", "no description, and the list may be missing", "API", ec2_rules.prefix_list_rules),
    Repair("ec2-prefix-list-quota", "a prefix list counts for nothing", "EC2-2", ec2_rules.prefix_list_quota),
    Repair("ec2-groups-in-use", "a group in use is deleted", "EC2-3", ec2.groups_in_use),
    #
    Repair("rds-resource-ids", "all instances have one DbiResourceId", "API", rds.resource_ids),
    Repair("rds-encryption-keys", "KmsKeyId is echoed, unchecked", "RDS-3", rds.encryption_keys),
    Repair("rds-grants", "RDS has no grant on the key", "KMS-7", rds.grants),
    Repair("rds-managed-passwords", "they exclude no other, and are made again", "RDS-12", rds.managed_passwords),
    Repair("rds-public-access", "PubliclyAccessible is absent unless set", "RDS-14", rds.public_access),
    Repair("rds-security-groups", "they need not exist", "API", rds.security_groups_exist),
    Repair("rds-storage-defaults", "gp2, and no baseline for gp3", "RDS-17", rds.storage_defaults),
    Repair("rds-backups-off", "there is a backup although none are kept", "API", rds.backups_off),
    Repair("rds-automated-snapshots", "their names collide within a minute", "RDS-11", rds.automated_snapshots),
    Repair("rds-backup-keys", "automated backups name neither key nor instance ARN", "API", rds_backups.backup_keys),
    Repair("rds-cluster-backups", "DescribeDBClusterAutomatedBackups is missing", "API", rds_backups.cluster_backups),
    Repair("rds-ports", "a modified port is ignored, DbInstancePort is set", "RDS-17", rds_change.ports),
    Repair("rds-log-exports", "they repeat, and fail when taken off twice", "API", rds_change.log_exports),
    Repair("rds-chosen-windows", "the default windows meet those given", "RDS-16", rds_change.chosen_windows),
    Repair("rds-storage-growth", "storage shrinks", "RDS-7", rds_change.storage_growth),
    Repair(
        "rds-final-snapshots", "a delete need not say what becomes of the data", "RDS-11", rds_change.final_snapshots
    ),
    Repair("rds-unknown-resources", "what does not exist has no tags", "RDS-25", rds_change.unknown_resources),
    Repair("rds-engines", "some engines are missing", "API", rds_engine.engines),
    Repair("rds-default-groups", "they are of the minor version", "API", rds_engine.default_groups),
    Repair("rds-group-families", "any group fits any version", "RDS-8", rds_engine.group_families),
    Repair("rds-versions", "a prefix stays one, and anything can be upgraded", "RDS-6", rds_engine.versions),
    Repair("rds-offered-versions", "DescribeDBEngineVersions is missing", "API", rds_engine.offered_versions),
    Repair("rds-offered-classes", "classes are offered for two engines only", "API", rds_engine.offered_classes),
    Repair("rds-subnet-groups", "names, subnets and zones are not checked", "RDS-10", rds_group.subnet_groups),
    Repair("rds-subnet-group-changes", "a modified group vanishes", "API", rds_group.subnet_group_changes),
    Repair(
        "rds-parameter-group-names",
        "dots are taken, upper case is not found",
        "RDS-22",
        rds_group.parameter_group_names,
    ),
    Repair("rds-parameters", "they have no source and no type", "RDS-8", rds_group.parameters),
    Repair("rds-engine-defaults", "DescribeEngineDefaultParameters fails", "API", rds_group.engine_defaults),
    Repair("rds-parameter-resets", "ResetDBParameterGroup is missing", "API", rds_group.parameter_resets),
    Repair("rds-groups-in-use", "a group in use is deleted", "RDS-10", rds_group.groups_in_use),
    Repair("rds-option-groups", "only some versions can have one", "API", rds_option.option_groups),
    Repair("rds-option-group-lists", "a list of all fails", "API", rds_option.option_group_lists),
    Repair("rds-offered-options", "some engines and versions are unknown", "API", rds_option.offered_options),
    Repair("rds-options", "any can be added, without settings and ports", "RDS-9", rds_option.options),
    Repair("rds-option-locks", "permanent options can be removed", "RDS-9", rds_option.option_locks),
    Repair("rds-option-groups-in-use", "an option group in use is deleted", "RDS-10", rds_option.option_groups_in_use),
    Repair("rds-option-group-fit", "any group fits any instance", "RDS-9", rds_option.option_group_fit),
    Repair("rds-event-categories", "DescribeEventCategories is missing", "API", rds_events.event_categories),
    Repair("rds-event-subscriptions", "anything is a source or a category", "RDS-5", rds_events.event_subscriptions),
    Repair(
        "rds-event-subscription-changes",
        "ModifyEventSubscription is missing",
        "API",
        rds_events.event_subscription_changes,
    ),
    Repair("rds-event-sources", "sources cannot be added or removed", "API", rds_events.event_sources),
    Repair("rds-proxies", "networks are not checked, and defaults are missing", "API", rds_proxy.proxies),
    Repair("rds-proxy-changes", "ModifyDBProxy is missing", "API", rds_proxy.proxy_changes),
    Repair("rds-proxy-pools", "no initial query, and 0 % idle is half of all", "API", rds_proxy.proxy_pools),
    Repair("rds-proxy-targets", "anything is registered, and twice", "API", rds_proxy.proxy_targets),
    Repair("rds-unknown-proxies", "calls about an unknown proxy fail", "RDS-25", rds_proxy.unknown_proxies),
    Repair("rds-proxy-groups-in-use", "a group of a proxy is deleted", "EC2-3", rds_proxy.proxy_groups_in_use),
    Repair("rds-activity-streams", "StartActivityStream is missing", "API", rds_streams.activity_streams),
    Repair("rds-snapshot-sharing", "any snapshot is shared, and twice", "API", rds_sharing.snapshot_sharing),
    Repair(
        "rds-cluster-snapshot-sharing",
        "any snapshot of a cluster is shared, and twice",
        "API",
        rds_sharing.cluster_snapshot_sharing,
    ),
    #
    Repair("securityhub-enabling", "it may be repeated, and is told nothing", "API", security_hub.enabling),
    Repair("securityhub-configuration", "it cannot be changed", "API", security_hub.configuration),
    Repair("securityhub-standards", "there are none", "API", security_hub.standards),
    Repair("securityhub-findings", "they are there without a hub", "API", security_hub_findings.enabled),
    Repair("securityhub-imports", "an import changes what is the customer's", "API", security_hub_findings.imported),
    Repair("securityhub-updates", "customers cannot set a workflow", "API", security_hub_findings.updated),
    Repair("securityhub-tags", "they cannot be read or changed", "API", security_hub.tags),
    Repair(
        "rds-replica-settings", "a replica shares its source's tags, logs and key", "API", rds_replicas.replica_settings
    ),
    Repair("rds-replica-sources", "any database has replicas", "RDS-19", rds_replicas.replica_sources),
    Repair("rds-insights", "Performance Insights are forgotten", "RDS-13", rds_options.insights),
    Repair("rds-settings", "time zone, network type, … are forgotten", "API", rds_options.settings),
    Repair("rds-certificates", "DescribeCertificates is missing, any name is taken", "API", rds_options.certificates),
    Repair("rds-directories", "a role and a unit are made up; changes are lost", "API", rds_options.directories),
    Repair("rds-monitoring-stream", "where measurements go is not shown", "API", rds_options.monitoring_stream),
    Repair("rds-monitoring-off", "the role stays when monitoring ends", "API", rds_options.monitoring_off),
    Repair("rds-backup-copies", "copies of backups in another region are missing", "API", rds_copies.copies),
    Repair("rds-role-removal", "RemoveRoleFromDBInstance is missing", "API", rds_options.role_removal),
    Repair("rds-cluster-parameter-group-names", "dots are taken", "RDS-22", rds_cluster_group.names),
    Repair("rds-cluster-parameters", "they have no source and no type", "RDS-8", rds_cluster_group.parameters),
    Repair(
        "rds-cluster-engine-defaults",
        "DescribeEngineDefaultClusterParameters is missing",
        "API",
        rds_cluster_group.engine_defaults,
    ),
    Repair("rds-cluster-parameter-resets", "ResetDBClusterParameterGroup is missing", "API", rds_cluster_group.resets),
    Repair("rds-cluster-groups-in-use", "a group in use is deleted", "RDS-10", rds_cluster_group.in_use),
    Repair("rds-cluster-names", "a name that is taken takes the place of the other", "API", rds_cluster.names),
    Repair("rds-cluster-encryption", "KmsKeyId is echoed, unchecked", "RDS-23", rds_cluster.encryption),
    Repair("rds-cluster-grants", "RDS has no grant on the key", "KMS-7", rds_cluster.grants),
    Repair("rds-cluster-unknown", "changing an unknown cluster fails", "RDS-25", rds_cluster_change.unknown),
    Repair("rds-cluster-passwords", "they exclude no other, and are made again", "RDS-12", rds_cluster.passwords),
    Repair("rds-cluster-sign-in", "only Aurora lets IAM sign people in", "API", rds_cluster.sign_in),
    Repair("rds-cluster-networks", "groups need not exist", "API", rds_cluster.networks),
    Repair("rds-cluster-new-networks", "new groups need not exist", "API", rds_cluster_change.networks),
    Repair("rds-cluster-versions", "a prefix stays one, any group fits", "RDS-6", rds_cluster.versions),
    Repair("rds-cluster-upgrades", "anything can be upgraded to anything", "RDS-6", rds_cluster_change.upgrades),
    Repair("rds-cluster-storage", "gp2 for Aurora, some types fail", "API", rds_cluster.storage),
    Repair("rds-cluster-storage-changes", "storage shrinks", "RDS-7", rds_cluster_change.storage),
    Repair("rds-member-creation", "what is the cluster's fails as a fault of the server", "API", rds_member.creation),
    Repair("rds-member-changes", "a member cannot be modified beside other repairs", "API", rds_member.changes),
    Repair("rds-member-settings", "it shows no port, sign-in and logs of its cluster", "API", rds_member.settings),
    Repair("rds-member-final-snapshots", "a member leaves a snapshot", "RDS-26", rds_member.final_snapshots),
    Repair("rds-cluster-settings", "many are dropped", "API", rds_cluster_change.settings),
    Repair("rds-cluster-log-exports", "they cannot be changed", "API", rds_cluster_change.log_exports),
    Repair("rds-cluster-zones", "one zone stays alone", "RDS-16", rds_cluster_integration.zones),
    Repair("rds-cluster-certificates", "they are dropped", "API", rds_cluster_integration.certificates),
    Repair("rds-cluster-directories", "changes are lost", "API", rds_cluster_integration.directories),
    Repair("rds-cluster-roles", "RemoveRoleFromDBCluster is missing", "API", rds_cluster_integration.roles),
    Repair("rds-cluster-data-api", "EnableHttpEndpoint is missing", "API", rds_cluster_integration.data_api),
    Repair("rds-cluster-snapshots", "names collide within a minute", "RDS-11", rds_cluster.automated_snapshots),
    Repair(
        "rds-cluster-final-snapshots",
        "a delete need not say what becomes of the data",
        "RDS-11",
        rds_cluster_change.final_snapshots,
    ),
    #
    Repair("rds-snapshot-contents", "they lack zone, VPC, storage and backup settings", "API", rds_snapshots.contents),
    Repair("rds-snapshot-copies", "any key is taken, and a copy of a copy loses it", "RDS-28", rds_snapshots.copies),
    Repair("rds-snapshot-lists", "DbiResourceId and IncludeShared are ignored", "API", rds_snapshots.lists),
    Repair("rds-snapshot-deletions", "automated snapshots are deleted", "API", rds_snapshots.deletions),
    Repair("rds-restores", "nearly everything is inherited", "RDS-29", rds_restores.from_snapshots),
    Repair("rds-restores-in-time", "nearly everything is inherited", "RDS-29", rds_restores.to_points_in_time),
    Repair("rds-renames", "a name that is taken takes the place of the other", "RDS-30", rds_renames.renames),
    Repair("rds-cluster-renames", "members and snapshots keep the former name", "RDS-30", rds_renames.cluster_renames),
    Repair("rds-restorable-times", "there is one without backups", "API", rds_renames.restorable_times),
    Repair("rds-blue-green-lists", "a page of them fails", "API", rds_renames.blue_green_lists),
    #
    Repair("tagging-rds-groups", "subnet and parameter groups are not found", "API", tagging.rds_groups),
    Repair("tagging-rds-events", "event subscriptions are not found", "API", tagging.rds_events),
    Repair("tagging-security-hub", "the hub is not found", "API", tagging.security_hubs),
    Repair("tagging-iam-policies", "customer managed policies are not found", "IAM-6", tagging.iam_policies),
)

_applied: list[Repair] = []


def apply_all() -> None:
    """Repair this process's moto; a second call changes nothing."""
    for repair in REPAIRS[len(_applied) :]:
        repair.apply()
        _applied.append(repair)
