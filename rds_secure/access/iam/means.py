"""How people can give themselves more than they have: actions of IAM, and what they are asked for. A table, no code.

Sources: service authorization reference of IAM, and the ways that Rhino Security Labs published as "AWS IAM privilege
escalation". What a means gives is told in `escalate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Target = Literal["user", "group", "role", "policy"]
"""What the action is asked for."""

Relation = Literal["own", "other"]
"""Whether that has to be one's own (oneself, a group one is in, a policy one has), or another's."""

Gift = Literal["anything", "another version", "the boundary's rest", "what it may"]
"""Any permission; what an older version of the policy says; what the boundary withholds; what the target may."""


@dataclass(frozen=True)
class Means:
    """One action that gives something."""

    action: str
    target: Target
    relation: Relation
    gift: Gift


MEANS = (
    Means("iam:PutUserPolicy", "user", "own", "anything"),
    Means("iam:AttachUserPolicy", "user", "own", "anything"),
    Means("iam:PutRolePolicy", "role", "own", "anything"),
    Means("iam:AttachRolePolicy", "role", "own", "anything"),
    Means("iam:PutGroupPolicy", "group", "own", "anything"),
    Means("iam:AttachGroupPolicy", "group", "own", "anything"),
    Means("iam:CreatePolicyVersion", "policy", "own", "anything"),
    Means("iam:SetDefaultPolicyVersion", "policy", "own", "another version"),
    Means("iam:DeleteUserPermissionsBoundary", "user", "own", "the boundary's rest"),
    Means("iam:PutUserPermissionsBoundary", "user", "own", "the boundary's rest"),
    Means("iam:DeleteRolePermissionsBoundary", "role", "own", "the boundary's rest"),
    Means("iam:PutRolePermissionsBoundary", "role", "own", "the boundary's rest"),
    Means("iam:AddUserToGroup", "group", "other", "what it may"),
    Means("iam:CreateAccessKey", "user", "other", "what it may"),
    Means("iam:CreateLoginProfile", "user", "other", "what it may"),
    Means("iam:UpdateLoginProfile", "user", "other", "what it may"),
    Means("iam:UpdateAssumeRolePolicy", "role", "other", "what it may"),
    Means("iam:PassRole", "role", "other", "what it may"),
)


@dataclass(frozen=True)
class Launch:
    """A service that runs what one gives it as a role that one passes: all ``actions`` are needed, on any ``resource``.

    ``resource`` is what follows the account in its ARN.
    """

    service: str
    actions: tuple[str, ...]
    resource: str


LAUNCHES = (
    Launch("ec2.amazonaws.com", ("ec2:RunInstances",), "instance/"),
    Launch("lambda.amazonaws.com", ("lambda:CreateFunction", "lambda:InvokeFunction"), "function:"),
    Launch("cloudformation.amazonaws.com", ("cloudformation:CreateStack",), "stack/"),
    Launch("ecs-tasks.amazonaws.com", ("ecs:RunTask",), "task-definition/"),
    Launch("glue.amazonaws.com", ("glue:CreateJob", "glue:StartJobRun"), "job/"),
    Launch("codebuild.amazonaws.com", ("codebuild:CreateProject", "codebuild:StartBuild"), "project/"),
    Launch("states.amazonaws.com", ("states:CreateStateMachine", "states:StartExecution"), "stateMachine:"),
    Launch("sagemaker.amazonaws.com", ("sagemaker:CreateNotebookInstance",), "notebook-instance/"),
    Launch("ssm.amazonaws.com", ("ssm:StartAutomationExecution",), "automation-definition/"),
)

ACTIONS = (*(means.action for means in MEANS), *(action for launch in LAUNCHES for action in launch.actions))
"""All actions that are asked about."""
