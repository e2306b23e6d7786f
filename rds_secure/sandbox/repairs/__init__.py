"""What moto does otherwise than AWS for the kinds of this package, and the patch for each: one table.

A row belongs here only if plain moto fails the row's test, which carries its name as a marker. Rows are applied in
the order of the table, once per process; where two wrap one method, the later one is the outer one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rds_secure.sandbox.repairs import (
    dispatch,
    ec2,
    iam,
    iam_policies,
    kms,
    kms_names,
    rds,
    rds_backups,
    rds_change,
    rds_engine,
    rds_group,
    rds_option,
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
    #
    Repair("tagging-rds-groups", "subnet and parameter groups are not found", "API", tagging.rds_groups),
    Repair("tagging-iam-policies", "customer managed policies are not found", "IAM-6", tagging.iam_policies),
)

_applied: list[Repair] = []


def apply_all() -> None:
    """Repair this process's moto; a second call changes nothing."""
    for repair in REPAIRS[len(_applied) :]:
        repair.apply()
        _applied.append(repair)
