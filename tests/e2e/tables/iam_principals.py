"""Groups, users and roles. Other policies on them are only shown, unless they are exclusive (meaning §3)."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.looks import Client
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Refused

AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
READ_ONLY = "arn:aws:iam::aws:policy/AmazonRDSReadOnlyAccess"
INLINE = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
EXCLUSIVE = {"exclusive": True}
FEDERATED: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/office"},
            "Action": "sts:AssumeRoleWithSAML",
        }
    ],
}
TRUSTED = {"trust": {"principals": ["123456789012"]}}
ANYBODY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
)


def attach_to_group(client: Client) -> None:
    client("iam").attach_group_policy(GroupName=KEY, PolicyArn=AUDIT)


def attach_to_user(client: Client) -> None:
    client("iam").attach_user_policy(UserName=KEY, PolicyArn=AUDIT)


def attach_to_role(client: Client) -> None:
    client("iam").attach_role_policy(RoleName=KEY, PolicyArn=AUDIT)


def delete_profile(client: Client) -> None:
    """Somebody takes the role's instance profile away."""
    client("iam").remove_role_from_instance_profile(InstanceProfileName=KEY, RoleName=KEY)
    client("iam").delete_instance_profile(InstanceProfileName=KEY)


def swap_role(client: Client) -> None:
    """Somebody puts another role into the role's instance profile."""
    iam = client("iam")
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=ANYBODY)
    iam.remove_role_from_instance_profile(InstanceProfileName=KEY, RoleName=KEY)
    iam.add_role_to_instance_profile(InstanceProfileName=KEY, RoleName="other")


PROFILED = {"instance_profile": True}
NEVER_WRITTEN = {"inline_policies": "always empty in a spec; the drift table has it"}

GROUP = Bench(
    kind="iam_group",
    name=KEY,
    base={},
    changes=(
        Changed(field="policies", fields={"policies": ["SecurityAudit"]}, sees={"policies": ["SecurityAudit"]}),
        Changed(
            field="policies",
            note="taken-out-where-exclusive",
            given={"policies": ["SecurityAudit"], **EXCLUSIVE},
            fields={"policies": ...},
            sees={"policies": []},
        ),
        Changed(field="exclusive", meanwhile=attach_to_group, fields=EXCLUSIVE, sees={"policies": []}, path="policies"),
    ),
    drifts=(
        Drifted(field="policies", given=EXCLUSIVE, mutate=attach_to_group, restores=("policies",)),
        Drifted(
            field="policies",
            note="detached",
            given={"policies": ["AmazonRDSReadOnlyAccess"]},
            mutate=lambda client: client("iam").detach_group_policy(GroupName=KEY, PolicyArn=READ_ONLY),
            restores=("policies",),
        ),
        Drifted(
            field="inline_policies",
            given=EXCLUSIVE,
            mutate=lambda client: client("iam").put_group_policy(
                GroupName=KEY, PolicyName="all", PolicyDocument=INLINE
            ),
            restores=("inline",),
        ),
    ),
    refusals=(
        Refused(field="name", fields={"name": "invoices"}, says="the name of iam_group.orders changes"),
        Refused(
            field="name",
            note="written-before",
            given={"name": "receipts"},
            fields={"name": "invoices"},
            says="the name of iam_group.orders changes from receipts to invoices",
        ),
        Refused(
            field="name",
            note="taken-out",
            given={"name": "receipts"},
            fields={"name": ...},
            says="the name of iam_group.orders changes from receipts to orders",
        ),
    ),
    stranger=lambda client: client("iam").create_group(GroupName=KEY),
    not_tested=NEVER_WRITTEN,
    taggable=False,
)

USER = Bench(
    kind="iam_user",
    name=KEY,
    base={},
    changes=(
        Changed(
            field="groups",
            others={"iam_group": {"team": {}}},
            fields={"groups": ["${iam_group.team}"]},
            sees={"groups": ["team"]},
        ),
        Changed(
            field="groups",
            note="left",
            given={"groups": ["${iam_group.team}"]},
            others={"iam_group": {"team": {}}},
            fields={"groups": []},
            sees={"groups": []},
        ),
        Changed(field="boundary", fields={"boundary": "SecurityAudit"}, sees={"boundary": AUDIT}),
        Changed(
            field="boundary",
            note="of-the-stack",
            given={"boundary": "SecurityAudit"},
            others={
                "iam_policy": {
                    "bounds": {"statements": [{"effect": "allow", "actions": ["rds:*"], "resources": ["*"]}]}
                }
            },
            fields={"boundary": "${iam_policy.bounds}"},
            sees={"boundary": "arn:aws:iam::123456789012:policy/bounds"},
        ),
        Changed(
            field="boundary",
            note="taken-off",
            given={"boundary": "SecurityAudit"},
            fields={"boundary": ...},
            sees={"boundary": None},
        ),
        Changed(field="policies", fields={"policies": ["SecurityAudit"]}, sees={"policies": ["SecurityAudit"]}),
        Changed(field="exclusive", meanwhile=attach_to_user, fields=EXCLUSIVE, sees={"policies": []}, path="policies"),
        Changed(field="tags", fields={"tags": {"team": "payments"}}, sees={"tags.team": "payments"}),
        Changed(field="tags", note="taken-out", given={"tags": {"a": "1"}}, fields={"tags": {}}, sees={"tags.a": None}),
    ),
    drifts=(
        Drifted(
            field="groups",
            given={"groups": ["${iam_group.team}"]},
            others={"iam_group": {"team": {}}},
            mutate=lambda client: client("iam").remove_user_from_group(GroupName="team", UserName=KEY),
            restores=("groups",),
        ),
        Drifted(
            field="groups",
            note="joined",
            others={"iam_group": {"team": {}}},
            mutate=lambda client: client("iam").add_user_to_group(GroupName="team", UserName=KEY),
            restores=("groups",),
        ),
        Drifted(
            field="boundary",
            given={"boundary": "SecurityAudit"},
            mutate=lambda client: client("iam").delete_user_permissions_boundary(UserName=KEY),
            restores=("boundary",),
        ),
        Drifted(field="policies", given=EXCLUSIVE, mutate=attach_to_user, restores=("policies",)),
        Drifted(
            field="inline_policies",
            given=EXCLUSIVE,
            mutate=lambda client: client("iam").put_user_policy(UserName=KEY, PolicyName="all", PolicyDocument=INLINE),
            restores=("inline",),
        ),
        Drifted(
            field="tags",
            given={"tags": {"team": "payments"}},
            mutate=lambda client: client("iam").untag_user(UserName=KEY, TagKeys=["team"]),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(field="path", fields={"path": "/people/"}),
        Refused(field="name", fields={"name": "invoices"}, says="the name of iam_user.orders changes"),
    ),
    stranger=lambda client: client("iam").create_user(UserName=KEY),
    not_tested=NEVER_WRITTEN,
)

ROLE = Bench(
    kind="iam_role",
    name=KEY,
    base={"trust": {"services": ["ec2.amazonaws.com"]}},
    changes=(
        Changed(
            field="trust.services",
            fields={"trust": {"services": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}},
            sees={"trust[0].Principal.Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
            path="document",
        ),
        Changed(
            field="trust.principals",
            others={"iam_user": {"on-call": {}}},
            fields={"trust": {"principals": ["${iam_user.on-call}"]}},
            sees={"trust[0].Principal.AWS": "arn:aws:iam::123456789012:user/on-call"},
            path="document",
        ),
        Changed(
            field="trust.conditions",
            given=TRUSTED,
            fields={
                "trust": {**TRUSTED["trust"], "conditions": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
            },
            sees={"trust[0].Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
            path="document",
        ),
        Changed(
            field="trust.source_account",
            fields={"trust": {"services": ["ec2.amazonaws.com"], "source_account": False}},
            sees={"trust[0].Condition": None},
            path="document",
        ),
        Changed(
            field="document",
            fields={"trust": ..., "document": FEDERATED},
            sees={"trust[0].Action": "sts:AssumeRoleWithSAML"},
        ),
        Changed(field="description", fields={"description": "for orders"}, sees={"Description": "for orders"}),
        Changed(
            field="description",
            note="taken-out",
            given={"description": "for orders"},
            fields={"description": ...},
            sees={"Description || ''": ""},
        ),
        Changed(field="max_session", fields={"max_session": 7200}, sees={"MaxSessionDuration": 7200}),
        Changed(field="boundary", fields={"boundary": "SecurityAudit"}, sees={"boundary": AUDIT}),
        Changed(field="policies", fields={"policies": ["SecurityAudit"]}, sees={"policies": ["SecurityAudit"]}),
        Changed(field="exclusive", meanwhile=attach_to_role, fields=EXCLUSIVE, sees={"policies": []}, path="policies"),
        Changed(field="instance_profile", fields={"instance_profile": True}, sees={"profiles": {KEY: [KEY]}}),
        Changed(
            field="instance_profile",
            note="taken-out",
            given=PROFILED,
            fields={"instance_profile": ...},
            sees={"profiles": {}},
        ),
        Changed(field="tags", fields={"tags": {"team": "payments"}}, sees={"tags.team": "payments"}),
    ),
    drifts=(
        Drifted(
            field="document",
            mutate=lambda client: client("iam").update_assume_role_policy(RoleName=KEY, PolicyDocument=ANYBODY),
            restores=("trust",),
        ),
        Drifted(
            field="description",
            given={"description": "for orders"},
            mutate=lambda client: client("iam").update_role(
                RoleName=KEY, Description="for all", MaxSessionDuration=3600
            ),
            restores=("Description", "MaxSessionDuration"),
        ),
        Drifted(
            field="max_session",
            mutate=lambda client: client("iam").update_role(RoleName=KEY, Description="", MaxSessionDuration=43200),
            restores=("MaxSessionDuration",),
        ),
        Drifted(
            field="boundary",
            mutate=lambda client: client("iam").put_role_permissions_boundary(RoleName=KEY, PermissionsBoundary=AUDIT),
            restores=("boundary",),
        ),
        Drifted(field="policies", given=EXCLUSIVE, mutate=attach_to_role, restores=("policies",)),
        Drifted(
            field="instance_profile",
            given=PROFILED,
            mutate=lambda client: client("iam").remove_role_from_instance_profile(
                InstanceProfileName=KEY, RoleName=KEY
            ),
            restores=("profiles",),
        ),
        Drifted(
            field="instance_profile", note="deleted", given=PROFILED, mutate=delete_profile, restores=("profiles",)
        ),
        Drifted(field="instance_profile", note="swapped", given=PROFILED, mutate=swap_role, restores=("profiles",)),
        Drifted(
            field="inline_policies",
            given=EXCLUSIVE,
            mutate=lambda client: client("iam").put_role_policy(RoleName=KEY, PolicyName="all", PolicyDocument=INLINE),
            restores=("inline",),
        ),
        Drifted(
            field="tags",
            given={"tags": {"team": "payments"}},
            mutate=lambda client: client("iam").tag_role(RoleName=KEY, Tags=[{"Key": "team", "Value": "others"}]),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(field="path", fields={"path": "/people/"}),
        Refused(field="name", fields={"name": "invoices"}, says="the name of iam_role.orders changes"),
    ),
    stranger=lambda client: client("iam").create_role(RoleName=KEY, AssumeRolePolicyDocument=ANYBODY),
    not_tested={**NEVER_WRITTEN, "trust": "by its parts"},
)
